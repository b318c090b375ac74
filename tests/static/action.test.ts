import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { sarifFaults } from "./sarif-schema.ts";

// The steps of action.yml, run by bash as GitHub runs them: inputs in the environment, in the checkout of a pull request.

interface Step {
  readonly name: string;
  readonly condition: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly script: string;
}

const action = readFileSync("action.yml", "utf8");
const defaults = Object.fromEntries(
  [...action.matchAll(/^ {2}([\w-]+):\n {4}description: .*\n {4}default: "?([^"\n]*)"?$/gm)].map(
    ([, name, value]) => [name!, value!],
  ),
);
const steps = action
  .split(/^ {4}- name: /m)
  .slice(1)
  .map((text): Step => ({
    name: text.split("\n")[0]!,
    condition: /^ {6}if: (.*)$/m.exec(text)?.[1],
    environment: Object.fromEntries(
      [...text.matchAll(/^ {8}([A-Z]+): (\$\{\{.*\}\})$/gm)].map(([, name, value]) => [
        name!,
        value!,
      ]),
    ),
    script: text.split(/^ {6}run: \|\n/m)[1]!.replaceAll(/^ {8}/gm, ""),
  }));

let workspace: string;
let packaged: string;

const spec = (width: number): string => `nnspec 1
dim B

model Net(x: f32[B, px: 64]) -> f32[B, 10] {
  return x -> dense(${width}) as h1 -> relu -> dense(10) as logits
}
`;

function git(folder: string, ...args: readonly string[]): void {
  execFileSync(
    "git",
    [
      "-c",
      "user.name=test",
      "-c",
      "user.email=test@example.org",
      "-c",
      "init.defaultBranch=main",
      ...args,
    ],
    { cwd: folder, stdio: "ignore" },
  );
}

/** Runs the whole action; the step that fails ends it, as on GitHub. */
function run(inputs: Readonly<Record<string, string>>, base: string, path = process.env["PATH"]!) {
  const given = { ...defaults, ...inputs };
  const context: Readonly<Record<string, string>> = {
    "github.base_ref": base,
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`inputs.${name}`, value])),
  };
  const summary = join(workspace, "summary.md");
  writeFileSync(summary, "");
  let output = "";
  for (const step of steps) {
    if (
      step.condition &&
      !step.condition.split(" && ").every((part) => (context[part.split(" != ")[0]!] ?? "") !== "")
    )
      continue;
    const environment = Object.fromEntries(
      Object.entries(step.environment).map(([name, value]) => [
        name,
        context[/\$\{\{ ([\w.-]+) \}\}/.exec(value)![1]!] ?? "",
      ]),
    );
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step.script],
      {
        cwd: join(workspace, "pull"),
        encoding: "utf8",
        env: {
          PATH: path,
          HOME: workspace,
          NO_COLOR: "1",
          GITHUB_ACTION_PATH: packaged,
          GITHUB_STEP_SUMMARY: summary,
          ...environment,
        },
      },
    );
    output += stdout + stderr;
    if (status !== 0) return { status, output, summary: readFileSync(summary, "utf8") };
  }
  return { status: 0, output, summary: readFileSync(summary, "utf8") };
}

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), "nnspec-action-"));
  packaged = join(workspace, "action");
  symlinkSync(resolve("."), packaged, "dir");
  const origin = join(workspace, "origin");
  mkdirSync(join(origin, "specs"), { recursive: true });
  git(origin, "init", "-q");
  writeFileSync(join(origin, "specs/net.nnspec"), spec(32));
  git(origin, "add", ".");
  git(origin, "commit", "-q", "-m", "base");
  git(workspace, "clone", "-q", `file://${origin}`, "pull");
  git(join(workspace, "pull"), "checkout", "-q", "-b", "wider");
  writeFileSync(join(workspace, "pull/specs/net.nnspec"), spec(48));
});

describe("action.yml, executed", () => {
  test("has the three steps and the inputs that are tested here", () => {
    expect(steps.map(({ name }) => name)).toEqual([
      "Install nnspec",
      "Difference to the base",
      "Check",
    ]);
    expect(defaults).toEqual({
      files: ".",
      format: "github",
      output: "",
      "error-on-warning": "false",
      diff: "",
    });
  });

  test("a pull request: the check is clean, and the summary says what it changes", () => {
    const { status, output, summary } = run({ files: "specs", diff: "specs/net.nnspec" }, "main");
    expect(status, output).toBe(0);
    expect(summary).toMatch(/^\*\*nnspec diff\*\*/);
    expect(summary).toContain("2,410 → 3,610 (+49.8 %)");
  });

  test("a push has no base, and a new spec none to be compared with: no summary, and the check is made", () => {
    expect(run({ files: "specs", diff: "specs/net.nnspec" }, "")).toMatchObject({
      status: 0,
      summary: "",
    });
    expect(run({ files: "specs", diff: "specs/other.nnspec" }, "main")).toMatchObject({
      status: 0,
      summary: "",
    });
  });

  test("an error is annotated at its line and fails the job; a warning fails it where that is asked for", () => {
    writeFileSync(join(workspace, "pull/wrong.nnspec"), spec(48).replace("relu", "rely"));
    const wrong = run({ files: "specs wrong.nnspec" }, "");
    expect(wrong.status).toBe(1);
    expect(wrong.output).toMatch(/^::error file=wrong\.nnspec,line=5,/m);
    writeFileSync(
      join(workspace, "pull/wrong.nnspec"),
      spec(48).replace("-> relu ", "-> dense(8) as h2 "),
    );
    expect(run({ files: "wrong.nnspec" }, "").status).toBe(0);
    expect(run({ files: "wrong.nnspec", "error-on-warning": "true" }, "").status).toBe(1);
  });

  test("a report for code scanning is written where it is asked for", () => {
    const { status } = run({ files: "specs", format: "sarif", output: "nnspec.sarif" }, "");
    expect(status).toBe(0);
    expect(
      sarifFaults(JSON.parse(readFileSync(join(workspace, "pull/nnspec.sarif"), "utf8"))),
    ).toEqual([]);
  });

  test("inputs are words, never commands", () => {
    const { status } = run(
      { files: "specs; touch owned", diff: "$(touch owned)", output: "" },
      "main",
    );
    expect(status).not.toBe(0);
    expect(existsSync(join(workspace, "pull/owned"))).toBe(false);
  });

  test("without a bundle it installs first, where the action lies", () => {
    const bare = join(workspace, "bare");
    const bin = join(workspace, "bin");
    for (const folder of [bare, bin]) mkdirSync(folder);
    writeFileSync(
      join(bin, "npm"),
      `#!/bin/sh\nmkdir dist\necho "$PWD $*" > called\nprintf 'process.exitCode = 0;' > dist/nnspec.js\n`,
    );
    chmodSync(join(bin, "npm"), 0o755);
    packaged = bare;
    const { status, output } = run({ files: "specs" }, "", `${bin}:${process.env["PATH"]!}`);
    packaged = join(workspace, "action");
    expect(status, output).toBe(0);
    expect(readFileSync(join(bare, "called"), "utf8")).toMatch(/bare ci --no-audit --no-fund\n$/);
  });
});
