/**
 * An object whose members are made when the first of them is asked for that is not known. Where it may lack a member, it has it as
 * `undefined`.
 */
export function deferred<Value extends object>(
  known: Partial<Value>,
  members: readonly (keyof Value)[],
  make: () => Value,
): Value {
  const value: Partial<Value> = { ...known };
  let made: Value | undefined;
  for (const member of members)
    Object.defineProperty(value, member, {
      enumerable: true,
      get: () => (made ??= make())[member],
    });
  return value as Value;
}
