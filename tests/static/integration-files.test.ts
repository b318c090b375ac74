import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commandLine } from "../../src/tools/cli/program.ts";

const program = commandLine();

/** Every `nnspec command --option …` that a file mentions. */
function commandsOf(path: string): readonly (readonly string[])[] {
  const text = readFileSync(path, "utf8");
  return [
    ...text.matchAll(/(?:\bnnspec|dist\/nnspec\.js")\s+((?:check|diff|fmt)\b[^\n#>`]*)/g),
  ].map(([, words]) => words!.trim().split(/\s+/));
}

describe.each(["action.yml", ".pre-commit-hooks.yaml", "docs/ci.md"])("%s", (path) => {
  test("uses only commands and options that there are", () => {
    const commands = commandsOf(path);
    expect(commands.length).toBeGreaterThanOrEqual(2);
    for (const [name, ...words] of commands) {
      const command = program.commands.find((one) => one.name() === name)!;
      for (const word of words.filter((one) => /^--\w/.test(one)))
        expect(command.options.map(({ long }) => long)).toContain(word);
    }
  });
});

test("every format in docs/ci.md is one of check's", () => {
  const formats = program.commands
    .find((one) => one.name() === "check")!
    .options.find(({ long }) => long === "--format")!.argChoices;
  const named = [...readFileSync("docs/ci.md", "utf8").matchAll(/^\| `(\w+)` \|/gm)].map(
    ([, format]) => format,
  );
  expect(named).toEqual(formats);
});

test("texts from outside reach the action's scripts by the environment only, where a shell cannot run them", () => {
  const scripts = readFileSync("action.yml", "utf8")
    .split(/^ {6}run: \|$/m)
    .slice(1)
    .map((part) => part.split(/^ {4}- /m)[0]!);
  expect(scripts).toHaveLength(3);
  for (const script of scripts) expect(script).not.toContain("${{");
});
