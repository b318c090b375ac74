import type { TensorType } from "../../ir/type.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Value, Weight } from "../../typed/program.ts";
import type { Scope } from "../1-resolve/scope.ts";

/** What is seen of a text while it is inferred: what its stages and names come to. Only those who ask for it pay for it. */
export interface Recording {
  /** A stage of a body (or, of a block, of its first use), failed ones included. */
  readonly stages: Map<Ast.Stage, ObservedStage>;
  /** The types of inputs and of the names of bodies. */
  readonly names: Map<Ast.Name, readonly TensorType[]>;
}

export interface ObservedStage {
  /** What flows in; more than one for a list. */
  readonly inputs: readonly TensorType[];
  /** What comes out; undefined where the stage has an error, several for a record. */
  readonly outputs: readonly TensorType[] | undefined;
  readonly value: Value | undefined;
  /** All weights of the model, those of this stage from `start` to `end`: made before it is known whether anybody asks. */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly start: number;
  readonly end: number;
  /** The names that are bound where it stands. */
  readonly scope: Scope;
}

export function newRecording(): Recording {
  return { stages: new Map(), names: new Map() };
}
