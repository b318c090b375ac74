import type { Span } from "../base/source.ts";

/** Every node has the span of the text it was made of, without surrounding blanks and comments. */
interface Spanned {
  readonly span: Span;
}

/** An identifier where it stands. */
export interface Name extends Spanned {
  readonly text: string;
}

/** The lines of `///` before a declaration, statement or setting, without the slashes. */
interface Documented {
  readonly documentation?: string;
}

export interface File extends Spanned {
  readonly kind: "file";
  /** The integer of the header; undefined when there is none (which was reported). */
  readonly version: number | undefined;
  readonly imports: readonly Import[];
  readonly items: readonly Item[];
}

export interface Import extends Spanned, Documented {
  readonly kind: "import";
  readonly names: readonly { readonly name: Name; readonly alias?: Name }[];
  readonly from: TextLiteral;
}

export type Item =
  | DimItem
  | HyperItem
  | DefineItem
  | DataItem
  | BlockItem
  | ModelItem
  | RecipeItem
  | TrainItem
  | SearchItem
  | EnsembleItem
  | BudgetItem;

/** `dim B` (free) · `dim C = 10` (fixed: `value`) · `dim T in 1 .. 512` (bounded: `range`). */
export interface DimItem extends Spanned, Documented {
  readonly kind: "dim";
  readonly name: Name;
  readonly value?: Expression;
  readonly range?: Expression;
}

export interface HyperItem extends Spanned, Documented {
  readonly kind: "hyper";
  readonly name: Name;
  readonly value: Expression;
  readonly domain?: Domain;
  readonly when?: Expression;
}

export type Domain =
  | (Spanned & { readonly kind: "choices"; readonly choices: readonly Expression[] })
  | (Spanned & {
      readonly kind: "interval";
      readonly logarithmic: boolean;
      readonly from: Expression;
      readonly to: Expression;
      readonly by?: Expression;
    });

export interface DefineItem extends Spanned, Documented {
  readonly kind: "define";
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: Expression;
}

export interface Parameter extends Spanned {
  readonly name: Name;
  readonly default?: Expression;
}

export interface DataItem extends Spanned, Documented {
  readonly kind: "data";
  readonly name: Name;
  /** `image: f32[B, px: 64]` is a field; everything else is a setting. */
  readonly fields: readonly DataField[];
  readonly settings: readonly Setting[];
}

export interface DataField extends Spanned, Documented {
  readonly name: Name;
  readonly type: TensorNode;
}

/** `f32[B, h: 32, c]`, `class[B] of 10`. */
export interface TensorNode extends Spanned {
  readonly element: Name;
  readonly axes: readonly AxisNode[];
  readonly of?: Expression;
}

/** `h: 32` has both; a bare name or number has only `size`. `_: n` has the name `_`. */
export interface AxisNode extends Spanned {
  readonly name?: Name;
  readonly size: Expression;
}

export interface Port extends Spanned {
  readonly name: Name;
  readonly type: TensorNode;
}

/** One result, or a record of named results. */
export type Result = TensorNode | { readonly ports: readonly Port[]; readonly span: Span };

export interface BlockItem extends Spanned, Documented {
  readonly kind: "block";
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly Port[];
  readonly result?: Result;
  readonly body: readonly Statement[];
}

export interface ModelItem extends Spanned, Documented {
  readonly kind: "model";
  readonly name: Name;
  readonly inputs: readonly Port[];
  readonly result: Result;
  readonly body: readonly Statement[];
}

export type Statement = Binding | Return | Shared | ParameterStatement | Rule;

export interface Binding extends Spanned, Documented {
  readonly kind: "binding";
  readonly name: Name;
  readonly value: Expression;
}

export interface Return extends Spanned, Documented {
  readonly kind: "return";
  readonly value: Expression;
}

/** `shared enc = Encoder(64)`. */
export interface Shared extends Spanned, Documented {
  readonly kind: "shared";
  readonly name: Name;
  readonly call: Call;
}

/** `parameter position: f32[t: 64, c: 192] = normal(0.02)`. */
export interface ParameterStatement extends Spanned, Documented {
  readonly kind: "parameter";
  readonly name: Name;
  readonly type: TensorNode;
  readonly init: Expression;
}

export interface Rule extends Spanned, Documented {
  readonly kind: "rule";
  readonly target: Name;
  readonly paths: readonly Path[];
  readonly of: readonly Name[];
  readonly settings: Settings;
}

export interface Path extends Spanned {
  readonly steps: readonly PathStep[];
}

/** `stage1`, `stage1[2]` (`to` absent), `stage1[2 .. 3]`. */
export interface PathStep extends Spanned {
  readonly name: Name;
  readonly from?: number;
  readonly to?: number;
}

export interface Settings extends Spanned {
  readonly entries: readonly (Setting | Rule)[];
}

export interface Setting extends Spanned, Documented {
  readonly kind: "setting";
  readonly name: Name;
  readonly value: Expression;
}

export interface RecipeItem extends Spanned, Documented {
  readonly kind: "recipe";
  readonly name: Name;
  readonly settings: Settings;
}

export interface TrainItem extends Spanned, Documented {
  readonly kind: "train";
  readonly model: Name;
  readonly data: Name;
  readonly alias?: Name;
  readonly recipes: readonly Name[];
  readonly settings?: Settings;
}

export interface SearchItem extends Spanned, Documented {
  readonly kind: "search";
  readonly run: Name;
  readonly settings: Settings;
}

export interface EnsembleItem extends Spanned, Documented {
  readonly kind: "ensemble";
  readonly name: Name;
  readonly settings: Settings;
}

export interface BudgetItem extends Spanned, Documented {
  readonly kind: "budget";
  readonly model: Name;
  readonly limits: readonly Limit[];
}

export interface Limit extends Spanned {
  readonly quantity: Call;
  readonly comparison: Comparison;
  readonly bound: Expression;
}

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type Operator = "+" | "-" | "*" | "/" | "^" | "or" | "and" | Comparison;

export type Expression =
  | NumberLiteral
  | TextLiteral
  | Group
  | Reference
  | Unary
  | Binary
  | Range
  | Conditional
  | Flow
  | Sequence;

export type Unit =
  | "epoch"
  | "step"
  | "second"
  | "minute"
  | "hour"
  | "deg"
  | "KiB"
  | "MiB"
  | "GiB"
  | "KB"
  | "MB"
  | "GB";

/** `value` has suffix k, M, G and % applied; an `x` (multiple of the rate) and a unit are kept apart. */
export interface NumberLiteral extends Spanned {
  readonly kind: "number";
  readonly value: number;
  readonly suffix?: "%" | "x" | "k" | "M" | "G";
  readonly unit?: Unit;
  /** Whether it was written without point, exponent or % (so that `32` is an integer and `32.0` is not). */
  readonly integer: boolean;
}

export interface TextLiteral extends Spanned {
  readonly kind: "text";
  readonly value: string;
}

/** `(5)` (one positional argument: just the value), a tuple, or a record. */
export interface Group extends Spanned {
  readonly kind: "group";
  readonly arguments: readonly Argument[];
}

export interface Argument extends Spanned {
  readonly name?: Name;
  readonly value: Expression;
}

/** `width`, `validation.loss`, `adam(lr)`; `arguments` is absent when no parentheses were written. */
export interface Reference extends Spanned {
  readonly kind: "reference";
  readonly path: readonly Name[];
  readonly arguments?: readonly Argument[];
}

export interface Unary extends Spanned {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Expression;
}

export interface Binary extends Spanned {
  readonly kind: "binary";
  readonly operator: Operator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Range extends Spanned {
  readonly kind: "range";
  readonly from: Expression;
  readonly to: Expression;
}

export interface Conditional extends Spanned {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly then: Expression;
  readonly else: Expression;
}

/** `x -> dense(10) -> relu`. */
export interface Flow extends Spanned {
  readonly kind: "flow";
  readonly source: Expression;
  readonly stages: readonly Stage[];
}

export interface Stage extends Spanned {
  readonly repeat?: Repeat;
  readonly call: Call;
  readonly alias?: Name;
}

/** `repeat 3` · `repeat i in 1 .. n` (then `count` is a Range and `index` its name). */
export interface Repeat extends Spanned {
  readonly index?: Name;
  readonly count: Expression;
}

export interface Call extends Spanned {
  readonly name: Name;
  readonly arguments?: readonly Argument[];
}

/** `warmup(2 epochs) then cosine(to: 0)`: at least two parts. */
export interface Sequence extends Spanned {
  readonly kind: "sequence";
  readonly parts: readonly Expression[];
}
