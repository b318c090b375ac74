import type { ClockNumber } from "../3-lower/schedules.ts";
import type { Node } from "../../ir/graph.ts";
import type { CompiledMetric, CompiledParameter } from "../../plan/compiled.ts";
import { comment, join, key, literal, name, nothing, ts, type Code, type Plain } from "./code.ts";
import { describePenalties, describeSchedule, describeUse } from "./describe.ts";
import { dropsName, watchingParts } from "../3-lower/schedules.ts";
import type { Emission } from "./emission.ts";
import { printHostFormula } from "./host-expression.ts";
import type { ModuleText } from "./modules.ts";

/** `model.ts`: the tensors and what they start from, the numbers of each step, the metrics. */
export function modelModule(emission: Emission): ModuleText {
  const { run } = emission.compiled;
  return {
    path: "model.ts",
    header: comment(
      `Model ${run.model.name}: its tensors and what they start from, the numbers of each step, the metrics.`,
      run.model.documentation,
    ),
    statements: [
      types(),
      parameters(emission),
      states(emission),
      ...schedules(emission),
      ...metrics(emission),
    ],
  };
}

function types(): Code {
  return ts`/** A tensor that is trained, and the distribution that it is drawn from. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Distribution;
}

/** A tensor that goes from step to step without being trained; each of its numbers starts at initial. */
export interface State {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number;
}`;
}

function parameters(emission: Emission): Code {
  const entries = emission.compiled.parameters.map((parameter) => {
    const plainEntry = {
      name: parameter.path,
      shape: [...parameter.shape],
      initial: plainDistribution(parameter.initial),
    };
    return ts`${comment(aboutParameter(emission, parameter))}
${literal(plainEntry)},`;
  });
  const count = emission.compiled.parameters.reduce(
    (total, { shape }) => total + shape.reduce((product, size) => product * size, 1),
    0,
  );
  return ts`/** Every trainable tensor, row-major; ${literal(count)} numbers in all. */
export const parameters: readonly Parameter[] = [
${entries}
];`;
}

function plainDistribution(distribution: CompiledParameter["initial"]): Plain {
  return distribution.kind === "values"
    ? { ...distribution, values: [...distribution.values] }
    : { ...distribution };
}

/** What the author said of the layer, and what applies to this tensor. */
function aboutParameter({ compiled }: Emission, { path, frozen, load }: CompiledParameter): string {
  const settings = compiled.run.weights.find(({ weight }) => weight.path === path)!;
  const layer = compiled.run.model.layers.find(({ weights }) =>
    weights.some((weight) => weight.path === path),
  );
  const rate = settings.rate?.value;
  const said = [
    `${settings.init.use.definition.kind === "initializer" ? describeUse(settings.init.use) : ""}`,
    settings.regularize && settings.regularize.terms.length > 0
      ? `regularised by ${describePenalties(settings.regularize.terms)}`
      : undefined,
    settings.decay && settings.decay.value !== 0 ? `decay ${settings.decay.value}` : undefined,
    rate === undefined
      ? undefined
      : `rate ${typeof rate === "number" ? rate : `${rate.multiple}x`}`,
    frozen ? "frozen" : undefined,
    load ? "loaded" : undefined,
  ];
  const first = layer?.weights[0]?.path === path ? layer.documentation : undefined;
  return [first, said.filter((part) => part !== undefined).join("; ")]
    .filter((part) => part !== undefined)
    .join("\n");
}

function states({ compiled }: Emission): Code {
  const list = (role: string): Code => {
    const entries = compiled.states.filter((state) => state.role === role);
    return ts`[${join(
      entries.map(
        ({ name: key, shape, initial }) =>
          ts`${literal({ name: key, shape: [...shape], initial })},`,
      ),
      ts`
`,
    )}]`;
  };
  return ts`/** Running statistics of normalisations: used with the parameters, and kept with them in checkpoints. */
export const statistics: readonly State[] = ${list("statistic")};

/** What the optimiser remembers. */
export const slots: readonly State[] = ${list("slot")};

/** Sums over the rows of an epoch that stay on the device until they are asked for. */
export const monitors: readonly State[] = ${list("monitor")};${
    compiled.run.teacher === undefined
      ? nothing
      : ts`

/** Everything of the teacher, from its own file. */
export const teacherTensors: readonly State[] = ${list("teacher")};`
  }`;
}

function schedules({ compiled }: Emission): readonly Code[] {
  const functions = [...compiled.schedules].map(([scalar, formula], index) => {
    const about =
      index === 0
        ? `The learning rate at a step: ${describeSchedule(compiled.run.schedule.parts)} of ${describeUse(compiled.run.optimizer.use)}.`
        : `\`${scalar}\` at a step.`;
    return scheduleFunction(functionName(scalar, index), about, formula);
  });
  const watched = watchingParts(compiled.run.schedule.parts).map((_, index) => dropsName(index));
  const entries = [...compiled.schedules.keys()].map(
    (scalar, index) => ts`${key(scalar)}: ${functionName(scalar, index)}(moment)`,
  );
  return [
    ts`/** Where training stands; the step counts from 1. */
export interface Moment {
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;${
    watched.length === 0
      ? nothing
      : ts`
  /** How often the rate was lowered because a number that is watched had stopped getting better. */
  ${watched.map((scalar) => ts`readonly ${name(scalar)}: number;`)}`
  }
}`,
    ...functions,
    ts`/** The numbers that the device is given for a step. */
export function numbersOf(moment: Moment): Readonly<Record<string, number>> {
  return { step: moment.step, ${join(entries, ts`, `)} };
}`,
  ];
}

/** `learningRate` for the run's own rate, `momentumAt` for others: scalars have names of the library's making. */
function functionName(scalar: string, index: number): Code {
  const words = scalar
    .split("_")
    .map((word, place) => (place === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)));
  return index === 0 ? name("learningRate") : name(`${words.join("")}At`);
}

const clock: ReadonlyMap<string, Code> = new Map<ClockNumber, Code>([
  ["step", ts`step`],
  ["steps_per_epoch", ts`stepsPerEpoch`],
  ["total_steps", ts`totalSteps`],
]);

function scheduleFunction(identifier: Code, about: string, formula: Node): Code {
  const mentions = new Map<string, Code>();
  const { statements, result } = printHostFormula(formula, (scalar) => {
    const code = clock.get(scalar) ?? name(scalar);
    mentions.set(scalar, code);
    return code;
  });
  const body = [...statements, ts`return ${result};`];
  const order = new Set([...clock.keys(), ...mentions.keys()]);
  const mentioned = [...order].flatMap((scalar) => mentions.get(scalar) ?? []);
  const parameter =
    mentioned.length === 0 ? ts`_moment: Moment` : ts`{ ${join(mentioned, ts`, `)} }: Moment`;
  return ts`${comment(about)}
export function ${identifier}(${parameter}): number {
${body}
}`;
}

function metrics({ compiled }: Emission): readonly Code[] {
  const entries = compiled.metrics.map(
    (metric) => ts`${key(metric.name)}: ${metricFormula(metric)},`,
  );
  const numbers = [
    ...compiled.metrics,
    ...compiled.collected.filter(({ kind }) => kind === "number"),
  ];
  const display = numbers.map((metric) => ts`${key(metric.name)}: ${literal(metric.display)}`);
  const sums = [...new Set(compiled.metrics.flatMap((metric) => metric.sums))];
  return [
    ts`/** How people read each metric. */
export const display: MetricDisplay = { ${join(display, ts`, `)} };`,
    ts`/** What is added up over the rows. */
export const sums: readonly string[] = ${literal(sums)};`,
    ts`/** The metrics from the sums over count rows. */
export function metricsOf(total: (sum: string) => number, count: number): Metrics {
  return {
${entries}
  };
}`,
  ];
}

function metricFormula({ result }: CompiledMetric): Code {
  const printed = printHostFormula(result, (scalar) =>
    scalar === "count" ? ts`count` : ts`total(${literal(scalar)})`,
  );
  if (printed.statements.length === 0) return printed.result;
  return ts`(() => { ${printed.statements} return ${printed.result}; })()`;
}
