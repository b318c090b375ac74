import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";

/**
 * A text with commands of ours (at the start of a line, after a pipe or `&&`, between backticks) as they can be typed in `folder`
 * (default: here): with the words by which this program was called, as one who runs it by npm has no `nnspec` on the path.
 */
export function asCalled(text: string, folder = "."): string {
  const begins = /(^\s*|&& |\| |(?<!`)`)nnspec (?=[a-z])/gm;
  return text.replace(begins, (_, before: string) => `${before}${ourName(resolve(folder))} `);
}

function ourName(folder: string): string {
  const started = process.argv[1] ?? "";
  const byNpm = process.env["npm_command"] !== undefined;
  if (byNpm && npxFinds(folder, started)) return "npx nnspec";
  // A link in a folder of commands is called nnspec; npm's programs for Windows start the file of the installed package.
  const installed = /[\\/]node_modules[\\/]nnspec[\\/]/.test(started);
  if (!byNpm && (basename(started) !== "nnspec.js" || installed)) return "nnspec";
  return `node ${shellWord(pathFrom(folder, started))}`;
}

/** Where npx starts us from is a passing link, so it is followed; below the folder the path is relative, elsewhere whole. */
function pathFrom(folder: string, started: string): string {
  const real = realpathSync(started);
  const path = relative(folder, real);
  return path.startsWith("..") ? real : path;
}

/** Whether `npx` in this folder runs this very program: it looks in the nearest folder that has packages or is one. */
function npxFinds(folder: string, started: string): boolean {
  const holds = (name: string): boolean => existsSync(join(folder, name));
  if (holds("package.json") || holds("node_modules"))
    return ["dist/nnspec.js", "node_modules/.bin/nnspec"].some(
      (path) => holds(path) && realpathSync(join(folder, path)) === realpathSync(started),
    );
  return dirname(folder) !== folder && npxFinds(dirname(folder), started);
}

/** A word of a command line, quoted where a shell would take it for anything but itself. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
