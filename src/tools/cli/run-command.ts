import { exitCode, reportFailure } from "./exit.ts";
import { commandLine } from "./program.ts";

/** What a stream says when it cannot be written to. */
const broken = "error" satisfies "error";

/** Runs the command that the words of a command line ask for; how it went is the exit code of the process. */
export async function runCommand(words: readonly string[]): Promise<void> {
  process.on("SIGINT", () => process.exit(exitCode.interrupted));
  process.on("SIGTERM", () => process.exit(exitCode.terminated));
  process.stdout.on(broken, (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCode.clean);
    process.stderr.write(
      `nnspec: cannot write to the standard output: ${error.code === "ENOSPC" ? "the disk is full" : error.message}\n`,
    );
    process.exit(exitCode.usage);
  });
  try {
    await commandLine().parseAsync(words);
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
