import type { Diagnostic } from "../base/diagnostics/diagnostic.ts";
import { hasErrors } from "../base/outcome.ts";
import type { Source, Span } from "../base/source.ts";
import { checkInSteps } from "../check.ts";
import { library } from "../library/index.ts";
import { resolve } from "../passes/1-resolve/resolve.ts";
import type { Resolved } from "../passes/1-resolve/resolved.ts";
import type { CheckOptions } from "../passes/1-resolve/scope.ts";
import { firstFindings, firstProgram, inferFirst } from "../passes/2-infer/infer.ts";
import { newRecording, type Recording } from "../passes/2-infer/recording.ts";
import type * as Ast from "../syntax/ast.ts";
import type { Lexed } from "../syntax/lexer/lexed.ts";
import { lex } from "../syntax/lexer/lex.ts";
import { parse } from "../syntax/parse.ts";
import type { Program } from "../typed/program.ts";
import { placeItems, placeSpan, type PlacedItem } from "./items.ts";
import { forget, newMemory, parseKept, watchingFor, type Memory } from "./memory.ts";

/** All that is known of a text, as far as it can be read: a file with errors has them, and everything that is whole. */
export interface Analysis {
  readonly source: Source;
  readonly lexed: Lexed;
  readonly file: Ast.File;
  readonly items: readonly PlacedItem[];
  readonly resolved: Resolved;
  /** What has no errors, for the values that hypers have now. */
  readonly program: Program;
  readonly recording: Recording;
  /** What `check` says of it before its proofs and lints: the findings of each phase up to the first that has errors. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where a span of a tree lies in the text: trees are kept while the text around them moves. */
export function place(analysis: Analysis, span: Span): Span | undefined {
  return placeSpan(analysis.source, analysis.items, span);
}

/** An analyser of one file. Texts of one file follow each other, and what did not change is not made again. */
export interface Analyser {
  readonly analyse: (source: Source) => Analysis;
  /** A text that nobody has written, such as one with a name where a name is looked for; the next text does not follow it. */
  readonly peek: (source: Source) => Analysis;
}

export function newAnalyser(options: CheckOptions): Analyser {
  const memory = newMemory();
  const state: { before: Analysis | undefined } = { before: undefined };
  return {
    analyse: (source) => {
      const analysis = analyse(source, options, memory, state.before);
      state.before = analysis;
      return analysis;
    },
    peek: (source) => analyse(source, options, memory, state.before),
  };
}

/** The second tier: all that `check` says, the proofs over hypers and the lints included, a step at a time; to be left at any step. */
export function proveInSteps(
  { source }: Analysis,
  options: CheckOptions,
): ReturnType<typeof checkInSteps> {
  return checkInSteps(source, options);
}

function analyse(
  source: Source,
  options: CheckOptions,
  memory: Memory,
  before: Analysis | undefined,
): Analysis {
  forget(memory);
  const parsed = parse(source);
  const errors = parsed.diagnostics.filter(({ severity }) => severity === "error");
  const items = placeItems(source, parsed.value, errors, before?.items ?? []);
  const file = fileOf(source, parsed.value, items, errors.length > 0 ? before?.file : undefined);
  const resolution = resolve(file, options, (each) => parseKept(memory, each));
  const resolved = resolution.value!;
  const recording = newRecording();
  const found: Diagnostic[] = [];
  const watching = watchingFor(memory, resolved, recording, (each) => void found.push(each));
  const inference = inferFirst(resolved, options, library, watching);
  const inferred = [...inference.found, ...found].flatMap((each) => placed(each, source, items));
  const phases = [
    parsed.diagnostics,
    resolution.diagnostics.flatMap((each) => placed(each, source, items)),
    firstFindings({ ...inference, found: inferred }),
  ];
  const failing = phases.findIndex(hasErrors);
  const told = phases.slice(0, failing < 0 ? phases.length : failing + 1).flat();
  return {
    source,
    lexed: lex(source),
    file,
    items,
    resolved,
    program: firstProgram(inference),
    recording,
    diagnostics: told,
  };
}

/** The file with the trees that are kept; imports that an error hides are those of the text before. */
function fileOf(
  source: Source,
  parsed: Ast.File | undefined,
  items: readonly PlacedItem[],
  before: Ast.File | undefined,
): Ast.File {
  const imports =
    before && (parsed?.imports.length ?? 0) < before.imports.length
      ? before.imports
      : (parsed?.imports ?? []);
  return {
    kind: "file",
    span: { source, start: 0, end: source.text.length },
    version: parsed?.version,
    imports,
    items: items.map(({ item }) => item),
  };
}

function placed(
  found: Diagnostic,
  source: Source,
  items: readonly PlacedItem[],
): readonly Diagnostic[] {
  const at = (span: Span): Span | undefined => placeSpan(source, items, span);
  const span = at(found.span);
  if (!span) return [];
  if (span === found.span && found.related.length === 0 && found.fixes.length === 0) return [found];
  return [
    {
      ...found,
      span,
      related: found.related.flatMap((each) => {
        const moved = at(each.span);
        return moved ? [{ ...each, span: moved }] : [];
      }),
      fixes: found.fixes.flatMap((fix) => {
        const edits = fix.edits.map((edit) => ({ ...edit, span: at(edit.span) }));
        return edits.some((edit) => edit.span === undefined)
          ? []
          : [{ ...fix, edits: edits as typeof fix.edits }];
      }),
    },
  ];
}
