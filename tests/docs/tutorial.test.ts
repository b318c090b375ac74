import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { blocksOf } from "../support/markdown.ts";
import { installedIn } from "../newcomer/installed.ts";
import { type } from "../newcomer/shell.ts";

// ```nnspec file=a.nnspec   is written to that file          ```csv file=b.csv   likewise
// ```console                lines `$ nnspec …` are run, each with an empty cache and a limit of time (a `# exit 1` behind them
//                           says how they end); the lines below must be printed in this order, where … stands for anything
const page = "docs/tutorial.md";
const folder = mkdtempSync(join(tmpdir(), "nnspec-tutorial-"));
const environment = installedIn(folder);

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

async function run(command: string, wantedLines: readonly string[]): Promise<void> {
  const wantedStatus = Number(/# exit (\d+)$/.exec(command)?.[1] ?? 0);
  const { status, output } = await type(command, folder, { environment });
  expect(status, output).toBe(wantedStatus);
  let from = 0;
  for (const wanted of wantedLines) {
    const pattern = new RegExp(
      wanted
        .trim()
        .split(/\s*…\s*/)
        .map(loosely)
        .join("[^]*?"),
    );
    const found = pattern.exec(output.slice(from));
    expect(found, `expected ${wanted.trim()}\nin ${output}`).not.toBeNull();
    from += found!.index + found![0].length;
  }
}

/** The text itself, with blanks of any width. */
function loosely(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
}
