import type { Analysis } from "../compiler/analysis/analysis.ts";
import { symbolsOf, type KnownSymbol } from "../compiler/analysis/symbols.ts";
import type { Span } from "../compiler/base/source.ts";
import { settingOf } from "../compiler/settings/index.ts";
import { inputs } from "../compiler/settings/inputs.ts";
import { reservedWords } from "../compiler/syntax/words.ts";
import { symbolAt, type Document } from "./document.ts";
import { placeOf, spanAt, type Place } from "./places.ts";

/** A change of texts, by place; all of it or nothing. */
export interface TextEdit {
  readonly place: Place;
  readonly text: string;
}

export type Rename =
  | {
      readonly edits: readonly TextEdit[];
      /** What else changes: names of tensors in checkpoints that were saved before. */
      readonly notes: readonly string[];
    }
  | { readonly refused: string };

/** All places of the symbol at an offset, in all open documents. */
export function occurrencesOf(
  document: Document,
  others: readonly Document[],
  offset: number,
): readonly Span[] {
  const found = symbolAt(document.analysis, offset);
  if (!found) return [];
  return [document, ...others.filter((other) => other !== document)].flatMap(
    ({ analysis }) => sameIn(analysis, found.symbol)?.occurrences ?? [],
  );
}

function sameIn(analysis: Analysis, { definition }: KnownSymbol): KnownSymbol | undefined {
  return symbolsOf(analysis).find(
    (each) =>
      each.definition.source.path === definition.source.path &&
      each.definition.start === definition.start,
  );
}

/**
 * The symbol with those that must be called alike: a field and the inputs that it is fed to by its name, whichever of them is meant,
 * as one that has all their occurrences.
 */
function withPartners(analysis: Analysis, symbol: KnownSymbol): KnownSymbol {
  if (symbol.kind !== "field" && symbol.kind !== "input") return symbol;
  const group = new Set([symbol]);
  for (const known of group) {
    const items = partnerItems(analysis, known.item);
    for (const other of symbolsOf(analysis))
      if (
        (other.kind === "field" || other.kind === "input") &&
        other.name === symbol.name &&
        other.item &&
        items.includes(other.item)
      )
        group.add(other);
  }
  const occurrences = [...group].flatMap((each) => each.occurrences);
  const distinct = new Map(occurrences.map((span) => [span.start, span]));
  return {
    ...symbol,
    occurrences: [...distinct.values()].sort((a, b) => a.start - b.start),
  };
}

/** The models that runs without `inputs` train on the data, or the data of such runs of the model. */
function partnerItems(
  { file, resolved }: Analysis,
  item: KnownSymbol["item"],
): readonly KnownSymbol["item"][] {
  return file.items.flatMap((run) => {
    if (run.kind !== "train") return [];
    const renames = run.settings?.entries.some(
      (entry) => entry.kind === "setting" && settingOf(entry.name.text) === inputs,
    );
    const [model, data] = [run.model, run.data].map((name) => {
      const binding = resolved.scope.names.get(name.text);
      return binding?.kind === "declaration" ? binding.declaration.item : undefined;
    });
    if (renames === true) return [];
    return item === model ? [data] : item === data ? [model] : [];
  });
}

export function prepareRename({ analysis }: Document, offset: number): Place | undefined {
  const found = symbolAt(analysis, offset);
  return found && placeOf(found.at);
}

/** Renames where nothing else comes to mean something else; `read` gives the file that declares the name when it is not open. */
export function renameAt(
  document: Document,
  others: readonly Document[],
  offset: number,
  name: string,
): Rename {
  const found = symbolAt(document.analysis, offset);
  if (!found) return { refused: "there is no name here that this file or its imports declare" };
  const { symbol } = found;
  if (!/^[A-Za-z_]\w*$/.test(name) || (reservedWords as readonly string[]).includes(name))
    return { refused: `\`${name}\` is no name of the language` };
  if (name === symbol.name) return { edits: [], notes: [] };
  const all = [document, ...others.filter((other) => other !== document)];
  const open = all.some(({ path }) => path === symbol.definition.source.path);
  if (!open)
    return {
      refused: `\`${symbol.name}\` is declared in \`${symbol.definition.source.path}\`, which is not open`,
    };
  const concerned = all.flatMap((each) => {
    const same = sameIn(each.analysis, symbol);
    return same ? [{ document: each, same: withPartners(each.analysis, same) }] : [];
  });
  for (const { document: each, same } of concerned) {
    const clash = clashIn(each, same, name);
    if (clash !== undefined) return { refused: clash };
  }
  return {
    edits: concerned.flatMap(({ same }) =>
      same.occurrences.map((span) => ({ place: placeOf(span), text: name })),
    ),
    notes: symbol.inBody
      ? [
          `tensors of checkpoints that are called after \`${symbol.name}\` are called after \`${name}\` from now on; load older ones under their old names`,
        ]
      : [],
  };
}

/** What would be wrong afterwards: an error that was not there before, or a place that means another thing. */
function clashIn(document: Document, symbol: KnownSymbol, name: string): string | undefined {
  const { analysis, analyser } = document;
  // An importer would look for the new name in a file that does not have it yet: there only what is called so already counts.
  if (symbol.definition.source.path !== analysis.source.path)
    return symbolsOf(analysis).some((each) => each.name === name && each.occurrences.length > 0)
      ? `\`${name}\` would clash: \`${analysis.source.path}\` has that name already`
      : undefined;
  const shift = name.length - symbol.name.length;
  const moved = (offset: number): number =>
    offset + shift * symbol.occurrences.filter(({ start }) => start < offset).length;
  const changed = analyser.peek({
    path: analysis.source.path,
    text: applyEdits(analysis.source.text, symbol.occurrences, name),
  });
  const before = new Set(analysis.diagnostics.map(({ code }) => code));
  const error = changed.diagnostics.find(
    ({ severity, code }) => severity === "error" && !before.has(code),
  );
  if (error) return `\`${name}\` would clash: ${error.message}`;
  const [start] = symbol.occurrences;
  if (!start) return undefined;
  const renamed = symbolAt(changed, moved(start.start))?.symbol;
  const after = renamed && withPartners(changed, renamed);
  const expected = symbol.occurrences.map((span) => moved(span.start)).join();
  if (after && after.occurrences.map((span) => span.start).join() === expected) return undefined;
  return `\`${name}\` would clash: it is another name already where \`${symbol.name}\` is used`;
}

function applyEdits(text: string, spans: readonly Span[], name: string): string {
  let changed = text;
  for (const { start, end } of spans.toReversed())
    changed = changed.slice(0, start) + name + changed.slice(end);
  return changed;
}

export function placesOf(spans: readonly Span[]): readonly Place[] {
  return spans.map(placeOf);
}

/** Where the symbol at an offset is declared. */
export function definitionAt(document: Document, offset: number): Place | undefined {
  const found = symbolAt(document.analysis, offset);
  if (found) return placeOf(found.symbol.definition);
  return importAt(document, offset);
}

/** The file that an import names. */
function importAt({ analysis }: Document, offset: number): Place | undefined {
  for (const statement of analysis.file.imports) {
    const { span } = statement.from;
    if (span.source !== analysis.source || offset < span.start || span.end < offset) continue;
    const [first] = statement.names;
    const binding = first && analysis.resolved.scope.names.get((first.alias ?? first.name).text);
    if (binding?.kind === "declaration")
      return placeOf(spanAt(binding.declaration.item.span.source, 0, 0));
  }
  return undefined;
}
