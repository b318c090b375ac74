/**
 * The names of all that a run keeps, is given and gives: states, results, inputs, random streams, numbers of the host. They are made
 * here and nowhere else, and nobody takes them apart again: what a state is and to what it belongs is said by its node. A path of a
 * layer or tensor has neither `/` nor `:`, and may be any word: what stands before a `:` is none. Names that checkpoints have stay as
 * they are: no optimiser remembers anything, and no curvature has a factor, by a name of a sum.
 */

// States.

/** What an optimiser remembers of a weight. */
export function slotName(weight: string, slot: string): string {
  return `${weight}/${slot}`;
}

/** The average of a weight or of running statistics. */
export function averageName(path: string): string {
  return `${path}/averaged`;
}

/** A weight's part of the direction that the Hessian is multiplied by. */
export function directionName(weight: string): string {
  return `${weight}/direction`;
}

/** The sum over the rows of an update so far of a weight's gradient. */
export function gatheredName(weight: string): string {
  return `${weight}/gathered`;
}

/** The same of a number of the step. It is called as a weight would be, unless there is a weight that is called like the number. */
export function gatheredNumberName(number: string, weights: readonly string[]): string {
  return weights.includes(number) ? `number:${number}/gathered` : gatheredName(number);
}

/** The two matrices whose Kronecker product is the curvature of a layer, and what the host makes of them. */
export interface FactorNames {
  readonly inputs: string;
  readonly outputs: string;
  readonly inputsInverse: string;
  readonly outputsInverse: string;
}

export function factorNames(layer: string): FactorNames {
  return {
    inputs: `${layer}/inputs`,
    outputs: `${layer}/outputs`,
    inputsInverse: `${layer}/inputs_inverse`,
    outputsInverse: `${layer}/outputs_inverse`,
  };
}

/** A tensor of the teacher, by its path there. */
export function teacherName(path: string): string {
  return `teacher:${path}`;
}

/** What the values of a field were divided by when they were brought to scale. */
export function unitName(field: string): string {
  return `unit:${field}`;
}

/** A sum over the rows of an epoch that stays on the device. */
export function monitorName(sum: string): string {
  return `monitor/${sum}`;
}

// Results and inputs of graphs.

/** What a metric adds up over the rows, or keeps of each. */
export function sumName(metric: string, key: string): string {
  return `${metric}/${key}`;
}

/** The number of rows, as a sum. */
export const countName = "count";

/** √(Σ g²) over all gradients: a result of the step, a sum, and what conditions call it. */
export const gradientNormName = "gradient_norm";

/** The gradient of a weight, as a result. */
export function gradientName(weight: string): string {
  return `gradient/${weight}`;
}

/** The state that stands for the gradient of a weight where gradients are given. */
export function givenGradientName(weight: string): string {
  return `gradient:${weight}`;
}

/** A weight's part of the Hessian times the direction. */
export function curvatureName(weight: string): string {
  return `curvature/${weight}`;
}

/** What the report on a network's beginning reads: a value of the network, the gradient there, and that of a weight. */
export const inspectedName = {
  value: (value: string): string => `value/${value}`,
  gradient: (value: string): string => `gradient/${value}`,
  weight: (weight: string): string => `weight/${weight}`,
} as const;

/** The input that stands for a result of the model where results are given. */
export function givenName(output: string): string {
  return `given/${output}`;
}

// Random streams.

/** What a layer draws, each use of it anew. */
export function layerStream(layer: string, purpose: string, use: number): string {
  return `${layer}/${purpose}${use === 1 ? "" : `#${use}`}`;
}

/** Which connections of a weight are left out. */
export function connectionsStream(weight: string): string {
  return `${weight}/dropconnect`;
}

/** What is drawn from the distribution that a term of the loss stands for; terms count from 0. */
export function scoreStream(term: number, purpose: string): string {
  return `fisher/${term + 1}/${purpose}`;
}

// Numbers of the host.

/** What the host tells of the course of a run at every step. */
export const clockNames = {
  step: "step",
  stepsPerEpoch: "steps_per_epoch",
  totalSteps: "total_steps",
} as const;

export type ClockMember = keyof typeof clockNames;

/** The learning rate of the run. */
export const rateName = "rate";

/** Whether a batch is the first of its update, and whether it is the last, where several batches make one update. */
export const updateNames = { begins: "accumulate_begins", ends: "accumulate_ends" } as const;

/** Whether the factors of K-FAC are brought up to date in a call of the plan, and whether everything else is: both, unless the host says otherwise. */
export const curvatureNumbers = { measure: "kfac_measure", apply: "kfac_apply" } as const;

/** How often the watching part of this number (from 0) of a schedule has lowered its value. */
export function dropsName(index: number): string {
  return index === 0 ? "drops" : `drops${index + 1}`;
}

/** A batch's share in refreshed statistics: 1 / the number of the batch. */
export const batchShareName = "batch_share";

// What conditions and settings watch.

/** The number of the progress that keeps a result of the first step: `initial.loss`. */
export function initialName(result: string): string {
  return `${initial}${result}`;
}

/** The result of the first step that a watched name speaks of. */
export function initialResult(watched: string): string | undefined {
  return watched.startsWith(initial) ? watched.slice(initial.length) : undefined;
}

const initial = "initial.";

export type MeasuredPart = "train" | "validation";

/** A metric of a part of the data: `validation.accuracy`. */
export function measuredName(part: MeasuredPart, metric: string): string {
  return `${part}.${metric}`;
}

/** The part and the metric that a watched name speaks of. */
export function measuredOf(
  watched: string,
): { readonly part: MeasuredPart; readonly metric: string } | undefined {
  const parts: readonly MeasuredPart[] = ["train", "validation"];
  const part = parts.find((each) => watched.startsWith(measuredName(each, "")));
  return part && { part, metric: watched.slice(measuredName(part, "").length) };
}
