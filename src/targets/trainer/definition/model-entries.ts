import type {
  CompiledParameter,
  CompiledRun,
  CompiledState,
} from "../../../compiler/plan/compiled.ts";
import type { Plain } from "../code.ts";
import { describePenalties, describeSchedule, describeUse } from "../describe.ts";
import type { Emission } from "../emission.ts";
import { elementsOf } from "../run-shape.ts";
import { watchingParts } from "../../../compiler/typed/schedule-parts.ts";
import {
  clockNames,
  countName,
  dropsName,
  type ClockMember,
} from "../../../compiler/plan/names.ts";
import type { Node } from "../../../compiler/ir/graph.ts";
import type { Entry } from "./entry.ts";
import { call, plain, record, variable, type Item, type Recipe } from "./recipe.ts";

/** The tensors and what they start from, the numbers of each step, the metrics. */
export function modelEntries(emission: Emission): readonly Entry[] {
  const { compiled } = emission;
  return [
    parameters(emission),
    {
      module: "model",
      name: "parameterCount",
      value: plain(elementsOf(compiled.parameters)),
      about: "How many numbers are trained.",
    },
    states(
      compiled,
      "statistics",
      ["statistic"],
      "Running statistics of normalisations: used with the parameters, and kept with them in checkpoints.",
    ),
    states(compiled, "slots", remembered, "What the optimiser remembers."),
    states(
      compiled,
      "monitors",
      ["monitor"],
      "Sums over the rows of an epoch that stay on the device until they are asked for.",
      ({ of }) => ({ sum: of }),
    ),
    states(
      compiled,
      "teacherTensors",
      ["teacher"],
      "Everything of the teacher, from its own file.",
      ({ of }) => ({ inFile: of }),
    ),
    ...units(compiled),
    ...schedules(compiled),
    ...metrics(compiled),
  ];
}

function parameters(emission: Emission): Entry {
  const items = emission.compiled.parameters.map((parameter): Item => ({
    about: aboutParameter(emission, parameter),
    recipe: plain({
      name: parameter.path,
      shape: [...parameter.shape],
      initial: { ...parameter.initial } as Plain,
      ...(isStill(emission.compiled, parameter) && { still: true }),
    }),
  }));
  return {
    module: "model",
    name: "parameters",
    type: "readonly Parameter[]",
    about: "Every trainable tensor, row-major.",
    value: { kind: "list", items },
  };
}

/** Whether a tensor is not meant to change: it is frozen, or its rate is 0. */
function isStill({ run }: CompiledRun, { path, frozen }: CompiledParameter): boolean {
  const rate = run.weights.find(({ weight }) => weight.path === path)?.rate?.value;
  const factor = typeof rate === "number" ? rate : rate?.multiple;
  return frozen || factor === 0;
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

/** What goes on from step to step of what moves the weights; checkpoints have it besides them. */
const remembered = ["slot", "direction", "factor", "average", "gathered"] as const;

const typeOf = {
  statistics: "readonly State[]",
  slots: "readonly State[]",
  monitors: "readonly Monitor[]",
  teacherTensors: "readonly TaughtTensor[]",
  units: "readonly UnitTensor[]",
} as const;

function states(
  compiled: CompiledRun,
  name: keyof typeof typeOf,
  roles: readonly CompiledState["role"][],
  about: string,
  besides: (state: CompiledState) => Readonly<Record<string, string>> = () => ({}),
): Entry {
  const own = compiled.states.filter(({ role }) => roles.includes(role));
  const items = own.map((state): Item => ({
    recipe: plain({
      ...{ name: state.name, shape: [...state.shape], initial: state.initial },
      ...besides(state),
    }),
  }));
  return { module: "model", name, type: typeOf[name], about, value: { kind: "list", items } };
}

function units(compiled: CompiledRun): readonly Entry[] {
  if (!compiled.states.some(({ role }) => role === "unit")) return [];
  return [
    states(
      compiled,
      "units",
      ["unit"],
      "The units of targets: metrics that are told in them multiply by these.",
      ({ of }) => ({ field: of }),
    ),
  ];
}

/** What a moment calls the numbers of the clock. */
const clock: ReadonlyMap<string, string> = new Map(
  Object.entries(clockNames).map(([member, scalar]) => [scalar, member]),
);
const stepMember: ClockMember = "step";

function schedules({ schedules: formulas, run }: CompiledRun): readonly Entry[] {
  const watching = watchingParts(run.schedule.parts).map((_, index) => dropsName(index));
  const variableOf = (scalar: string): Recipe => {
    const counter = watching.indexOf(scalar);
    return counter === -1
      ? variable(clock.get(scalar)!)
      : { kind: "entry", of: variable("drops"), key: counter };
  };
  const functions = [...formulas].map(([scalar, formula], index): Entry => ({
    module: "model",
    gives: "number",
    name: functionName(scalar, index),
    about:
      index === 0
        ? `The learning rate at a step: ${describeSchedule(run.schedule.parts)} of ${describeUse(run.optimizer.use)}.`
        : `\`${scalar}\` at a step.`,
    value: {
      kind: "lambda",
      parameters: [{ members: membersOf(formula, watching), type: "Moment" }],
      body: {
        kind: "formula",
        node: formula,
        variable: variableOf,
        // A schedule is its parts, one after the other.
        ...(index === 0 && {
          branches: run.schedule.parts.map((part) => describeSchedule([part])),
        }),
      },
    },
  }));
  const numbers = [...formulas.keys()].map(
    (scalar, index) => [scalar, call(functionName(scalar, index), variable("moment"))] as const,
  );
  const numbersOf: Entry = {
    module: "model",
    name: "numbersOf",
    gives: "Readonly<Record<string, number>>",
    about: "The numbers that the device is given for a step.",
    value: {
      kind: "lambda",
      parameters: [{ name: "moment", type: "Moment" }],
      body: record({
        [clockNames.step]: { kind: "member", of: "moment", name: stepMember },
        ...Object.fromEntries(numbers),
      }),
    },
  };
  return [...functions, numbersOf];
}

/** The members of the moment that a formula speaks of, in one order. */
function membersOf(formula: Node, watching: readonly string[]): readonly string[] {
  const scalars = new Set<string>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.op === "scalar") scalars.add(node.attributes.name);
    node.inputs.forEach(visit);
  };
  visit(formula);
  const members = [...clock].flatMap(([scalar, member]) => (scalars.has(scalar) ? [member] : []));
  return watching.some((scalar) => scalars.has(scalar)) ? [...members, "drops"] : members;
}

/** `learningRate` for the run's own rate, `momentumAt` for others: scalars have names of the library's making. */
function functionName(scalar: string, index: number): string {
  if (index === 0) return "learningRate";
  const words = scalar
    .split("_")
    .map((word, place) => (place === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)));
  return `${words.join("")}At`;
}

function metrics({ metrics: own, collected, run }: CompiledRun): readonly Entry[] {
  const numbers = [...own, ...collected.filter(({ kind }) => kind !== "table")];
  const formulas = own.map(
    ({ name, result }) =>
      [
        name,
        {
          kind: "formula",
          node: result,
          variable: (scalar: string) =>
            scalar === countName
              ? variable("count")
              : ({ kind: "ask", function: "total", argument: scalar } as const),
        },
      ] as const,
  );
  return [
    {
      module: "model",
      name: "display",
      type: "MetricDisplay",
      about: "How people read each metric.",
      value: {
        kind: "record",
        entries: numbers.map(({ name, display }) => [name, plain(display)]),
      },
    },
    {
      module: "model",
      name: "sums",
      type: "readonly string[]",
      about: "What is added up over the rows.",
      value: plain([...new Set(own.flatMap((metric) => metric.sums))]),
    },
    {
      module: "model",
      name: "rowCount",
      type: "string",
      about: "The sum that is the number of rows.",
      value: plain(countName),
    },
    {
      module: "model",
      name: "metricsOf",
      gives: "Metrics",
      about: "The metrics from the sums over count rows.",
      value: {
        kind: "lambda",
        parameters: [
          { name: "total", type: "(sum: string) => number" },
          { name: "count", type: "number" },
        ],
        body: { kind: "record", entries: formulas },
      },
    },
    ...collectedNumbers(collected),
    ...undefinable(run),
    ...tables(collected),
  ];
}

/** Metrics that are made of all rows together: how each begins to be collected. */
function collectedNumbers(collected: CompiledRun["collected"]): readonly Entry[] {
  const own = collected.filter(({ kind }) => kind !== "table");
  if (own.length === 0) return [];
  const items = own.map((metric): Item => ({
    recipe: record({
      name: plain(metric.name),
      operands: operandsOf(metric),
      ...(asksNames(metric) && { labels: plain(metric.labels!) }),
      begin: {
        kind: "lambda",
        parameters: asksNames(metric)
          ? [{ name: "names", type: "readonly string[] | undefined" }]
          : [],
        body: collector(metric),
      },
    }),
  }));
  return [
    {
      module: "model",
      name: "collected",
      type: "readonly CollectedNumbers[]",
      about: "Metrics that are made of numbers of all rows.",
      value: { kind: "list", items },
    },
  ];
}

function undefinable(run: CompiledRun["run"]): readonly Entry[] {
  const own = run.metrics.flatMap(({ name, use: { definition } }) =>
    definition.undefinedWhere === undefined ? [] : [{ name, where: definition.undefinedWhere }],
  );
  if (own.length === 0) return [];
  return [
    {
      module: "model",
      name: "undefinable",
      type: "readonly Undefinable[]",
      about: "Metrics that some rows do not define, and which.",
      value: plain(own),
    },
  ];
}

type Collected = CompiledRun["collected"][number];

/** Classes are asked for by name only where the spec names one. */
function asksNames(metric: Collected): boolean {
  return (
    metric.kind === "counts" &&
    typeof metric.arguments["class"] === "string" &&
    metric.labels !== undefined
  );
}

function collector(metric: Collected): Recipe {
  const { kind, decided } = metric;
  if (kind === "counts") {
    const { class: own, average } = metric.arguments;
    const decisions = { among: decided.among, count: decided.count, class: own, average };
    const make: Recipe = { kind: "function of the runtime", name: metric.make };
    const names = asksNames(metric) ? [variable("names")] : [];
    return call("collectCounts", make, plain(decisions as Plain), ...names);
  }
  const isOfMany = decided.among === "labels" || (decided.among === "classes" && decided.count > 2);
  return kind === "labels" && isOfMany
    ? call("collectLabels", maker(metric), plain(decided.count))
    : call("collectRows", maker(metric));
}

/** The function that makes the metric of the operands, with the arguments that it is given after them. */
function maker({ make, passes, operands, arguments: values }: Collected): Recipe {
  if (passes.length === 0) return { kind: "function of the runtime", name: make };
  const names = operands.map(({ name }) => name);
  return {
    kind: "lambda",
    parameters: names.map((name) => ({ name, type: "Float32Array" })),
    body: call(make, ...names.map(variable), ...passes.map((name) => plain(values[name] as Plain))),
  };
}

function operandsOf({ operands }: Collected): Recipe {
  return plain(
    operands.map((operand) =>
      "field" in operand
        ? { field: operand.field, size: operand.size }
        : { result: operand.result, size: operand.size },
    ),
  );
}

function tables(collected: CompiledRun["collected"]): readonly Entry[] {
  const own = collected.filter(({ kind }) => kind === "table");
  if (own.length === 0) return [];
  const items = own.map((metric): Item => ({
    recipe: record({
      name: plain(metric.name),
      operands: operandsOf(metric),
      labels: metric.labels === undefined ? undefined : plain(metric.labels),
      classes: plain(metric.decided.count),
      make: { kind: "function of the runtime", name: metric.make },
    }),
  }));
  return [
    {
      module: "model",
      name: "tables",
      type: "readonly CollectedTable[]",
      about: "How often each class is taken for each other.",
      value: { kind: "list", items },
    },
  ];
}
