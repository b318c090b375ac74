/** A bug of nnspec itself: never the answer to bad input. The command line reports it and exits with 101. */
export class InternalError extends Error {
  override readonly name = "InternalError";
}

/** Throws when something that the compiler itself guarantees does not hold. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** For the end of a `switch` over a union: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new InternalError(`unexpected ${JSON.stringify(value)}`);
}
