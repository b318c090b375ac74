/** How the command ends, for shells and CI. */
export const exitCode = {
  clean: 0,
  specHasErrors: 1,
  usage: 2,
  diverged: 3,
  internal: 101,
  interrupted: 130,
  terminated: 143,
} as const;

/** Wrong arguments, or a file that cannot be read or written: said in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Says why a command has failed, in a line for people, and gives its exit code. */
export function reportFailure(error: unknown): number {
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
