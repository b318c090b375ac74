import type { Span } from "../base/source.ts";
import type { Multiple, Use } from "../library/arguments.ts";
import type { InitializerDefinition, OptimizerDefinition } from "../library/definition.ts";
import type { Origin, Penalty } from "./formula.ts";

export type RuleTarget =
  "weights" | "biases" | "scales" | "shifts" | "parameters" | "activations" | "probabilities";

/** `stage1` (no `from`), `stage1[2]` (`to` equals `from`), `stage1[2 .. 3]`. */
interface RuleStep {
  readonly name: string;
  readonly from?: number;
  readonly to?: number;
}

/** A path counted from the model; it stands for all below it. No steps: the whole model. */
export interface RulePath {
  readonly steps: readonly RuleStep[];
  /** How many of the steps come from the place of the rule, not from its text. */
  readonly prefix: number;
  readonly span: Span;
}

/** A value of a rule and where it stands. */
export interface Keyed<Value> {
  readonly value: Value;
  readonly span: Span;
}

/** What a rule sets. Each key is taken over whole by the rule that wins it. */
export interface RuleKeys {
  readonly init?: Keyed<Use<InitializerDefinition>>;
  /** `none` is the empty list. */
  readonly regularize?: Keyed<readonly Penalty[]>;
  readonly decay?: Keyed<number>;
  readonly lr?: Keyed<Multiple | number>;
  readonly freeze?: Keyed<boolean>;
  readonly optimizer?: Keyed<Use<OptimizerDefinition>>;
  /** The chance of each connection to be left out of a step in training (DropConnect). */
  readonly dropconnect?: Keyed<number>;
  readonly load?: Keyed<
    | { readonly kind: "checkpoint"; readonly path: string }
    | { readonly kind: "run"; readonly run: string }
  >;
}

/** A rule at one place of a model (a block's rule stands once for each use of the block), ready for the cascade. */
export interface CascadeRule {
  readonly target: RuleTarget;
  /** At least one; the rule holds where any of them matches. */
  readonly paths: readonly RulePath[];
  /** Kinds of layer (`conv`, `dense`); empty: all. */
  readonly of: readonly Keyed<string>[];
  readonly keys: RuleKeys;
  readonly level: "run" | "recipe" | "model" | "block";
  /** How many blocks the rule stands in: 0 outside blocks, 1 in the outermost. */
  readonly depth: number;
  /** The argument of a layer (`dense(10, init: xavier)`), which is a rule with the layer's full path. */
  readonly argument: boolean;
  readonly origin: Origin;
}

/** A path of a model as steps: `stage1[3].norm.scale`. */
export function pathSteps(
  path: string,
): readonly { readonly name: string; readonly index?: number }[] {
  if (path === "") return [];
  return path.split(".").map((step) => {
    const match = /^(.*)\[(\d+)\]$/.exec(step);
    return match ? { name: match[1]!, index: Number(match[2]) } : { name: step };
  });
}

/** Whether `path` lies at or below the place that the rule names. */
export function pathMatches(rule: RulePath, path: string): boolean {
  const steps = pathSteps(path);
  if (rule.steps.length > steps.length) return false;
  return rule.steps.every((wanted, place) => {
    const step = steps[place]!;
    if (step.name !== wanted.name) return false;
    if (wanted.from === undefined) return true;
    return (
      step.index !== undefined &&
      step.index >= wanted.from &&
      step.index <= (wanted.to ?? wanted.from)
    );
  });
}

/** A rule's path as it is written: `stage1[2 .. 3].norm`. */
export function showRulePath(path: RulePath): string {
  return path.steps.map(showStep).join(".");
}

function showStep(step: RuleStep): string {
  if (step.from === undefined) return step.name;
  return step.to === undefined || step.to === step.from
    ? `${step.name}[${step.from}]`
    : `${step.name}[${step.from} .. ${step.to}]`;
}
