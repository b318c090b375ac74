import { resolve } from "node:path";
import { blocksOf } from "../support/markdown.ts";
import { commandLine } from "../../src/tools/cli/program.ts";

const { commands } = commandLine();
const subcommands = commands.map((command) => command.name());
const program = String.raw`(?:npx nnspec|nnspec|node \S*nnspec\.js) (?:${subcommands.join("|")})(?=[\s)\x60]|$)`;
const packages = String.raw`npm (?:ci|install|start|test|run)\b`;
const first = String.raw`(?:cd \S+ && |echo \S.*? \| )*(?:${program}|${packages})`;

/**
 * Commands that a text offers for typing: they begin a line, or stand behind a colon, in parentheses or between backticks.
 * Two blanks or a `#` set them off from what they are for.
 */
export function commandsIn(text: string): readonly string[] {
  const begins = String.raw`(?:^\s*(?:\$ )?|: |\(|\x60)`;
  const ends = String.raw`(?=\s{2}|\s+#|\)?[.;,]?$|\x60|\), )`;
  const found = text.matchAll(new RegExp(`${begins}(${first}.*?)${ends}`, "gm"));
  return [...found].map((match) => match[1]!.trim()).filter(isComplete);
}

/** FILE, [options], <file>, and what is left out. */
const placeholder = /[[<…]|\b(?!HEAD\b)[A-Z]{3,}\b/;

/** Whether a command of ours has what it needs; without, or with words that stand for others, it is only spoken of. */
function isComplete(command: string): boolean {
  const [, name, rest] =
    new RegExp(`nnspec(?:\\.js)? (${subcommands.join("|")})\\b(.*)`).exec(command) ?? [];
  if (name === undefined) return true;
  if (placeholder.test(rest!)) return false;
  const { registeredArguments, options } = commands.find((each) => each.name() === name)!;
  const needed = registeredArguments.filter(({ required }) => required).length;
  const given = rest!.split(" ").filter((word) => /^[^-]|^-$/.test(word)).length;
  return (
    given >= needed && options.every((option) => !option.mandatory || rest!.includes(option.long!))
  );
}

/** The command lines of a page's blocks for a shell. */
export function blockCommands(page: string): readonly string[] {
  return blocksOf(page)
    .filter(({ language }) => language === "sh" || language === "console")
    .flatMap(({ text }) => commandsIn(text));
}

/** Where a command line leaves its shell. */
export function folderAfter(command: string, folder: string): string {
  const steps = [...command.matchAll(/(?:^|&& )cd (\S+)/g)].map((match) => match[1]!);
  return steps.reduce((at, step) => resolve(at, step), folder);
}

/** The command itself: without how the program was called, and with every number of a run or of a seed alike. */
export function plain(command: string): string {
  return command
    .replace(/npx nnspec |node \S*nnspec\.js /g, "nnspec ")
    .replace(/--seed \d+/g, "--seed 1")
    .replace(/\b(runs\/[a-z-]*[a-z])-\d+/g, "$1");
}
