import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Token } from "../tokens.ts";

/** The tokens as the parser gets them: brackets balanced, and each known mistake reported and replaced by what was meant. */
export interface Repaired {
  readonly tokens: readonly Token[];
  readonly diagnostics: readonly Diagnostic[];
  /** Set when the nesting is deeper than the limit; then nothing is to be parsed. */
  readonly tooDeep?: Diagnostic | undefined;
}
