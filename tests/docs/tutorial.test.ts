import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { blocksOf } from "../support/markdown.ts";
import { nnspec } from "../cli/run.ts";

// ```nnspec file=a.nnspec   is written to that file          ```csv file=b.csv   likewise
// ```console                lines `$ nnspec …` are run (a `# exit 1` behind them says how they end); the lines below must be
//                           printed in this order, where … stands for anything
const page = "docs/tutorial.md";
const folder = mkdtempSync(join(tmpdir(), "nnspec-tutorial-"));

describe("the tutorial, executed from top to bottom", () => {
  for (const block of blocksOf(readFileSync(page, "utf8"))) {
    const file = block.words.find((word) => word.startsWith("file="))?.slice("file=".length);
    if (file !== undefined) {
      test(`line ${block.line} writes ${file}`, () => {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), block.text);
      });
    } else if (block.language === "console") {
      for (const { command, output } of sessionsOf(block.text))
        test(`line ${block.line}: ${command}`, () => run(command, output));
    }
  }
});

function sessionsOf(
  text: string,
): readonly { readonly command: string; readonly output: readonly string[] }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((session) => {
      const [command = "", ...output] = session.trimEnd().split("\n");
      return { command, output: output.filter((line) => line.trim() !== "") };
    });
}

function run(command: string, output: readonly string[]): void {
  const [, line = command, exit = "0"] = /^(.*?)\s+# exit (\d+)$/.exec(command) ?? [
    undefined,
    command,
    "0",
  ];
  const printed = line.startsWith("nnspec ")
    ? runNnspec(line, Number(exit))
    : execFileSync("sh", ["-c", line], { cwd: folder, encoding: "utf8" });
  let from = 0;
  for (const wanted of output) {
    const pattern = new RegExp(
      wanted
        .trim()
        .split(/\s*…\s*/)
        .map(loosely)
        .join("[^]*?"),
    );
    const found = pattern.exec(printed.slice(from));
    expect(found, `expected ${wanted.trim()}\nin ${printed}`).not.toBeNull();
    from += found!.index + found![0].length;
  }
}

function runNnspec(line: string, exit: number): string {
  const [head = "", source] = line.split(" < ");
  const input = source === undefined ? "" : readFileSync(resolve(folder, source.trim()), "utf8");
  const args = [...head.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
    .map((match) => match[1] ?? match[2] ?? match[3]!)
    .slice(1);
  const { status, stdout, stderr } = nnspec(args, { cwd: folder, input });
  expect(status, stderr).toBe(exit);
  return stdout + stderr;
}

/** The text itself, with blanks of any width. */
function loosely(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
}
