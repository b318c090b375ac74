import { textOf, type Span } from "../compiler/base/source.ts";
import { place, type Analysis } from "../compiler/analysis/analysis.ts";
import { partsAt, type TreePart } from "../compiler/analysis/cursor.ts";
import { library, stageFacts, typesOf, valueOf } from "../compiler/analysis/facts.ts";
import type { KnownSymbol } from "../compiler/analysis/symbols.ts";
import type { Definition, DefinitionKind } from "../compiler/library/definition.ts";
import { settingOf } from "../compiler/settings/index.ts";
import type { Setting } from "../compiler/settings/setting.ts";
import type * as Ast from "../compiler/syntax/ast.ts";
import { symbolAt } from "./document.ts";
import { placeOf, type Place } from "./places.ts";

/** Kinds of items that may stand after an arrow. */
export const stageKinds: readonly DefinitionKind[] = ["layer", "activation", "function"];

/** What is known of a name, a part at a time: tools print it as they like. */
export interface Hover {
  readonly place: Place;
  /** What stands there, as code: `layer conv(channels, kernel, …)`, `hyper width = 64 in { 64, 128 }`. */
  readonly title: string;
  /** Sentences: the summary, or the lines of `///`. */
  readonly text: readonly string[];
  /** `formula`, `shape`, `parameters`, `value` and the like. */
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Where it is said, where it is said somewhere. */
  readonly at?: Place;
}

export function hoverAt(analysis: Analysis, offset: number): Hover | undefined {
  const found = symbolAt(analysis, offset);
  const parts = partsAt(analysis, offset);
  if (found) return ofSymbol(analysis, found.symbol, found.at, parts);
  const name = parts.at(-1);
  if (!name || !("text" in name)) return undefined;
  const at = place(analysis, name.span);
  const setting = settingNamed(name, parts);
  if (at && setting) return ofSetting(setting, at);
  const definition = definitionOf(name as Ast.Name, parts);
  if (!at || !definition) return undefined;
  return {
    place: placeOf(at),
    title: `${definition.kind} ${signatureOf(definition)}`,
    text: [definition.summary, ...(definition.pitfalls ? [definition.pitfalls] : [])],
    facts: [
      { label: "formula", value: definition.formula },
      ...(definition.source ? [{ label: "source", value: definition.source }] : []),
      { label: "example", value: definition.example },
      ...factsOfStage(analysis, parts),
    ],
  };
}

/** The setting of a run or recipe whose name stands there. */
function settingNamed(name: TreePart, parts: readonly TreePart[]): Setting | undefined {
  const [item] = parts as readonly Ast.Item[];
  const entry = parts.at(-2) as Ast.Setting | undefined;
  const ofRun = item?.kind === "train" || item?.kind === "recipe";
  return ofRun && entry?.kind === "setting" && entry.name === name
    ? settingOf(entry.name.text)
    : undefined;
}

function ofSetting(
  { name, summary, details, takes, otherwise, example }: Setting,
  at: Span,
): Hover {
  return {
    place: placeOf(at),
    title: `setting ${name}`,
    text: [summary, ...(details === undefined ? [] : [details])],
    facts: [
      { label: "takes", value: takes },
      { label: "default", value: otherwise },
      { label: "example", value: example },
    ],
  };
}

/** `conv(channels, kernel, stride = 1)`. */
export function signatureOf(definition: Definition): string {
  const parameters = Object.entries(definition.arguments).map(([name, specification]) => {
    if ("default" in specification && specification.default !== undefined)
      return `${name} = ${showDefault(specification.default)}`;
    return "optional" in specification && specification.optional === true ? `${name}?` : name;
  });
  return parameters.length > 0 ? `${definition.name}(${parameters.join(", ")})` : definition.name;
}

function showDefault(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value !== "object" || value === null) return String(value);
  if ("amount" in value && "unit" in value) return `${value.amount} ${value.unit}s`;
  return "from" in value && "to" in value ? `${value.from} .. ${value.to}` : "…";
}

/** The library item that a name means where it stands: a stage first, then whatever is called so. */
function definitionOf(name: Ast.Name, parts: readonly TreePart[]): Definition | undefined {
  const named = library.all().filter((each) => each.name === name.text);
  const isStage = parts.at(-3)?.kind === undefined && stageOf(parts)?.call.name === name;
  const ofStage = named.find(({ kind }) => stageKinds.includes(kind));
  return isStage ? ofStage : (named.find(({ kind }) => kind !== "layer") ?? named[0]);
}

export function stageOf(parts: readonly TreePart[]): Ast.Stage | undefined {
  return parts.findLast((part): part is Ast.Stage => "call" in part && !("kind" in part));
}

/** What a stage comes to, where the name is that of a stage. */
function factsOfStage(analysis: Analysis, parts: readonly TreePart[]): readonly Fact[] {
  const stage = stageOf(parts);
  const name = parts.at(-1);
  if (!stage || (stage.call.name !== name && stage.alias !== name)) return [];
  const observed = analysis.recording.stages.get(stage);
  if (!observed) return [];
  const facts = stageFacts(analysis, observed, "all");
  const { parameters, receptiveField, inputs, outputs, settings } = facts;
  return [
    ...(inputs.length > 0 ? [{ label: "shape in", value: inputs.join(", ") }] : []),
    ...(outputs ? [{ label: "shape out", value: outputs.join(", ") }] : []),
    ...(parameters === undefined ? [] : [{ label: "parameters", value: String(parameters) }]),
    ...(receptiveField
      ? [
          {
            label: "receptive field",
            value: Object.entries(receptiveField)
              .map(([axis, field]) => `${axis}: ${field}`)
              .join(", "),
          },
        ]
      : []),
    ...settings.slice(0, 24).map(({ subject, key, value, from, at }) => ({
      label: `${subject} ${key}`,
      value: `${value} (${from})`,
      ...(at && { at: placeOf(at) }),
    })),
  ];
}

function ofSymbol(
  analysis: Analysis,
  symbol: KnownSymbol,
  at: Span,
  parts: readonly TreePart[],
): Hover {
  const value = symbol.item && isNameOf(symbol) ? valueOf(analysis, symbol.item) : undefined;
  const types = typesOf(analysis, symbol.declared);
  return {
    place: placeOf(at),
    title: titleOf(symbol),
    text: documentationOf(symbol),
    facts: [
      ...(value === undefined ? [] : [{ label: "value", value }]),
      ...(types ? [{ label: "shape", value: types.join(", ") }] : []),
      ...factsOfStage(analysis, parts),
    ],
  };
}

/** Whether the symbol is the declaration itself, not something inside it. */
function isNameOf({ item, declared }: KnownSymbol): boolean {
  return item !== undefined && "name" in item && item.name === declared;
}

/** The declaration up to its braces, on one line; what is inside a body by its kind. */
export function titleOf(symbol: KnownSymbol): string {
  const { item, kind, name } = symbol;
  if (!item || !isNameOf(symbol)) return `${kind} ${name}`;
  const text = textOf(item.span);
  const body = "body" in item || "settings" in item || "fields" in item;
  const head = body && item.kind !== "define" ? text.slice(0, text.indexOf("{")) : text;
  return head.replace(/\s+/g, " ").trim();
}

function documentationOf(symbol: KnownSymbol): readonly string[] {
  const { item, declared } = symbol;
  if (!item) return [];
  if (isNameOf(symbol)) return linesOf(item.documentation);
  if (item.kind === "data")
    return linesOf(item.fields.find(({ name }) => name === declared)?.documentation);
  if (item.kind !== "block" && item.kind !== "model") return [];
  const statement = item.body.find((each) => "name" in each && each.name === declared);
  return linesOf(statement?.documentation);
}

function linesOf(documentation: string | undefined): readonly string[] {
  return documentation === undefined ? [] : documentation.split("\n");
}
