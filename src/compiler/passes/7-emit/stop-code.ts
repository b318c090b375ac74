import { invariant } from "../../base/invariant.ts";
import { createBuilder } from "../../ir/make-builder.ts";
import type { Duration } from "../../library/arguments.ts";
import type { Formula, StopCondition, TypedRun } from "../../typed/program.ts";
import { lowerFormula } from "../3-lower/formula.ts";
import { variablesOf } from "../3-lower/gradients.ts";
import { join, literal, name, ts, type Code } from "./code.ts";
import { describeCondition } from "./describe.ts";
import { printHostFormula } from "./host-expression.ts";

/** The run's reasons to stop, as the loop looks at them. */
export interface StopCode {
  /** Numbers of the progress that patience needs, with what they start at. */
  readonly progress: readonly Code[];
  /** The functions `stopReason` (after an epoch) and `stopReasonOfStep` (after a step), where there is anything to ask. */
  readonly functions: readonly Code[];
  readonly afterEpoch: boolean;
  readonly afterStep: boolean;
  /** Names of measured values, such as `initial.loss`. */
  readonly watches: ReadonlySet<string>;
}

/** What is known after each step. */
const timeOfStep: ReadonlySet<string> = new Set<"time" | "step">(["time", "step"]);

export function stopCode({ stop }: TypedRun): StopCode {
  const watches = new Set(stop === undefined ? [] : variablesOf(stop));
  if (stop === undefined)
    return { progress: [], functions: [], afterEpoch: false, afterStep: false, watches };
  const reasons = stop.kind === "or" ? stop.conditions : [stop];
  const early = earlyRules(stop);
  const ofStep = reasons.filter((condition) =>
    variablesOf(condition).every((variable) => timeOfStep.has(variable)),
  );
  const ofEpoch = reasons.filter((condition) => !ofStep.includes(condition));
  return {
    progress: early.map(
      ({ better }, index) =>
        ts`${earlyName(index, "Best")}: Number.${name(better === "lower" ? "POSITIVE_INFINITY" : "NEGATIVE_INFINITY")}, ${earlyName(index, "Since")}: 0,`,
    ),
    functions: [
      ...(ofEpoch.length > 0 ? [epochFunction(ofEpoch, early)] : []),
      ...(ofStep.length > 0 ? [stepFunction(ofStep)] : []),
    ],
    afterEpoch: ofEpoch.length > 0,
    afterStep: ofStep.length > 0,
    watches,
  };
}

type Early = Extract<StopCondition, { kind: "early" }>;

function earlyRules(condition: StopCondition): readonly Early[] {
  if (condition.kind === "early") return [condition];
  return condition.kind === "compare" ? [] : condition.conditions.flatMap(earlyRules);
}

function earlyName(index: number, part: "" | "Best" | "Since" | "Rule"): Code {
  return name(`early${index + 1}${part}`);
}

function epochFunction(reasons: readonly StopCondition[], early: readonly Early[]): Code {
  const updates = early.map((rule, index) => updateEarly(rule, index));
  const tests = reasons.map((condition) => test(condition, early));
  return ts`${early.map((rule, index) => {
    const [, patience] = positionOf(rule.patience);
    return ts`const ${earlyName(index, "Rule")}: EarlyRule = ${literal({ better: rule.better, patience, least: rule.least })};`;
  })}

/** Why training ends after this epoch, if it does. */
function stopReason(${early.length > 0 ? ts`progress` : ts`_progress`}: Progress, value: (name: string) => number): string | undefined {
  ${updates}
  ${tests}
  return undefined;
}`;
}

function updateEarly(rule: Early, index: number): Code {
  const [position] = positionOf(rule.patience);
  const state = ts`{ best: progress.${earlyName(index, "Best")}, since: progress.${earlyName(index, "Since")}, stop: false }`;
  return ts`const ${earlyName(index, "")} = updateEarly(${earlyName(index, "Rule")}, ${state}, value(${literal(rule.metric)}), ${position});
  progress.${earlyName(index, "Best")} = ${earlyName(index, "")}.best;
  progress.${earlyName(index, "Since")} = ${earlyName(index, "")}.since;`;
}

/** What patience is counted in, and how much of it there is. */
function positionOf({ amount, unit }: Duration): readonly [Code, number] {
  if (unit === "epoch") return [ts`progress.epoch`, amount];
  if (unit === "step") return [ts`progress.step`, amount];
  return [ts`progress.seconds`, amount * { second: 1, minute: 60, hour: 3600 }[unit]];
}

function stepFunction(reasons: readonly StopCondition[]): Code {
  return ts`/** Why training ends after this step, if it does. */
function stopReasonOfStep(value: (name: string) => number): string | undefined {
  ${reasons.map((condition) => test(condition, []))}
  return undefined;
}`;
}

function test(condition: StopCondition, early: readonly Early[]): Code {
  return ts`if (${printCondition(condition, early)}) return ${literal(describeCondition(condition))};`;
}

function printCondition(condition: StopCondition, early: readonly Early[]): Code {
  switch (condition.kind) {
    case "early": {
      const index = early.indexOf(condition);
      invariant(index >= 0, "patience is looked at after an epoch");
      return ts`${earlyName(index, "")}.stop`;
    }
    case "compare":
      return ts`${printFormula(condition.left)} ${operators[condition.operator]} ${printFormula(condition.right)}`;
    default:
      return ts`(${join(
        condition.conditions.map((part) => printCondition(part, early)),
        condition.kind === "and" ? ts` && ` : ts` || `,
      )})`;
  }
}

const operators = { "<": ts`<`, "<=": ts`<=`, ">": ts`>`, ">=": ts`>=` } as const;

function printFormula(formula: Formula): Code {
  const graph = createBuilder();
  const variables = new Map(
    namesIn(formula).map((variable) => [variable, graph.scalar(variable)] as const),
  );
  const { statements, result } = printHostFormula(
    lowerFormula(graph, formula, variables),
    (variable) => ts`value(${literal(variable)})`,
  );
  return statements.length === 0 ? result : ts`(() => { ${statements} return ${result}; })()`;
}

function namesIn(formula: Formula): readonly string[] {
  return variablesOf({
    kind: "compare",
    operator: "<",
    left: formula,
    right: { kind: "number", value: 0 },
  });
}
