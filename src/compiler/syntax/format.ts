import type { Outcome } from "../base/outcome.ts";
import type { Source } from "../base/source.ts";
import { parse } from "./parse.ts";

/** The text of a file that parses. */
export function format(source: Source): Outcome<string> {
  const { value, diagnostics } = parse(source);
  return { value: value && source.text, diagnostics };
}
