import type { Source } from "../../base/source.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Bound } from "./lexical.ts";
import type { Scope } from "./scope.ts";

/** A file whose imports are loaded and whose top-level names are known. */
export interface ResolvedFile {
  readonly source: Source;
  readonly file: Ast.File;
  /** Its own declarations and its imports. */
  readonly scope: Scope;
}

/** What `infer` reads: the file, and everything that it imports. */
export interface Resolved extends ResolvedFile {
  /** All imported files, each once, those that others need first. */
  readonly imported: readonly ResolvedFile[];
  /** The names of this file with their uses, then those of each imported one. */
  readonly names: readonly (readonly Bound[])[];
}
