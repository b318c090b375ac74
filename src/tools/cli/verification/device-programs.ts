import type { Plans } from "../../../compiler/plan/backend.ts";
import { gpuJsProgram } from "../../../backends/gpujs/lower-plan.ts";
import { emitWasm, type EmittedWasm } from "../../../backends/wasm/emit-wasm.ts";
import type { Plan } from "../../../compiler/plan/plan.ts";
import type { DevicePlan } from "../../../runtime/device-plan.ts";
import { deviceStep } from "../../training/plans.ts";
import type { WasmProgram } from "../../../runtime/wasm-plan.ts";

type Formula = (given: Readonly<Record<string, number>>) => number;

/** What the generated kernels.ts would export for a plan, without writing and importing the file. */
export function devicePlan(plan: Plan): DevicePlan {
  const program = gpuJsProgram(plan);
  return {
    name: program.name,
    capacity: program.capacity,
    inputs: Object.fromEntries(program.inputs),
    given: program.given,
    derived: formulas(program.derived),
    steps: program.steps.map(deviceStep),
    results: Object.fromEntries(program.results),
    updates: Object.fromEntries(program.updates),
  };
}

/** What the generated wasm.ts would export, without writing and importing it. */
export function wasmProgram(
  plans: Plans,
  { bytes, memory }: EmittedWasm = emitWasm(plans),
): WasmProgram {
  const { threads } = memory;
  return {
    ...(threads && { threads: { ...threads, plans: Object.fromEntries(threads.plans) } }),
    bytes: () => Promise.resolve(bytes),
    pages: memory.pages,
    rows: memory.rows,
    variables: Object.fromEntries(memory.variables),
    plans: Object.fromEntries(
      [...memory.plans].map(([name, plan]) => [
        name,
        {
          capacity: plan.capacity,
          inputs: Object.fromEntries(plan.inputs),
          fills: plan.fills,
          given: plan.given,
          derived: formulas(plan.derived),
          numbers: Object.fromEntries(plan.numbers),
          results: Object.fromEntries(plan.results),
        },
      ]),
    ),
  };
}

/** The emitters print numbers that the host works out as TypeScript; these are of their making and hold no text of a spec. */
function formulas(derived: ReadonlyMap<string, string>): Readonly<Record<string, Formula>> {
  return Object.fromEntries(
    [...derived].map(([name, text]) => [name, new Function("given", `return ${text};`) as Formula]),
  );
}
