import type { Analysis } from "../compiler/analysis/analysis.ts";
import { partsAt, type TreePart } from "../compiler/analysis/cursor.ts";
import { accepts, fits, library, type ObservedStage } from "../compiler/analysis/facts.ts";
import {
  elements,
  itemWords,
  kindOfSetting,
  ruleTargets,
  settingsOf,
  statementWords,
  units,
} from "../compiler/analysis/vocabulary.ts";
import type {
  ArgumentSpecification,
  ArgumentTable,
  Duration,
} from "../compiler/library/arguments.ts";
import type { DefinitionKind } from "../compiler/library/definition.ts";
import { settingOf } from "../compiler/settings/index.ts";
import type * as Ast from "../compiler/syntax/ast.ts";
import type { Document } from "./document.ts";
import { stageKinds, stageOf } from "./hover.ts";
import { placeOf, spanAt, type Place } from "./places.ts";

/** What may stand at the cursor, the likeliest first. */
export interface Completion {
  /** What is replaced: the word at the cursor. */
  readonly place: Place;
  readonly entries: readonly CompletionEntry[];
}

export interface CompletionEntry {
  readonly label: string;
  readonly kind: string;
  /** What is put in the place of the word. */
  readonly text: string;
  readonly detail: string;
}

/** A name that no file has: it stands where the cursor is, so that the text around it can be read. */
const marker = "completion_of_a_name";

export function completionAt(document: Document, offset: number): Completion {
  const { source, lexed } = document.analysis;
  const { text } = source;
  let [start, end] = [offset, offset];
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  while (end < text.length && /\w/.test(text[end]!)) end++;
  const place = placeOf(spanAt(source, start, end));
  const inside = lexed.comments.some((each) => each.start < offset && offset <= each.end);
  const inText = lexed.tokens.some(
    ({ image, startOffset }) =>
      image.startsWith('"') && startOffset < offset && offset < startOffset + image.length,
  );
  if (inside || inText) return { place, entries: [] };
  const before = text.slice(0, start);
  const entries = /\d[ \t]+$/.test(before) ? unitEntries() : entriesAt(document, start, end);
  return { place, entries: distinct(startingWith(text.slice(start, offset), entries)) };
}

/** Those that go on as the word at the cursor begins come first. */
function startingWith(
  prefix: string,
  entries: readonly CompletionEntry[],
): readonly CompletionEntry[] {
  const begins = ({ label }: CompletionEntry): boolean =>
    label.toLowerCase().startsWith(prefix.toLowerCase());
  return [...entries.filter(begins), ...entries.filter((each) => !begins(each))];
}

function distinct(entries: readonly CompletionEntry[]): readonly CompletionEntry[] {
  return [...new Map(entries.toReversed().map((each) => [each.label, each])).values()].reverse();
}

const durations: readonly Duration["unit"][] = ["epoch", "step", "second", "minute", "hour"];

function unitEntries(): readonly CompletionEntry[] {
  return units.map((unit) => {
    const label = (durations as readonly string[]).includes(unit) ? `${unit}s` : unit;
    return { label, kind: "unit", text: label, detail: "a unit" };
  });
}

/** Reads the text with a name at the cursor, or a setting or statement of that name, whichever makes it whole. */
function entriesAt(
  { analysis, analyser }: Document,
  start: number,
  end: number,
): readonly CompletionEntry[] {
  const { source } = analysis;
  for (const written of [marker, `${marker}: 1`, `${marker} = 1`]) {
    const text = source.text.slice(0, start) + written + source.text.slice(end);
    const read = analyser.peek({ path: source.path, text });
    const parts = partsAt(read, start + 1);
    if (isMarker(parts.at(-1))) return entriesFor(read, parts);
  }
  return entriesBetween(analysis, start);
}

function isMarker(part: TreePart | undefined): boolean {
  return part !== undefined && "text" in part && part.text === marker;
}

/** Where no item can be read: at the beginning of a line a declaration, else the names of the file. */
function entriesBetween(analysis: Analysis, start: number): readonly CompletionEntry[] {
  const line = analysis.source.text
    .slice(0, start)
    .split(/\r\n|\n|\r/)
    .at(-1)!;
  if (line.trim() === "" && !analysis.items.some((item) => item.start < start && start < item.end))
    return [...itemWords, "import"].map((word) => keyword(word));
  const arrow = /->\s*$/.test(analysis.source.text.slice(0, start));
  return arrow ? stageEntries(analysis, undefined) : declared(analysis, () => true);
}

function keyword(word: string): CompletionEntry {
  return { label: word, kind: "keyword", text: word, detail: "" };
}

function entriesFor(analysis: Analysis, parts: readonly TreePart[]): readonly CompletionEntry[] {
  const name = parts.at(-1)!;
  const item = parts[0] as Ast.Item;
  const stage = stageOf(parts);
  if (stage?.call.name === name)
    return stageEntries(analysis, analysis.recording.stages.get(stage), item);
  const holder = parts.at(-2)!;
  if ("kind" in holder && (holder.kind === "setting" || holder.kind === "binding"))
    if ((holder as Ast.Setting).name === name) return beginnings(item, parts);
  if ("kind" in holder && holder.kind === "rule") return ruleEntries(holder as Ast.Rule, name);
  if ("element" in holder) return elements.map((element) => keyword(element));
  if (item.kind === "train") {
    if (item.model === name) return declared(analysis, ({ kind }) => kind === "model");
    if (item.data === name) return declared(analysis, ({ kind }) => kind === "data");
    if (item.recipes.includes(name as Ast.Name))
      return declared(analysis, ({ kind }) => kind === "recipe");
  }
  if (item.kind === "budget" && item.model === name)
    return declared(analysis, ({ kind }) => kind === "model");
  if (item.kind === "search" && item.run === name) return runEntries(analysis);
  if ((item as { readonly kind: string }).kind === "import")
    return exportedEntries(analysis, item as unknown as Ast.Import);
  return [...argumentEntries(analysis, parts), ...valueEntries(analysis, parts)];
}

/** What may follow an arrow: what accepts the shape at hand, then everything else. */
function stageEntries(
  analysis: Analysis,
  observed: ObservedStage | undefined,
  around?: Ast.Item,
): readonly CompletionEntry[] {
  const inputs = observed?.inputs ?? [];
  const own = itemsIn(analysis).flatMap(([label, item]) =>
    (item.kind === "block" || item.kind === "model") && item !== around
      ? [{ fits: fits(item, inputs), entry: ofItem(label, item) }]
      : item.kind === "define"
        ? [{ fits: inputs.length < 2, entry: ofItem(label, item) }]
        : [],
  );
  const items = stageKinds.flatMap((kind) =>
    library.all(kind).map((definition) => ({
      fits: accepts(definition, inputs),
      entry: {
        label: definition.name,
        kind,
        text: callText(definition.name, definition.arguments),
        detail: definition.summary,
      },
    })),
  );
  const all = [...own, ...items];
  return [...all.filter((each) => each.fits), ...all.filter((each) => !each.fits)].map(
    ({ entry }) => entry,
  );
}

/** `dense(`: the brackets are opened where an argument must be given. */
function callText(name: string, table: ArgumentTable): string {
  return Object.values(table).some(isMandatory) ? `${name}(` : name;
}

function isMandatory(specification: ArgumentSpecification): boolean {
  const optional = "optional" in specification && specification.optional === true;
  const hasDefault = "default" in specification && specification.default !== undefined;
  return !optional && !hasDefault && !("defaults" in specification);
}

function itemsIn({ resolved }: Analysis): readonly (readonly [string, Ast.Item])[] {
  return [...resolved.scope.names].flatMap(([name, binding]) =>
    binding.kind === "declaration" ? [[name, binding.declaration.item] as const] : [],
  );
}

function ofItem(label: string, item: Ast.Item): CompletionEntry {
  return { label, kind: item.kind, text: label, detail: item.documentation ?? item.kind };
}

function declared(
  analysis: Analysis,
  isWanted: (item: Ast.Item) => boolean,
): readonly CompletionEntry[] {
  return itemsIn(analysis).flatMap(([label, item]) =>
    isWanted(item) ? [ofItem(label, item)] : [],
  );
}

function runEntries({ file }: Analysis): readonly CompletionEntry[] {
  return file.items.flatMap((item) =>
    item.kind === "train"
      ? [
          {
            label: (item.alias ?? item.model).text,
            kind: "run",
            text: (item.alias ?? item.model).text,
            detail: "a run",
          },
        ]
      : [],
  );
}

/** The declarations of the file that is imported from. */
function exportedEntries({ resolved }: Analysis, { from }: Ast.Import): readonly CompletionEntry[] {
  const imported = resolved.imported.find(({ source }) =>
    source.path.endsWith(from.value.replace(/^(\.\.?\/)+/, "")),
  );
  return (imported?.file.items ?? []).flatMap((item) =>
    "name" in item && item.kind !== "ensemble" ? [ofItem(item.name.text, item)] : [],
  );
}

/** What begins an entry between braces: settings of the item, statements of a body. */
function beginnings(item: Ast.Item, parts: readonly TreePart[]): readonly CompletionEntry[] {
  const rule = parts.findLast((part) => part.kind === "rule") as Ast.Rule | undefined;
  if (item.kind === "block" || item.kind === "model")
    if (!rule) return statementWords.map((word) => keyword(word));
  const keys = rule ? (ruleTargets[rule.target.text] ?? []) : (settingsOf[item.kind] ?? []);
  const settings = keys.map((key) => ({
    label: key,
    kind: "setting",
    text: `${key}: `,
    detail: rule ? `of ${rule.target.text}` : detailOf(item, key),
  }));
  return !rule && (item.kind === "train" || item.kind === "recipe")
    ? [...settings, keyword("for")]
    : settings;
}

function detailOf({ kind }: Ast.Item, key: string): string {
  const setting = kind === "train" || kind === "recipe" ? settingOf(key) : undefined;
  return setting?.summary ?? `of ${kind}`;
}

function ruleEntries(rule: Ast.Rule, name: TreePart): readonly CompletionEntry[] {
  if (rule.target === name)
    return Object.keys(ruleTargets).map((target) => ({
      label: target,
      kind: "target",
      text: target,
      detail: "what a rule speaks of",
    }));
  return ofKind("layer");
}

function ofKind(kind: DefinitionKind): readonly CompletionEntry[] {
  return library.all(kind).map((definition) => ({
    label: definition.name,
    kind,
    text: callText(definition.name, definition.arguments),
    detail: definition.summary,
  }));
}

/** What the call around the cursor takes: the names of its arguments, and the values that the argument at the cursor may have. */
function argumentEntries(
  analysis: Analysis,
  parts: readonly TreePart[],
): readonly CompletionEntry[] {
  const place = parts.findLastIndex((part) => "arguments" in part && part.arguments !== undefined);
  const call = parts[place] as (Ast.Call & Partial<Ast.Reference>) | undefined;
  const written = call?.arguments;
  const argument = parts[place + 1] as Ast.Argument | undefined;
  if (!call || !written || !argument) return [];
  const name = call.path?.[0] ?? call.name;
  const table = name && tableOf(name.text, parts);
  if (!table) return parametersOf(analysis, name?.text ?? "", written, argument);
  const given = givenOf(Object.keys(table), written, argument);
  const key = argument.name?.text ?? Object.keys(table)[written.indexOf(argument)];
  const specification = key === undefined ? undefined : table[key];
  const values = specification ? valuesOf(analysis, specification, parts) : [];
  if (argument.name) return values;
  const names = Object.entries(table)
    .filter(([each]) => !given.has(each))
    .map(([each, { summary }]) => ({
      label: `${each}:`,
      kind: "argument",
      text: `${each}: `,
      detail: summary,
    }));
  return [...values, ...names];
}

/** The arguments that the others are, by name or by place. */
function givenOf(
  names: readonly string[],
  written: readonly Ast.Argument[],
  argument: Ast.Argument,
): ReadonlySet<string | undefined> {
  const others = written.map((each, place) =>
    each === argument ? undefined : (each.name?.text ?? names[place]),
  );
  return new Set(others);
}

function tableOf(name: string, parts: readonly TreePart[]): ArgumentTable | undefined {
  const named = library.all().filter((each) => each.name === name);
  const isStage = stageOf(parts)?.call.name.text === name;
  const wanted = isStage
    ? named.find(({ kind }) => kind === "layer" || kind === "activation")
    : (named.find(({ kind }) => kind !== "layer" && kind !== "activation") ?? named[0]);
  return wanted?.arguments;
}

function parametersOf(
  { resolved }: Analysis,
  name: string,
  written: readonly Ast.Argument[],
  argument: Ast.Argument,
): readonly CompletionEntry[] {
  const binding = resolved.scope.names.get(name);
  if (binding?.kind !== "declaration" || argument.name) return [];
  const { item } = binding.declaration;
  if (item.kind !== "block" && item.kind !== "define") return [];
  const names = item.parameters.map((parameter) => parameter.name.text);
  const given = givenOf(names, written, argument);
  return item.parameters
    .filter((parameter) => !given.has(parameter.name.text))
    .map((parameter) => ({
      label: `${parameter.name.text}:`,
      kind: "argument",
      text: `${parameter.name.text}: `,
      detail: `a parameter of ${name}`,
    }));
}

function valuesOf(
  analysis: Analysis,
  specification: ArgumentSpecification,
  parts: readonly TreePart[],
): readonly CompletionEntry[] {
  const choice = (label: string): CompletionEntry => ({
    label,
    kind: "choice",
    text: label,
    detail: specification.summary,
  });
  switch (specification.kind) {
    case "symbol":
    case "symbol or size":
      return specification.choices.map(choice);
    case "switch":
      return ["on", "off"].map(choice);
    case "use":
      return ofKind(specification.of);
    case "steps":
      return ofKind("augmentation");
    case "axis": {
      const stage = stageOf(parts);
      const inputs = stage ? (analysis.recording.stages.get(stage)?.inputs ?? []) : [];
      return [
        ...new Set(inputs.flatMap(({ axes }) => axes.slice(1).flatMap((each) => each.name ?? []))),
      ].map(choice);
    }
    default:
      return [];
  }
}

/** What an expression may be at the cursor: items of the library that its setting takes, the names of the place, those of the file. */
function valueEntries(analysis: Analysis, parts: readonly TreePart[]): readonly CompletionEntry[] {
  const setting = parts.findLast((part) => part.kind === "setting") as Ast.Setting | undefined;
  const nested = parts.filter((part) => "arguments" in part && part.arguments !== undefined);
  const kind = setting && nested.length === 0 ? kindOfSetting[setting.name.text] : undefined;
  const [item] = parts as readonly Ast.Item[];
  return [
    ...(kind ? ofKind(kind) : []),
    ...localEntries(item!),
    ...(item!.kind === "train" ? runNames(analysis, item as Ast.TrainItem) : []),
    ...declared(analysis, (each) => each !== item && isValueIn(item!, each)),
    ...(item!.kind === "block" || item!.kind === "model" || item!.kind === "define"
      ? ofKind("function")
      : []),
  ];
}

/** Whether an expression of an item may speak of another: data and models are for runs, and blocks for bodies. */
function isValueIn(item: Ast.Item, other: Ast.Item): boolean {
  if (other.kind === "dim" || other.kind === "hyper" || other.kind === "define") return true;
  const inBody = item.kind === "block" || item.kind === "model" || item.kind === "hyper";
  return other.kind === "block" ? inBody : other.kind === "model" && item.kind === "train";
}

/** The inputs, parameters and values of the body around the cursor. */
function localEntries(item: Ast.Item): readonly CompletionEntry[] {
  if (item.kind !== "block" && item.kind !== "model" && item.kind !== "define") return [];
  const entry = (label: string, kind: string): CompletionEntry => ({
    label,
    kind,
    text: label,
    detail: kind,
  });
  const parameters = item.kind === "model" ? [] : item.parameters;
  const inputs = item.kind === "define" ? [] : item.inputs;
  const body = item.kind === "define" ? [] : item.body;
  return [
    ...parameters.map(({ name }) => entry(name.text, "parameter")),
    ...inputs.map(({ name }) => entry(name.text, "input")),
    ...body.flatMap((each) =>
      "name" in each && each.name.text !== marker ? [entry(each.name.text, "value")] : [],
    ),
  ];
}

/** The values of the model and the fields of the data, for losses and metrics. */
function runNames({ program, resolved }: Analysis, run: Ast.TrainItem): readonly CompletionEntry[] {
  const model = program.models.find(({ name }) => name === run.model.text);
  const binding = resolved.scope.names.get(run.data.text);
  const data = binding?.kind === "declaration" ? binding.declaration.item : undefined;
  return [
    ...[...(model?.named.keys() ?? [])].map((label) => ({
      label,
      kind: "value",
      text: label,
      detail: `a value of ${run.model.text}`,
    })),
    ...(data?.kind === "data" ? data.fields : []).map(({ name }) => ({
      label: name.text,
      kind: "field",
      text: name.text,
      detail: `a field of ${run.data.text}`,
    })),
  ];
}
