import { suggest } from "../../base/suggest.ts";
import { namesIn } from "../1-resolve/scope.ts";
import type { Context, Scope } from "./context.ts";

export { child, describeItem, lookup, namesIn } from "../1-resolve/scope.ts";

/** The name in scope, or else the function of the library, that was probably meant. */
export function nearestValue(context: Context, scope: Scope, written: string): string | undefined {
  return suggest(written, [
    ...namesIn(scope),
    ...context.library.all("function").map(({ name }) => name),
  ]);
}
