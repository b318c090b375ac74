import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/compiler/base/diagnostics/diagnostic.ts";
import { toGithub } from "../../src/tools/cli/reports/github.ts";
import { toJunit } from "../../src/tools/cli/reports/junit.ts";
import type { Findings } from "../../src/tools/cli/reports/report.ts";
import { toSarif } from "../../src/tools/cli/reports/sarif.ts";
import { checkText } from "../support/check-text.ts";
import { filesIn } from "../support/files.ts";
import { blocksOf } from "../support/markdown.ts";
import { sarifFaults } from "./sarif-schema.ts";

const wrong = `nnspec 1
dim B
model Net(x: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 4] {
  return x -> conv(4, 3) -> dens(4)
}
`;

function findingsOf(
  text: string,
  path = "a folder/net,1.nnspec",
  errorOnWarning = false,
): Findings {
  return { files: [path], diagnostics: checkText(text, path).diagnostics, errorOnWarning };
}

const source = { path: "x.nnspec", text: "one\ntwo" };
const odd: Diagnostic = {
  code: "NN0101",
  severity: "warning",
  message: '100% <odd>:\u0007 & "so"\n::error::x',
  span: { source, start: 1, end: 6 },
  notes: ["]]>"],
  related: [],
  fixes: [],
};

describe("github", () => {
  test("is one annotation a finding, with its place", () => {
    expect(toGithub(findingsOf(wrong))).toBe(
      "::error file=a folder/net%2C1.nnspec,line=4,endLine=4,col=29,endColumn=32,title=nnspec NN0206::" +
        toGithub(findingsOf(wrong)).split("::")[2],
    );
    expect(toGithub(findingsOf(wrong))).toContain("dense");
  });

  test("no text of a spec can begin another command, and columns stay out of several lines", () => {
    const text = toGithub({ files: ["x.nnspec"], diagnostics: [odd], errorOnWarning: false });
    expect(text.split("\n")).toHaveLength(1);
    expect(text).toMatch(
      /^::warning file=x\.nnspec,line=1,endLine=2,title=nnspec NN0101::100%25 <odd>:/,
    );
    expect(text).not.toContain("\u0007");
  });

  test("a warning that fails the check is an error", () => {
    expect(toGithub({ files: ["x.nnspec"], diagnostics: [odd], errorOnWarning: true })).toMatch(
      /^::error /,
    );
  });
});

describe("junit", () => {
  test("has a case a file, a failure for each finding that fails, the others as output", () => {
    const text = toJunit(findingsOf(wrong));
    expect(text).toContain(
      '<testsuites name="nnspec" tests="1" failures="1" errors="0" skipped="0" time="0">',
    );
    expect(text).toContain('<failure type="NN0206" message="');
    expect(
      toJunit({ files: ["x.nnspec", "y.nnspec"], diagnostics: [odd], errorOnWarning: false }),
    ).toContain('tests="2" failures="0"');
  });

  test("is well-formed whatever the spec says", () => {
    const text = toJunit({
      files: ["x.nnspec"],
      diagnostics: [odd, { ...odd, severity: "error", message: "\ud800" }],
      errorOnWarning: false,
    });
    expect(tagsBalance(text)).toBe(true);
    expect([...text].filter((character) => character < " " && character !== "\n")).toEqual([]);
    expect(text).toContain("100% &lt;odd&gt;");
    expect(text).toContain("]]&gt;");
  });
});

/** Whether every tag is closed in its turn, and nothing outside of tags holds a bare `<` or `&`. */
function tagsBalance(xml: string): boolean {
  const open: string[] = [];
  const rest = xml
    .replace(/<\?[^?]*\?>/, "")
    .replace(
      /<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>/g,
      (_, close: string, name: string, __, selfClosed: string) => {
        if (close !== "") return open.pop() === name ? "" : "<";
        if (selfClosed === "") open.push(name);
        return "";
      },
    );
  return open.length === 0 && !/<|&(?!(?:amp|lt|gt|quot|apos);)/.test(rest);
}

describe("sarif", () => {
  test("has the structure that the schema requires, for every sample and every explanation with findings", () => {
    const explained = filesIn("src/compiler/base/diagnostics/explanations", ".md").flatMap((page) =>
      blocksOf(readFileSync(page, "utf8"))
        .filter(({ language, words }) => language === "nnspec" && words[0] === "bad")
        .flatMap(({ text }) => checkText(text, page).diagnostics),
    );
    expect(new Set(explained.map(({ code }) => code)).size).toBeGreaterThan(150);
    const sampled = readdirSync("tests/samples")
      .flatMap((area) =>
        readdirSync(`tests/samples/${area}`).map(
          (name) => `tests/samples/${area}/${name}/input.nnspec`,
        ),
      )
      .flatMap(
        (path) => checkText(readFileSync(path, "utf8").replace(/[«»]/g, ""), path).diagnostics,
      );
    expect(sampled.length).toBeGreaterThan(80);
    const diagnostics = [...sampled, ...explained];
    const log: unknown = JSON.parse(toSarif({ files: [], diagnostics, errorOnWarning: false }));
    expect(sarifFaults(log)).toEqual([]);
  }, 30_000);

  test("the check of the structure finds what is wrong", () => {
    const log = JSON.parse(toSarif(findingsOf(wrong)));
    log.runs[0].results[0].level = "fatal";
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
    delete log.runs[0].tool.driver.name;
    log.runs[0].tool.driver.rules.push(log.runs[0].tool.driver.rules[0]);
    expect(sarifFaults(log)).toHaveLength(4);
  });

  test("results name their rule, whose help is the explanation page", () => {
    const { runs } = JSON.parse(toSarif(findingsOf(wrong)));
    const [result] = runs[0].results;
    expect(runs[0].tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(runs[0].tool.driver.rules[result.ruleIndex].help.text).toContain("```nnspec bad");
    expect(result.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "a%20folder/net%2C1.nnspec" },
      region: { startLine: 4, startColumn: 29, endLine: 4, endColumn: 33 },
    });
    expect(result.fixes[0].artifactChanges[0].replacements[0].insertedContent.text).toBe("dense");
  });

  test("a clean check is an empty list of results", () => {
    const log = JSON.parse(
      toSarif({ files: ["x.nnspec"], diagnostics: [], errorOnWarning: false }),
    );
    expect(log.runs[0].results).toEqual([]);
    expect(sarifFaults(log)).toEqual([]);
  });
});
