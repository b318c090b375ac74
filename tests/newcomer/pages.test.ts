import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { commandLine } from "../../src/tools/cli/program.ts";
import { filesIn } from "../support/files.ts";
import { commandsIn, plain } from "./commands.ts";
import { furnishedDesk } from "./desk.ts";
import { typeWell } from "./shell.ts";

// Every whole command of the help, of the pages and of the comments in the examples is run, where the files lie that it speaks
// of. (The tutorial has a test of its own, and so has what a program offers as the next step.)
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...filesIn("docs", ".md").filter((page) => page !== "docs/tutorial.md"),
  ...filesIn("spec", ".md"),
  ...filesIn("examples", ".md", ".nnspec"),
];
const known = new Set<string>();
const offered = pages
  .flatMap((page) => commandsIn(readFileSync(page, "utf8").replace(/^\/\/ ?/gm, "")))
  .filter((command) => !known.has(plain(command)) && known.add(plain(command)));
let desk: ReturnType<typeof furnishedDesk>;

beforeAll(async () => {
  desk = furnishedDesk();
  // The run folders that the examples speak of.
  for (const spec of ["digits.nnspec --run-dir runs/mlp", "iris.nnspec --run-dir runs/iris"])
    await typeWell(`nnspec train ${spec} --epochs 1`, desk.folder, desk.environment);
});

afterAll(() => rmSync(desk.folder, { recursive: true, force: true }));

/** A first spec is written where there is none yet. */
function run(command: string): Promise<string> {
  const begins = command.startsWith("nnspec init");
  const folder = begins ? mkdtempSync(join(desk.folder, "empty-")) : desk.folder;
  return typeWell(command, folder, desk.environment);
}

describe("the commands of the pages", () => {
  test.each(offered.filter((command) => !command.startsWith("npm")))("%s", async (command) => {
    await run(command);
  });

  test.each(offered.filter((command) => command.startsWith("npm")))(
    "%s is one of the package",
    (command) => {
      const scripts = ["ci", "install sharp", ...Object.keys(manifest.scripts)];
      for (const step of command.split(" && "))
        expect(scripts).toContain(/^npm (?:run )?(.+?)(?: --.*)?$/.exec(step)![1]);
    },
  );
});

describe("the examples of the help", () => {
  test.each(commandLine().commands.map((command) => command.name()))("nnspec %s", async (name) => {
    const help = await typeWell(`nnspec ${name} --help`, desk.folder, desk.environment);
    const examples = commandsIn(help.slice(help.indexOf("Examples:")));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) await run(example);
  });
});
