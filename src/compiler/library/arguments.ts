import type { Dim } from "../ir/dim.ts";
import type { Definition } from "./definition.ts";

/** A length of training: `5 epochs`, `200 steps`, `10 minutes`. */
export interface Duration {
  readonly amount: number;
  readonly unit: "epoch" | "step" | "second" | "minute" | "hour";
}

/** `0.1x`: a multiple of the run's own learning rate. */
export interface Multiple {
  readonly multiple: number;
}

/** A library item with its checked arguments, as a value: `adam(lr)`, `kaiming(relu)`, `warmup(2 epochs)`. */
export interface Use<D extends Definition = Definition> {
  readonly definition: D;
  readonly arguments: ArgumentValues;
}

/** A numeric argument that changes from step to step: `sgd(0.1, momentum: linear(…) then constant)`. */
export interface Scheduled {
  readonly schedule: readonly Use[];
}

export type ArgumentValue =
  | number
  | boolean
  | string
  | Dim
  | Duration
  | Multiple
  | Use
  | Scheduled
  | { readonly from: number; readonly to: number }
  | readonly ArgumentValue[]
  | undefined;
export type ArgumentValues = Readonly<Record<string, ArgumentValue>>;

interface Common {
  readonly summary: string;
  /** Given by its name only, never by its position. */
  readonly named?: boolean;
}

/** What an argument takes. Without `default` (and without `optional`) it is mandatory. */
export type ArgumentSpecification = Common &
  (
    | {
        /** A size: a positive integer or a symbolic formula. Value: Dim. `list` takes one size or one for each spatial axis. */
        readonly kind: "size";
        readonly minimum?: number;
        readonly list?: boolean;
        readonly default?: number;
        readonly optional?: boolean;
      }
    | {
        readonly kind: "integer";
        readonly minimum?: number;
        readonly maximum?: number;
        readonly default?: number;
        readonly optional?: boolean;
      }
    | {
        readonly kind: "number";
        readonly minimum?: number;
        readonly maximum?: number;
        /** The bounds themselves are refused. */
        readonly exclusive?: "minimum" | "maximum" | "both";
        readonly default?: number;
        readonly optional?: boolean;
        /** A schedule is accepted in place of a number (value: number or Scheduled). */
        readonly schedulable?: boolean;
        /** A multiple of the rate such as `0.1x` is accepted too (value: number or Multiple). */
        readonly multiple?: boolean;
        /** Any number of numbers: `betas: (0.9, 0.999)`, `values(1, 2)`. Value: number[]. `length` fixes how many. */
        readonly list?: boolean;
        readonly length?: number;
        /** With `list`: takes all positional arguments (`values(1000, 1000)`). */
        readonly rest?: boolean;
        readonly defaults?: readonly number[];
      }
    | { readonly kind: "switch"; readonly default?: boolean; readonly optional?: boolean }
    | {
        readonly kind: "symbol";
        readonly choices: readonly string[];
        readonly default?: string;
        readonly optional?: boolean;
      }
    /** `padding: same`, `padding: 2`: a symbol or a size. Value: string or Dim. */
    | {
        readonly kind: "symbol or size";
        readonly choices: readonly string[];
        readonly default?: string | number;
        readonly list?: boolean;
      }
    /** An axis name, or several in brackets with `list`. Value: string or string[]. */
    | {
        readonly kind: "axis";
        readonly list?: boolean;
        readonly optional?: boolean;
        readonly default?: string;
      }
    /** Value: Duration; with `list` a Duration[]. `units` limits the units. */
    | {
        readonly kind: "duration";
        readonly list?: boolean;
        readonly optional?: boolean;
        readonly default?: Duration;
      }
    /** `15 deg`. Value: number of degrees. */
    | {
        readonly kind: "angle";
        readonly minimum?: number;
        readonly maximum?: number;
        readonly exclusive?: "minimum" | "maximum" | "both";
        readonly default?: number;
        readonly optional?: boolean;
      }
    /** Augmentations joined by `then`. Value: Use[]; with `rest` all positional arguments, one such list for each (value: Use[][]). */
    | { readonly kind: "steps"; readonly rest?: boolean; readonly optional?: boolean }
    | {
        readonly kind: "range";
        readonly minimum?: number;
        readonly maximum?: number;
        readonly default?: { readonly from: number; readonly to: number };
        readonly optional?: boolean;
      }
    /** Text in quotes; with `list` one or several. */
    | { readonly kind: "text"; readonly list?: boolean; readonly optional?: boolean }
    /** A class: its number, or its name in quotes. Value: number or string. */
    | { readonly kind: "class"; readonly optional?: boolean }
    /** A library item of another kind: `kaiming(relu)`, `image("file")`. Value: Use. */
    | { readonly kind: "use"; readonly of: Definition["kind"]; readonly optional?: boolean }
    /** Another stage's tensor: `weight: transpose(encode.weight)`. */
    | { readonly kind: "tensor"; readonly optional?: boolean }
    /** An expression over names that the owner declares (`function(sin(6 * x), x: 0 .. 1)`). Value: kept by the resolver. */
    | { readonly kind: "expression"; readonly optional?: boolean }
    /** A value that a rule watches: `validation.loss`. Value: string such as "validation.loss". */
    | { readonly kind: "monitor" }
  );

export type ArgumentTable = Readonly<Record<string, ArgumentSpecification>>;
