import { describeError, isUserError } from "./errors.ts";

/**
 * Runs `main` when the module at `url` is the program that Node was started with, and never when it is imported or in a
 * browser. What a person did wrong ends with 2, a fault of the program with 1; otherwise `main` says the exit code.
 */
export function runAsProgram(
  url: string,
  main: (argv: readonly string[]) => Promise<number>,
): void {
  if (!isProgram(url)) return;
  void outcomeOf(() => main(process.argv.slice(2))).then((code) => {
    process.exitCode = code;
  });
}

/** The exit code of a program; what went wrong is written to standard error. */
export async function outcomeOf(program: () => Promise<number>): Promise<number> {
  try {
    return await program();
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    return isUserError(error) ? 2 : 101;
  }
}

function isProgram(url: string): boolean {
  if (typeof process === "undefined" || typeof process.getBuiltinModule !== "function")
    return false;
  const started = process.argv[1];
  if (started === undefined || !url.startsWith("file:")) return false;
  const { realpathSync } = process.getBuiltinModule("node:fs");
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  try {
    return realpathSync(started) === realpathSync(fileURLToPath(url));
  } catch {
    return false;
  }
}
