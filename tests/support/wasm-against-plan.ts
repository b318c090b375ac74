import { interpretPlan } from "../../src/compiler/plan/interpret-plan.ts";
import { emitWasm, type WasmOptions } from "../../src/backends/wasm/emit-wasm.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import { difference } from "./plans.ts";
import { wasmProgram } from "./wasm-program.ts";

/** What one call of a plan needs, by name and row-major. */
export interface CallValues {
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly scalars: ReadonlyMap<string, number>;
  readonly rows: number;
}

/** Runs a plan once as WebAssembly: results and new values of variables. */
export async function runWasm(
  plan: Plan,
  { values, scalars, rows }: CallValues,
  options: WasmOptions = {},
): Promise<{ results: Map<string, Float32Array>; updates: Map<string, Float32Array> }> {
  const program = wasmProgram({ [plan.name]: plan }, emitWasm({ [plan.name]: plan }, options));
  const random = new Map(
    plan.steps.flatMap((step) =>
      step.kind === "fill random" ? [[step.stream, values.get(step.stream)!] as const] : [],
    ),
  );
  const device = await WasmDevice.create(program, (target, stream) =>
    target.set(random.get(stream)!),
  );
  const inputs: Record<string, Float32Array> = {};
  for (const buffer of plan.buffers) {
    if (buffer.aliasOf !== undefined) continue;
    if (buffer.role === "input") inputs[buffer.name] = Float32Array.from(values.get(buffer.name)!);
    if (buffer.role === "parameter" || buffer.role === "state")
      device.write(buffer.name, Float32Array.from(values.get(buffer.name)!));
  }
  device.run(plan, { inputs, numbers: Object.fromEntries(scalars), rows, step: 1 });
  const results = new Map<string, Float32Array>();
  const updates = new Map<string, Float32Array>();
  for (const name of plan.results.keys()) results.set(name, await device.result(plan, name));
  for (const name of plan.updates.keys()) updates.set(name, await device.read(name));
  return { results, updates };
}

/** The worst difference between a plan as WebAssembly and the float64 interpreter; rows past the batch do not count. */
export async function wasmAgainstPlan(
  plan: Plan,
  call: CallValues,
  options: WasmOptions = {},
): Promise<number> {
  const buffers = new Map(call.values);
  for (const step of plan.steps)
    if (step.kind === "fill random") buffers.set(step.buffer.name, call.values.get(step.stream)!);
  const expected = interpretPlan(plan, { buffers, scalars: call.scalars, rows: call.rows });
  const actual = await runWasm(plan, call, options);
  let worst = 0;
  for (const [name, buffer] of [...plan.results, ...plan.updates]) {
    const ours = actual.results.get(name) ?? actual.updates.get(name)!;
    const theirs = expected.results.get(name) ?? expected.updates.get(name)!;
    const counted = buffer.batched ? (theirs.length / plan.capacity) * call.rows : theirs.length;
    worst = Math.max(worst, difference(ours.subarray(0, counted), theirs.subarray(0, counted)));
  }
  return worst;
}
