import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { emitWasm } from "../../../src/backends/wasm/emit-wasm.ts";
import { GpuDevice } from "../../../src/runtime/gpu-device.ts";
import { WasmDevice } from "../../../src/runtime/wasm-device.ts";
import { devicePlanText, variablesOf } from "../../support/device-plans.ts";
import { runInHeadlessGl } from "../../support/gl.ts";
import { wasmProgram } from "../../support/wasm-program.ts";
import type { run } from "./gl-scenario.ts";
import { pack, runStep, unpack, type StepCall } from "./step-call.ts";
import type { Outcome, TrainingStep } from "./training-step.ts";

/** Milliseconds that suffice on any machine, however much else it does. */
export const patience = 3_600_000;

/** What the steps left, by the names of the steps. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/** The step for any device, its numbers in 32 bits. */
export function callOf({ compiled, frozen, network, scalars }: TrainingStep): StepCall {
  const plan = devicePlanText(compiled.plans.train);
  const single = (names: readonly string[]): Record<string, Float32Array> =>
    Object.fromEntries(names.map((name) => [name, Float32Array.from(network.values.get(name)!)]));
  const streams = compiled.plans.train.steps.flatMap((step) =>
    step.kind === "fill random" ? [step.stream] : [],
  );
  return {
    plan,
    variables: single(variablesOf(plan)),
    inputs: single(Object.keys(plan.inputs)),
    draws: single(streams),
    numbers: Object.fromEntries(scalars),
    rows: frozen.rows,
  };
}

/** WebAssembly: a module of one thread, or one that two threads run together. */
export async function onWasm(
  { compiled }: TrainingStep,
  call: StepCall,
  threads: 1 | 2,
): Promise<Outcome> {
  const plans = { train: compiled.plans.train };
  const emitted = emitWasm(plans, { threads: threads === 1 ? "never" : "always" });
  const device = await WasmDevice.create(
    wasmProgram(plans, emitted),
    (target, stream) => target.set(call.draws[stream]!),
    undefined,
    threads,
  );
  if (threads === 2 && device.threads !== "2 threads") throw new Error(device.threads);
  const outcome = await runStep(device, call);
  await device.dispose();
  return outcome;
}

/** gpu.js on the CPU: one device, so that networks share their kernels. */
export async function onCpu(calls: ReadonlyMap<string, StepCall>): Promise<Outcomes> {
  let draws: StepCall["draws"] = {};
  const device = await GpuDevice.create("cpu", (target, stream) => target.set(draws[stream]!));
  const outcomes = new Map<string, Outcome>();
  for (const [name, call] of calls) {
    draws = call.draws;
    outcomes.set(name, await runStep(device, call));
  }
  await device.dispose();
  return outcomes;
}

/** WebGL in a process of its own, without a screen. */
export async function onHeadlessGl(calls: ReadonlyMap<string, StepCall>): Promise<Outcomes> {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-steps-"));
  const path = join(folder, "calls.json");
  writeFileSync(path, pack(Object.fromEntries(calls)));
  const scenario = fileURLToPath(new URL("gl-scenario.ts", import.meta.url));
  const { backend, outcomes } = (await runInHeadlessGl(scenario, path, {
    renderer: "softpipe",
    timeout: patience,
  })) as Awaited<ReturnType<typeof run>>;
  rmSync(folder, { recursive: true });
  if (backend !== "headlessgl") throw new Error(`it ran on ${backend}`);
  return new Map(
    Object.entries(outcomes).map(([name, text]) => [
      name,
      new Map(Object.entries(unpack(text) as Readonly<Record<string, Float32Array>>)),
    ]),
  );
}
