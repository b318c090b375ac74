#!/usr/bin/env node
import { exitCode, reportFailure } from "./exit.ts";
import { commandLine } from "./program.ts";

/** What a stream says when it cannot be written to. */
const broken = "error" satisfies "error";

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
  await commandLine().parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
