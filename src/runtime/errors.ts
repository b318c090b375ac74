/**
 * Something that the person who runs the program can put right: a missing file, a broken row, an impossible option.
 * The entry prints the message and the notes, without a stack trace. Every other exception is a fault of the program.
 */
export class UserError extends Error {
  readonly notes: readonly string[];

  constructor(message: string, notes: readonly string[] = []) {
    super(message);
    this.name = "UserError";
    this.notes = notes;
  }
}

/** By its name: several programs in one process, such as the members of an ensemble, have a class of their own each. */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === "UserError";
}

/** An exception in words: message and notes of a `UserError`; the stack only of what nobody foresaw. */
export function describeError(error: unknown): string {
  if (isUserError(error))
    return [error.message, ...error.notes.map((note) => `  ${note}`)].join("\n");
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
