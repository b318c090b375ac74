/** How the command ends, for shells and CI. */
export const exitCode = {
  clean: 0,
  specHasErrors: 1,
  usage: 2,
  internal: 101,
  interrupted: 130,
} as const;

/** Wrong arguments, or a file that cannot be read or written: said in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
