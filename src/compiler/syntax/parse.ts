import { hasErrors, type Outcome } from "../base/outcome.ts";
import type { Diagnostic } from "../base/diagnostics/diagnostic.ts";
import type { Source } from "../base/source.ts";
import type { File } from "./ast.ts";
import { buildFile } from "./build/file.ts";
import { documentationOf } from "./documentation.ts";
import { lex } from "./lexer/lex.ts";
import type { Lexed } from "./lexer/lexed.ts";
import { checkExpressions, checkNames, checkSize, checkTokens, cutErrors } from "./limits.ts";
import { repair } from "./mistakes/repair.ts";
import { syntaxErrors } from "./syntax-errors.ts";
import { runParser } from "./run-parser.ts";
import { checkVersion } from "./version.ts";

/** A text as a tree. With errors the tree is as complete as recovery allows; comments outside declarations are not in it. */
export function parse(source: Source): Outcome<File> {
  const { value, diagnostics } = parseLexed(source);
  return { value: value?.file, diagnostics };
}

/** The tree with the tokens and comments that it was made of, for `format`. */
export function parseLexed(
  source: Source,
): Outcome<{ readonly file: File; readonly lexed: Lexed }> {
  const tooLarge = checkSize(source);
  if (tooLarge) return { value: undefined, diagnostics: [tooLarge] };
  const lexed = lex(source);
  const tooMany = checkTokens(lexed);
  if (tooMany) return { value: undefined, diagnostics: [tooMany] };
  const repaired = repair(lexed);
  if (repaired.tooDeep) return { value: undefined, diagnostics: [repaired.tooDeep] };
  const found: Diagnostic[] = [...lexed.diagnostics, ...checkNames(lexed), ...repaired.diagnostics];
  const { tree, errors } = runParser(repaired.tokens);
  found.push(...syntaxErrors(source, repaired, errors, found));
  const file = buildFile(
    { source, documentation: documentationOf(lexed), report: (finding) => found.push(finding) },
    tree,
  );
  found.push(...checkVersion(file, lexed));
  if (!hasErrors(found)) found.push(...checkExpressions(file, lexed));
  return { value: { file, lexed }, diagnostics: cutErrors(found) };
}
