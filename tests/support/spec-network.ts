import { compileRun } from "../../src/compiler/compile.ts";
import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import { nodesOf, type Graph } from "../../src/compiler/ir/graph.ts";
import { interpretNode } from "../../src/compiler/ir/interpret.ts";
import type { CompiledRun } from "../../src/compiler/plan/compiled.ts";
import { interpretPlan } from "../../src/compiler/plan/interpret-plan.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import { GpuDevice } from "../../src/runtime/gpu-device.ts";
import { devicePlan, variablesOf } from "./device-plans.ts";
import { numbersFrom, type Network } from "./networks.ts";
import { difference, planAgainstGraph } from "./plans.ts";
import { runOf } from "./run-of.ts";
import { wasmAgainstPlan } from "./wasm-against-plan.ts";

/** The training step of a spec (without its header), with random values for everything that it reads. */
export function networkOfSpec(
  text: string,
  seed: number,
): { readonly compiled: CompiledRun; readonly network: Network } {
  const compiled = compileRun(runOf(text));
  return {
    compiled,
    network: networkOfGraph(compiled, compiled.graphs.train, compiled.plans.train, seed),
  };
}

/** One graph of a run with random values: weights small, slots and statistics positive, labels whole, draws in [0, 1). */
export function networkOfGraph(
  compiled: CompiledRun,
  graph: Graph,
  plan: Plan,
  seed: number,
): Network {
  const next = numbersFrom(seed);
  const values = new Map<string, Float64Array>();
  const types = new Map<string, ArrayType>();
  const inputs: string[] = [];
  const classes = new Map(compiled.fields.map(({ name, classes }) => [name, classes]));
  for (const node of nodesOf(graph)) {
    if (
      node.op !== "input" &&
      node.op !== "parameter" &&
      node.op !== "state" &&
      node.op !== "random"
    )
      continue;
    const name = node.op === "random" ? node.attributes.stream : node.attributes.name;
    const count = classes.get(name);
    const draw = (): number => {
      if (node.op === "input" && count !== undefined) return Math.floor(next() * count);
      if (node.op === "random" || node.op === "state") return next();
      return (next() - 0.5) * (node.op === "input" ? 2 : 1);
    };
    values.set(
      name,
      Float64Array.from(
        { length: node.type.shape.reduce((product, size) => product * size, 1) },
        () => Math.fround(draw()),
      ),
    );
    types.set(name, node.type);
    if (node.op === "input") inputs.push(name);
  }
  for (const step of plan.steps)
    if (step.kind === "fill random") values.set(step.buffer.name, values.get(step.stream)!);
  const scalars = (step: number): ReadonlyMap<string, number> => {
    const clock = new Map([
      ["step", step],
      ["steps_per_epoch", 10],
      ["total_steps", 100],
    ]);
    const hosted = [...compiled.schedules].map(
      ([name, formula]) =>
        [name, interpretNode(formula, { values: new Map(), scalars: clock, rows: 1 })[0]!] as const,
    );
    return new Map([...clock, ...hosted]);
  };
  return { graph, capacity: compiled.capacity, values, types, inputs, scalars };
}

/** The worst difference of a plan on each backend from the float64 interpreter: of the plan itself, of WebAssembly, of gpu.js on the CPU. */
export async function worstOnBackends(
  network: Network,
  plan: Plan,
  rows: number,
  step = 3,
): Promise<{ readonly plan: number; readonly wasm: number; readonly cpu: number }> {
  const call = { values: network.values, scalars: network.scalars(step), rows };
  return {
    plan: planAgainstGraph(network, plan, rows, step),
    wasm: await wasmAgainstPlan(plan, call),
    cpu: await cpuAgainstPlan(network, plan, rows, step),
  };
}

/** gpu.js on the CPU against the plan's float64 interpreter. */
async function cpuAgainstPlan(
  network: Network,
  plan: Plan,
  rows: number,
  step: number,
): Promise<number> {
  const scalars = network.scalars(step);
  const expected = interpretPlan(plan, { buffers: network.values, scalars, rows });
  const device = await GpuDevice.create("cpu", (target, stream) =>
    target.set(network.values.get(stream)!),
  );
  const program = devicePlan(plan);
  for (const name of variablesOf(program))
    device.write(name, Float32Array.from(network.values.get(name)!));
  const inputs = Object.fromEntries(
    Object.keys(program.inputs).map((name) => [name, Float32Array.from(network.values.get(name)!)]),
  );
  device.run(program, { inputs, numbers: Object.fromEntries(scalars), rows, step });
  let worst = 0;
  for (const [name, buffer] of [...plan.results, ...plan.updates]) {
    const ours = plan.results.has(name)
      ? await device.result(program, name)
      : await device.read(name);
    const theirs = expected.results.get(name) ?? expected.updates.get(name)!;
    worst = Math.max(
      worst,
      difference(
        ours,
        theirs.subarray(0, buffer.batched ? (theirs.length / plan.capacity) * rows : theirs.length),
      ),
    );
  }
  await device.dispose();
  return worst;
}
