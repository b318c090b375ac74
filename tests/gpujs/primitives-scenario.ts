import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import { nodesOf, type Graph, type Node } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { recur } from "../../src/compiler/ir/scan.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice, type BackendChoice, type Device } from "../../src/runtime/device.ts";
import { devicePlan } from "../support/device-plans.ts";
import { numbersFrom } from "../support/networks.ts";

export interface Case {
  readonly name: string;
  /** Values of the leaves x and y (and others by name); drawn from [−1, 1) where absent. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
  readonly tolerance?: number;
  readonly build: (graph: GraphBuilder) => Node;
}

const capacity = 11;
export const rows = 9;

const plain = (...shape: readonly number[]): ArrayType => ({ shape, batched: false });
const batched = (...shape: readonly number[]): ArrayType => ({ shape, batched: true });

/** Small, large, negative, zero, and not a number. */
const extremes = [-100, -20, -3.5, -1, -0.3, -1e-6, 0, 1e-6, 0.3, 1, 3.5, 20, 80, Number.NaN];
const positives = [1e-30, 1e-6, 0.3, 1, 2, 3.5, 20, 1e6, Number.NaN];
const pairs = {
  x: [-3.5, -2, -1, 0, 0, 1, 2, 3.5, Number.NaN, 1],
  y: [2, 3, -1, 0, 2, 1, -2, 0.5, 1, Number.NaN],
};

type UnaryName =
  | "negate"
  | "exp"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "sine"
  | "cosine"
  | "absolute"
  | "sign"
  | "floor"
  | "ceil"
  | "log"
  | "sqrt";
type BinaryName =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "maximum"
  | "minimum"
  | "power"
  | "modulo"
  | "less"
  | "lessEqual"
  | "equal";

const unary = (name: UnaryName, values: readonly number[]): Case => ({
  name,
  values: { x: values },
  tolerance: name === "erf" ? 5e-7 : 2e-6,
  build: (graph) => graph[name](graph.input("x", plain(values.length))),
});
const binary = (
  name: BinaryName,
  values: { readonly x: readonly number[]; readonly y: readonly number[] } = pairs,
): Case => ({
  name,
  values,
  build: (graph) =>
    graph[name](graph.input("x", plain(values.x.length)), graph.input("y", plain(values.y.length))),
});
const withoutZeroDivisor = { x: pairs.x, y: pairs.y.map((value) => (value === 0 ? 4 : value)) };

export const cases: readonly Case[] = [
  ...(["negate", "tanh", "sigmoid", "erf", "absolute", "sign", "floor", "ceil"] as const).map(
    (name) => unary(name, extremes),
  ),
  unary(
    "exp",
    extremes.filter((value) => !(value < -80)),
  ),
  ...(["sine", "cosine"] as const).map((name): Case => ({
    ...unary(name, [-3, -1, 0, 0.5, 2, 3, Number.NaN]),
    tolerance: 5e-4,
  })),
  unary("log", positives),
  unary("sqrt", [0, ...positives]),
  ...(
    ["add", "subtract", "multiply", "maximum", "minimum", "less", "lessEqual", "equal"] as const
  ).map((name) => binary(name)),
  binary("divide", withoutZeroDivisor),
  binary("modulo", { x: [-3.5, 2.25, 7, 7.5], y: [2, 0.5, 3, -2] }),
  binary("power", { x: [-2, -2, 0, 0, 2, 2.5, 1e-3, 3], y: [2, 3, 0, 2, 0.5, -1.5, 2, 0] }),
  ...[0, 1, 2, 3, -1, -2, 0.5].map((exponent): Case => ({
    name: `power ${exponent}`,
    values: { x: exponent === 0.5 ? [0, 2, 9] : [-2, -0.5, 1, 3] },
    build: (graph) => graph.power(graph.input("x", plain(exponent === 0.5 ? 3 : 4)), exponent),
  })),
  {
    name: "maximum with a constant keeps NaN",
    values: { x: extremes },
    build: (graph) => graph.maximum(graph.input("x", plain(extremes.length)), 0),
  },
  {
    name: "minimum of a constant keeps NaN",
    values: { x: extremes },
    build: (graph) => graph.minimum(0.5, graph.input("x", plain(extremes.length))),
  },
  {
    name: "relu written as a choice keeps NaN",
    values: { x: extremes },
    build: (graph) => {
      const x = graph.input("x", plain(extremes.length));
      return graph.select(graph.lessEqual(x, 0), 0, x);
    },
  },
  {
    name: "relu written the other way keeps NaN",
    values: { x: extremes },
    build: (graph) => {
      const x = graph.input("x", plain(extremes.length));
      return graph.select(graph.less(0, x), x, graph.multiply(x, 0.1));
    },
  },
  {
    name: "select drops NaN of the other side",
    values: { x: extremes },
    build: (graph) => {
      const x = graph.input("x", plain(extremes.length));
      return graph.select(graph.less(x, 1), 2, graph.select(graph.equal(x, x), x, 5));
    },
  },
  {
    name: "a maximum over NaN is NaN",
    values: { x: [1, Number.NaN, 3, 4, 5, -6] },
    build: (graph) => graph.max(graph.input("x", plain(2, 3)), [1]),
  },
  {
    name: "a sum over NaN is NaN",
    values: { x: [1, Number.NaN, 3, 4, 5, -6] },
    build: (graph) => graph.sum(graph.input("x", plain(2, 3)), [1]),
  },
  {
    name: "iota",
    build: (graph) =>
      graph.add(graph.multiply(graph.iota(plain(3, 4, 5), 1), 10), graph.iota(plain(3, 4, 5), 2)),
  },
  {
    name: "transpose, slice, pad, concatenate",
    build: (graph) => {
      const x = graph.input("x", plain(3, 4));
      const y = graph.transpose(graph.exp(x), [1, 0]);
      return graph.concatenate(
        [
          graph.pad(graph.slice(y, [1, 0], [2, 3]), [1, 2], [0, 1]),
          graph.sigmoid(graph.pad(graph.negate(x), [0, 1], [0, 1])),
        ],
        0,
      );
    },
  },
  {
    name: "reshape between odd shapes",
    build: (graph) =>
      graph.add(
        graph.reshape(graph.exp(graph.input("x", plain(4, 3))), [2, 6]),
        graph.reshape(graph.input("y", plain(3, 4)), [2, 6]),
      ),
  },
  {
    name: "a short batch",
    build: (graph) => graph.mean(graph.exp(graph.input("x", batched(capacity, 3)))),
  },
  {
    name: "a product, four terms at a time and a rest",
    build: (graph) =>
      graph.contract(graph.input("x", plain(5, 11)), graph.input("y", plain(11, 6)), "mk,kn->mn"),
  },
  {
    name: "a product over the rows of a short batch",
    build: (graph) =>
      graph.contract(
        graph.input("x", batched(capacity, 3)),
        graph.input("y", batched(capacity, 4)),
        "rm,rn->mn",
      ),
  },
  {
    name: "a convolution with a border",
    build: (graph) =>
      graph.convolve(
        graph.input("x", batched(capacity, 6, 5, 9)),
        graph.input("y", plain(3, 3, 9, 2)),
        { size: [3, 3], stride: [2, 1], dilation: [1, 2], low: [1, 2], high: [1, 2] },
      ),
  },
  {
    name: "a sum in two stages",
    tolerance: 1e-5,
    build: (graph) => graph.sum(graph.input("x", plain(100, 1000))),
  },
  {
    name: "a maximum in two stages",
    build: (graph) => graph.max(graph.input("x", plain(3, 200, 700)), [1, 2]),
  },
  {
    name: "one axis too long for a loop",
    tolerance: 1e-5,
    build: (graph) =>
      graph.sum(graph.multiply(graph.input("x", plain(140_000)), graph.iota(plain(140_000), 0))),
  },
  {
    name: "one long axis that is a prime",
    tolerance: 1e-5,
    build: (graph) => graph.sum(graph.input("x", plain(100_003))),
  },
  {
    name: "the maximum along a long prime axis",
    build: (graph) => graph.max(graph.negate(graph.absolute(graph.input("x", plain(5003)))), [0]),
  },
  {
    name: "a loop nest of 60,000",
    tolerance: 1e-5,
    build: (graph) => graph.sum(graph.input("x", plain(2, 30, 1000)), [1, 2]),
  },
  {
    name: "indices beyond 2²²",
    build: (graph) => {
      const type = plain(2101, 2003);
      return graph.add(graph.iota(type, 1), graph.multiply(graph.iota(type, 0), 2003));
    },
  },
  ...[1, 5, 70].flatMap((places): readonly Case[] =>
    [false, true].map((reverse) => ({
      name: `a loop over ${places} places${reverse ? ", the last first" : ""}, and its gradient`,
      tolerance: 2e-5,
      build: (graph) => {
        const [x, w] = [
          graph.input("x", batched(capacity, places, 3)),
          graph.input("w", plain(3, 3)),
        ];
        const [states] = recur(graph, {
          sequences: [x],
          constants: [w],
          values: [batched(capacity, 3)],
          reverse,
          step: ([before], [here], [weight]) => [
            graph.tanh(
              graph.add(here!, graph.multiply(0.3, graph.contract(before!, weight!, "bk,kn->bn"))),
            ),
          ],
        });
        const gradients = differentiate(graph, graph.sum(graph.multiply(states!, states!)), [x, w]);
        return graph.add(
          graph.add(states!, gradients.get(x)!),
          graph.sum(graph.absolute(gradients.get(w)!)),
        );
      },
    })),
  ),
  {
    name: "uniform numbers from the host",
    build: (graph) => graph.add(graph.random("drop", plain(3, 5)), 1),
  },
];

export function leaves(graph: Graph, given: Case["values"]): ReadonlyMap<string, Float64Array> {
  const next = numbersFrom(7);
  const values = new Map<string, Float64Array>();
  for (const node of nodesOf(graph)) {
    if (node.op !== "input" && node.op !== "random") continue;
    const name = node.op === "input" ? node.attributes.name : node.attributes.stream;
    const size = (node.type.batched ? [rows, ...node.type.shape.slice(1)] : node.type.shape).reduce(
      (product, extent) => product * extent,
      1,
    );
    const drawn = Array.from({ length: size }, () => next() * 2 - 1);
    values.set(name, Float64Array.from(given?.[name] ?? drawn, Math.fround));
  }
  return values;
}

/** Where a backend's answer differs from the interpreter's: NaN must be NaN, numbers agree relative to their size. */
function disagreement(
  actual: Float32Array,
  expected: Float64Array,
  tolerance: number,
): string | undefined {
  for (const [place, value] of expected.entries()) {
    const ours = actual[place]!;
    const same = Number.isNaN(value)
      ? Number.isNaN(ours)
      : Math.abs(ours - value) <= tolerance * Math.max(1, Math.abs(value));
    if (!same) return `element ${place}: ${ours} instead of ${value}`;
  }
  return undefined;
}

async function runCase(
  one: Case,
  device: Device,
  fills: Map<string, Float64Array>,
): Promise<string | undefined> {
  const graph: Graph = {
    outputs: new Map([["out", one.build(createBuilder({ path: one.name, role: "forward" }))]]),
    updates: new Map(),
  };
  const values = leaves(graph, one.values);
  for (const [name, array] of values) fills.set(name, array);
  const expected = interpret(graph, { values, scalars: new Map(), rows }).outputs.get("out")!;
  const plan = devicePlan(schedule("predict", graph, capacity));
  const inputs = Object.fromEntries(
    Object.keys(plan.inputs).map((name) => [name, Float32Array.from(values.get(name)!)]),
  );
  device.run(plan, { inputs, numbers: {}, rows, step: 1 });
  return disagreement(await device.result(plan, "out"), expected, one.tolerance ?? 2e-6);
}

/** Runs every case: what went wrong, by name, and the backend. */
export async function run(backend: BackendChoice): Promise<{
  readonly backend: string;
  readonly count: number;
  readonly problems: Readonly<Record<string, string>>;
}> {
  const fills = new Map<string, Float64Array>();
  const device = await createDevice({
    backend,
    fillUniform: (target, stream) => target.set(fills.get(stream)!),
  });
  const problems: Record<string, string> = {};
  for (const one of cases) {
    try {
      const problem = await runCase(one, device, fills);
      if (problem !== undefined) problems[one.name] = problem;
    } catch (error) {
      problems[one.name] = error instanceof Error ? error.message.slice(0, 600) : String(error);
    }
  }
  await device.dispose();
  return { backend: device.backend, count: cases.length, problems };
}
