import { expect } from "vitest";
import { nodesOf, type Graph, type Node } from "../../src/compiler/ir/graph.ts";
import { interpret as interpretFloat64 } from "../../src/compiler/ir/interpret.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { interpretFloat32 } from "./interpret-float32.ts";
import { WasmMachine } from "./wasm-machine.ts";

type Bindings = Parameters<typeof interpretFloat64>[1];
type Results = ReturnType<typeof interpretFloat64>;

export interface Everywhere {
  /** Of max(1, |value|): what single precision may add up to. */
  readonly tolerance?: number;
  /** Values that float32 does not determine: what Adam makes of a gradient that is 0 but for rounding. */
  readonly undetermined?: readonly string[];
}

/** The backends that run at once and in any test; a new one is a line here, and all numeric tests run on it. */
const backends: Readonly<Record<string, (graph: Graph, bindings: Bindings) => Results>> = {
  wasm: runAsWasm,
};

/**
 * What a graph computes, in float64 — after every backend has computed the same in float32. Tests that compare with PyTorch, closed
 * forms or differences use this in the place of the interpreter, so that they test all backends.
 */
export function interpret(
  graph: Graph,
  bindings: Bindings,
  { tolerance = 1e-4, undetermined = [] }: Everywhere = {},
): Results {
  const expected = interpretFloat64(graph, bindings);
  for (const [backend, run] of Object.entries(backends)) {
    const actual = run(graph, bindings);
    for (const kind of ["outputs", "updates"] as const)
      for (const [name, values] of expected[kind]) {
        if (undetermined.includes(name)) continue;
        const far = disagreement(actual[kind].get(name)!, values, tolerance);
        if (far.length > 0)
          expect(
            disagreement(
              actual[kind].get(name)!,
              values,
              tolerance,
              roundingOf(graph[kind].get(name)!, values, bindings),
            ),
            `${name} on ${backend}`,
          ).toEqual([]);
      }
  }
  return expected;
}

/** The value of one node, on every backend. */
export function interpretNode(node: Node, bindings: Bindings): Float64Array {
  return interpret(
    { outputs: new Map([["value", node]]), updates: new Map() },
    bindings,
  ).outputs.get("value")!;
}

/** Functions of 1 ulp and sums in another order may lose several times what exact ones lose. */
const timesRounding = 8;

/** The rows that a plan is made for, and those of the call. Convolutions and windows take their first axis for the batch, also where no type says so. */
function rowsOf(graph: Graph, rows: number): { readonly capacity: number; readonly rows: number } {
  const nodes = nodesOf(graph);
  const batched = nodes.find((node) => node.type.batched);
  if (batched !== undefined) return { capacity: batched.type.shape[0]!, rows };
  const all =
    nodes.find((node) => /^(convolve$|convolve_input|window)/.test(node.op))?.type.shape[0] ??
    nodes.find((node) => node.op === "convolve_weight_gradient")?.inputs[0]!.type.shape[0] ??
    rows;
  return { capacity: all, rows: all };
}

function runAsWasm(graph: Graph, { values, scalars, rows: given }: Bindings): Results {
  const { capacity, rows } = rowsOf(graph, given);
  const plan = schedule("predict", graph, capacity);
  const machine = new WasmMachine(plan);
  machine.write(values);
  machine.call(scalars, rows);
  const cut = (
    name: string,
    found: Float32Array,
    types: ReadonlyMap<string, { readonly type: { readonly batched: boolean } }>,
  ): Float64Array =>
    Float64Array.from(
      types.get(name)!.type.batched
        ? found.subarray(0, (found.length / plan.capacity) * rows)
        : found,
    );
  return {
    outputs: new Map(
      [...machine.results()].map(([name, array]) => [
        name,
        cut(name, machine.read(array), graph.outputs),
      ]),
    ),
    updates: new Map(
      [...graph.updates.keys()].map((name) => [
        name,
        cut(name, machine.read(machine.emitted.memory.variables.get(name)!), graph.updates),
      ]),
    ),
  };
}

/** What rounding every result to float32 costs at worst: badly conditioned sums are no fault of a backend. */
function roundingOf(node: Node, expected: Float64Array, bindings: Bindings): number {
  const rounded = interpretFloat32(
    { outputs: new Map([["it", node]]), updates: new Map() },
    bindings,
  ).get("it")!;
  return Math.max(...expected.map((value, place) => Math.abs(value - rounded[place]!)));
}

/** The first places where float32 is not what float64 has: NaN stays NaN, what is too large for float32 is infinite. */
function disagreement(
  actual: Float64Array,
  expected: Float64Array,
  tolerance: number,
  rounding = 0,
): readonly object[] {
  const largest = 3.4e38;
  const wrong: object[] = [];
  for (const [place, value] of expected.entries()) {
    const found = actual[place]!;
    const isSame = Number.isNaN(value)
      ? Number.isNaN(found)
      : Math.abs(value) > largest
        ? found === Math.sign(value) * Infinity
        : Math.abs(found - value) <=
          tolerance * Math.max(1, Math.abs(value)) + timesRounding * rounding;
    if (!isSame && wrong.length < 3) wrong.push({ place, found, expected: value });
  }
  return wrong;
}
