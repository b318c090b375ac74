#!/usr/bin/env node
import { exitCode, UsageError } from "./exit.ts";
import { commandLine } from "./program.ts";

/** What a stream says when it cannot be written to. */
const broken = "error" satisfies "error";

process.on("SIGINT", () => process.exit(exitCode.interrupted));
process.stdout.on(broken, (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.clean);
  process.stderr.write(
    `nnspec: cannot write to the standard output: ${error.code === "ENOSPC" ? "the disk is full" : error.message}\n`,
  );
  process.exit(exitCode.usage);
});

try {
  await commandLine().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`nnspec: ${error.message}\n`);
    return exitCode.usage;
  }
  if (isCommanderError(error)) return error.exitCode === 0 ? exitCode.clean : exitCode.usage;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `nnspec: internal error: ${message}\nThis is a bug of nnspec; please report it with the file that shows it.\n`,
  );
  if (process.env["NNSPEC_DEBUG"] && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  return exitCode.internal;
}

function isCommanderError(error: unknown): error is Error & { readonly exitCode: number } {
  // By its code, as bundling may change the name of the class.
  return (
    error instanceof Error &&
    "exitCode" in error &&
    "code" in error &&
    String(error.code).startsWith("commander.")
  );
}
