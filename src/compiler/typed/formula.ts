import type { Span } from "../base/source.ts";
import type { Use } from "../library/arguments.ts";
import type { FunctionDefinition, RegularizerDefinition } from "../library/definition.ts";

/** Where something was said. */
export interface Origin {
  readonly span: Span;
  /** Said by `explain`: "run Mlp", "model Mlp", "block Basic", "default of dense". */
  readonly from: string;
}

/** A scalar formula that is evaluated on the host. */
export type Formula =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable"; readonly name: string }
  | {
      readonly kind: "apply";
      readonly operator:
        | "+"
        | "-"
        | "*"
        | "/"
        | "^"
        | "negate"
        | "<"
        | "<="
        | ">"
        | ">="
        | "=="
        | "!="
        | "and"
        | "or"
        | "not"
        | "if";
      readonly operands: readonly Formula[];
    }
  | {
      readonly kind: "call";
      readonly function: FunctionDefinition;
      readonly operands: readonly Formula[];
    };

/** A library item, or a `define` of the file: `x` is the first parameter, elementwise values allowed, summed at the end. */
export type Penalty =
  | { readonly kind: "use"; readonly use: Use<RegularizerDefinition>; readonly factor: number }
  | {
      readonly kind: "formula";
      readonly variable: string;
      readonly expression: Formula;
      readonly name: string;
      readonly factor: number;
    };
