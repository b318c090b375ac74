import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { settings } from "../../src/compiler/settings/index.ts";
import { findings, message, spec } from "./specs.ts";

const folder = "src/compiler/settings";
const names = settings.map(({ name }) => String(name));

describe("a setting of runs is one file", () => {
  test("of its name, and in the registry", () => {
    const defining = readdirSync(folder).filter((file) =>
      readFileSync(`${folder}/${file}`, "utf8").includes("= defineSetting({"),
    );
    expect(defining.toSorted()).toEqual(names.map((name) => `${name}.ts`).toSorted());
  });

  test.each(["run.ts", "run-languages.ts", "reading-settings.ts", "recipes.ts"])(
    "inference knows none by a name of its own: %s",
    (file) => {
      const text = readFileSync(`src/compiler/passes/2-infer/${file}`, "utf8");
      const quoted = [...text.matchAll(/"(\w+)"/g)].map(([, word]) => word!);
      expect(quoted.filter((word) => names.includes(word))).toEqual([]);
    },
  );

  test("the table of chapter 8 is what the definitions say", () => {
    const chapter = readFileSync("spec/08-training.md", "utf8");
    const [, table] = /\| key \| takes \| default \|\n\|---\|---\|---\|\n((?:\|.*\n)+)/.exec(
      chapter,
    )!;
    expect(table!.trim().split("\n")).toEqual(
      settings.map(({ name, takes, otherwise }) => `| \`${name}\` | ${takes} | ${otherwise} |`),
    );
  });
});

describe("names that people know a setting by", () => {
  test.each(settings.flatMap(({ name, synonyms = [] }) => synonyms.map((each) => [each, name])))(
    "%s is told to be %s",
    (written, name) => {
      const text = spec({ train: `${written}: 3` });
      expect(findings(text)).toContain(`NN0701 ${written}`);
      expect(message(text)).toContain(`did you mean \`${name}\``);
    },
  );

  test("what is nothing like any lists them all", () => {
    const told = message(spec({ train: "zzzzzzzz: 3" }));
    for (const name of names) expect(told).toContain(`\`${name}\``);
  });
});
