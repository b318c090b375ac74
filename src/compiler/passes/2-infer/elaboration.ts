import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Span } from "../../base/source.ts";
import type { TensorType } from "../../ir/type.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Layer, Value, Weight } from "../../typed/program.ts";
import type { CascadeRule } from "../../typed/rules.ts";
import type { Binding, Context, Scope } from "./context.ts";
import { printType } from "./agreement.ts";

export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the writing out of one model gathers, in the order of the text. */
export interface Elaboration {
  readonly values: Value[];
  readonly layers: Map<string, Layer>;
  readonly weights: Map<string, Weight>;
  readonly rules: CascadeRule[];
  /** The steps that led to a value, for the notes of shape errors. */
  readonly trails: Map<Value, readonly Step[]>;
  /** Weights whose initialiser follows the next activation, with the value that their layer gives. */
  readonly undecided: { readonly weight: Weight; readonly after: Value }[];
  stages: number;
  /** Whether a block is looked at by itself: what may be or not be, for want of a caller, is let pass. */
  readonly alone: boolean;
  /** Symbols of the model's own signature but the batch: a caller makes numbers of them, so weights may depend on them. */
  readonly own: ReadonlySet<string>;
  /** Set for an expression outside of models, where nothing may own parameters. */
  readonly bodiless: boolean;
}

/** A value as a step on the way to another: `conv_1 f32[B, h: 24, w: 24, c: 6]`, and how its sizes were calculated. */
interface Step {
  readonly label: string;
  readonly type: TensorType;
  readonly arithmetic: (() => readonly string[]) | undefined;
}

/** One body (of a model, or of a block at one use) while it is written out. */
export interface Frame {
  readonly elaboration: Elaboration;
  readonly context: Context;
  /** Parameters, symbols, inputs, and the names bound so far. */
  readonly scope: Scope;
  readonly names: Map<string, Binding>;
  /** `stage1[2]`; empty in a model. */
  readonly prefix: string;
  /** The uses of blocks that led here, innermost first. */
  readonly through: readonly Span[];
  readonly depth: number;
  readonly owner: { readonly level: "model" | "block"; readonly name: string };
  /** The name of every stage of the text of this body. */
  readonly stageNames: ReadonlyMap<Ast.Stage, string>;
  readonly shared: Map<string, { readonly statement: Ast.Shared; used: boolean }>;
  /** Names that are bound further down, for a better message. */
  readonly later: ReadonlySet<string>;
  /** Whether this is a further use of a shared stage, whose layers exist already. */
  readonly reuse: boolean;
}

/** Stands for a value that could not be inferred, so that nothing more is said about it. */
export const broken: Value = {
  id: -1,
  type: { element: { kind: "f32" }, axes: [] },
  span: { source: { path: "", text: "" }, start: 0, end: 0 },
  body: { kind: "number", value: 0 },
};

export const mostStages = 10_000;
export const deepestBlock = 64;

export function newElaboration(
  mode: {
    readonly alone?: boolean;
    readonly bodiless?: boolean;
    readonly own?: ReadonlySet<string>;
  } = {},
): Elaboration {
  // A block by itself is looked at, not built: a tenth of the stages must do.
  const stages = mode.alone ? (mostStages * 9) / 10 : 0;
  return {
    values: [],
    layers: new Map(),
    weights: new Map(),
    rules: [],
    trails: new Map(),
    undecided: [],
    stages,
    own: mode.own ?? new Set(),
    alone: mode.alone ?? false,
    bodiless: mode.bodiless ?? false,
  };
}

/** Adds a value; `from` are the values that it is made of. */
export function addValue(
  frame: Frame,
  type: TensorType,
  span: Span,
  body: Value["body"],
  from: readonly Value[],
  label: string,
  arithmetic?: () => readonly string[],
): Value {
  const value: Value = { id: nextId(frame.context), type, span, body };
  frame.elaboration.values.push(value);
  const trail = from[0] ? (frame.elaboration.trails.get(from[0]) ?? []) : [];
  frame.elaboration.trails.set(value, [...trail.slice(-3), { label, type, arithmetic }]);
  return value;
}

/** The next number of a value. */
export function nextId(context: Context): number {
  const counter = context.counter ?? { next: 0 };
  return counter.next++;
}

/** Gives a value the name that the author chose; a value that has one keeps it and is known by the other too. */
export function nameValue(frame: Frame, value: Value, name: string): void {
  if (frame.reuse || value === broken) return;
  const named = value as Mutable<Value>;
  const path = pathTo(frame.prefix, name);
  if (named.name === undefined) named.name = path;
  else if (named.name !== path) named.aliases = [...(named.aliases ?? []), path];
}

export function pathTo(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/**
 * How a value came to its shape: `image f32[B, h: 28, w: 28, c: 1] → conv_1 f32[B, h: 24, w: 24, c: 6]`, and the arithmetic
 * of the sizes on the way: `conv_1: h = floor((28 + 2 * 0 - 5) / 1) + 1 = 24`.
 */
export function trailOf(frame: Frame, value: Value): readonly string[] {
  const trail = frame.elaboration.trails.get(value) ?? [];
  if (trail.length <= 1) return [];
  const calculated = trail.flatMap(({ label, arithmetic }) =>
    (arithmetic?.() ?? []).map((line) => `${label}: ${line}`),
  );
  return [
    `the shapes that led here: ${trail.map(({ label, type }) => `${label} ${printType(type)}`).join(" → ")}`,
    ...calculated,
  ];
}

/** Reports with the uses of blocks that led here. */
export function reporting(context: Context, use: Span, message: () => string): Context {
  return {
    ...context,
    report: (found: Diagnostic) =>
      context.report({ ...found, related: [...found.related, { span: use, message: message() }] }),
  };
}

/** The outermost frame: of a model, of a block by itself, or of an expression that stands in a run. */
export function rootFrame(
  elaboration: Elaboration,
  context: Context,
  scope: Scope = { names: new Map() },
): Frame {
  return {
    elaboration,
    context,
    scope,
    names: new Map(),
    prefix: "",
    through: [],
    depth: 0,
    owner: { level: "model", name: "" },
    stageNames: new Map(),
    shared: new Map(),
    later: new Set(),
    reuse: false,
  };
}
