import { gpuJsProgram, type FunctionPool } from "../../backends/gpujs/lower-plan.ts";
import type { GpuJsKernel, GpuJsStep } from "../../backends/gpujs/program.ts";
import { wasm } from "../../backends/wasm/backend.ts";
import type { WasmPlanTable } from "../../backends/wasm/module-table.ts";
import type { Plans } from "../../compiler/plan/backend.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { deferred } from "./deferred.ts";
import type { DeviceKernel, DevicePlan, DeviceStep } from "../../runtime/device-plan.ts";
import type { WasmPlan, WasmProgram } from "../../runtime/wasm-plan.ts";

/** Plans as devices take them; those of gpu.js are made when one asks for more than a name. */
export function devicePlans(plans: Plans): Readonly<Record<string, DevicePlan>> {
  // Functions that several plans call are one, as in a file of kernels: those of the plans before it are made first.
  const pool: FunctionPool = new Map();
  let before = (): void => undefined;
  const entries = Object.entries(plans).map(([key, plan]) => {
    const { name, capacity } = plan;
    const makeBefore = before;
    const make = onceOf(() => {
      makeBefore();
      return devicePlan(plan, pool);
    });
    before = () => void make();
    return [key, deferred<DevicePlan>({ name, capacity }, deferredMembers, make)] as const;
  });
  return Object.fromEntries(entries);
}

function onceOf<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

const deferredMembers = [
  ...(["inputs", "given", "derived"] as const),
  ...(["steps", "results", "updates"] as const),
];

/** A plan as a device takes it: the table that a generated `kernels.ts` holds. */
export function devicePlan(plan: Plan, pool: FunctionPool): DevicePlan {
  const program = gpuJsProgram(plan, pool);
  return {
    name: program.name,
    capacity: program.capacity,
    inputs: Object.fromEntries(program.inputs),
    given: program.given,
    derived: derivedOf(program.derived),
    steps: program.steps.map(deviceStep),
    results: Object.fromEntries(program.results),
    updates: Object.fromEntries(program.updates),
  };
}

/** A step as `kernels.ts` writes it. */
export function deviceStep(step: GpuJsStep): DeviceStep {
  if ("fill" in step) return step;
  if (!("body" in step)) return deviceKernel(step);
  const { about, places, reverse, body, stacks } = step;
  return { about, places, reverse, body: body.map(deviceKernel), stacks };
}

function deviceKernel({ source, arrays, numbers, makes, size }: GpuJsKernel): DeviceKernel {
  const kernel = [makes, size, source, arrays] as const;
  return numbers.length === 0 ? kernel : [...kernel, numbers];
}

type Formula = (given: Readonly<Record<string, number>>) => number;

/** The backends write these numbers as text; it is evaluated as it would be in a generated file. */
function derivedOf(formulas: ReadonlyMap<string, string>): Readonly<Record<string, Formula>> {
  return Object.fromEntries(
    [...formulas].map(([name, formula]) => [
      name,
      // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the text is the compiler's own
      new Function("given", `return ${formula};`) as Formula,
    ]),
  );
}

/** Plans as one WebAssembly module, which is made when it is first asked for something. */
export function wasmProgram(plans: Plans): WasmProgram {
  return deferred<WasmProgram>({}, programMembers, () => madeProgram(plans));
}

const programMembers = ["bytes", "pages", "rows", "variables", "plans", "threads"] as const;

/** The table that a generated `wasm.ts` holds. */
function madeProgram(plans: Plans): WasmProgram {
  const { bytes, memory } = wasm.module(plans);
  const { threads } = memory;
  return {
    bytes: () => Promise.resolve(bytes),
    pages: memory.pages,
    rows: memory.rows,
    variables: Object.fromEntries(memory.variables),
    plans: Object.fromEntries(
      [...memory.plans.values()].map((plan) => [plan.name, wasmPlan(plan)]),
    ),
    ...(threads && {
      threads: {
        flag: threads.flag,
        words: threads.words,
        scratch: threads.scratch,
        scratchBytes: threads.scratchBytes,
        plans: Object.fromEntries(threads.plans),
      },
    }),
  };
}

function wasmPlan(plan: WasmPlanTable): WasmPlan {
  return {
    capacity: plan.capacity,
    inputs: Object.fromEntries(plan.inputs),
    fills: plan.fills,
    given: plan.given,
    derived: derivedOf(plan.derived),
    numbers: Object.fromEntries(plan.numbers),
    results: Object.fromEntries(plan.results),
  };
}
