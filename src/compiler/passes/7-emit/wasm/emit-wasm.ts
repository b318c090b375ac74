import { affine, rangeOf } from "../../../plan/affine.ts";
import { memoryOf } from "../../../plan/accesses.ts";
import type { Buffer, FillRandom, Kernel, Plan, Step } from "../../../plan/plan.ts";
import { FunctionBuilder } from "./builder.ts";
import { encodeModule, type WasmFunction, type WasmModule } from "./encoder.ts";
import { emitKernel, emitTogether, type EmittedKernel } from "./emit-kernel.ts";
import type { KernelSurroundings } from "./emission.ts";
import { emitFill, streamWords, type RandomArray } from "./fill-random.ts";
import { groupSmall } from "./group-kernels.ts";
import { cyclesOf } from "./lanes.ts";
import { planNest } from "./nest.ts";
import { panelBytes } from "./panel.ts";
import { PlanNumbers } from "./numbers.ts";
import { physicalKernel, physicalParts, type PhysicalKernel } from "./physical.ts";
import { placeBuffers, type Memory, type Placement } from "./placement.ts";
import { inPlace, preparePlan, type PreparedPlan } from "./prepare-plan.ts";
import { printModule } from "./wat.ts";

export type WasmPlans = Readonly<Partial<Record<Plan["name"], Plan>>>;

/** An array in the module's memory: element [i, j, …] at `address` + 4·Σ stride·index. */
export interface WasmArray {
  readonly address: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Random numbers: the module draws them where their words say so (see `RandomArray`), else the host does. */
export interface WasmFill {
  readonly stream: string;
  readonly array: WasmArray;
  readonly words: number;
}

export interface WasmPlanTable {
  readonly name: Plan["name"];
  readonly capacity: number;
  readonly inputs: ReadonlyMap<string, WasmArray>;
  readonly fills: readonly WasmFill[];
  /** Numbers that come with a call. */
  readonly given: readonly string[];
  /** Formulas over them, as TypeScript. */
  readonly derived: ReadonlyMap<string, string>;
  /** name → address, of those that kernels read. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly results: ReadonlyMap<string, WasmArray>;
  /** The functions in order, with the parts that each can be divided into and the multiplications and additions that it does. */
  readonly kernels: readonly { readonly name: string; readonly parts: number; readonly work: number }[];
}

interface WasmMemoryTable {
  readonly pages: number;
  /** Where the number of rows goes, as a whole number. */
  readonly rows: number;
  readonly variables: ReadonlyMap<string, WasmArray>;
  readonly plans: ReadonlyMap<Plan["name"], WasmPlanTable>;
  /** All ranges that belong to something; nothing outside of them is ever written, or read to any effect. */
  readonly ranges: Memory["ranges"];
}

export interface EmittedWasm {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly wat: string;
  readonly memory: WasmMemoryTable;
}

interface Draft {
  readonly prepared: PreparedPlan;
  readonly numbers: PlanNumbers;
}

/** One module for all plans of a run: a function a kernel, and one a plan that calls them in order. */
export function emitWasm(plans: WasmPlans): EmittedWasm {
  const drafts = Object.values(plans).map((plan): Draft => ({ prepared: preparePlan(plan), numbers: new PlanNumbers() }));
  const memory = layOut(drafts);
  const functions: WasmFunction[] = [];
  const tables = drafts.map((draft) => emitPlan(draft, drafts, memory, functions));
  const pages = Math.ceil(memory.bytes / 65536);
  const module: WasmModule = { functions, pages, shared: false };
  return {
    bytes: encodeModule(module),
    wat: printModule(module),
    memory: { pages, rows: memory.numbers, variables: variablesOf(drafts, memory), plans: new Map(tables.map((table) => [table.name, table])), ranges: memory.ranges },
  };
}

/** Places everything once to see what is needed, then again with room for panels, numbers and reads beside the arrays. */
function layOut(drafts: readonly Draft[]): Memory {
  const prepared = drafts.map((draft) => draft.prepared);
  const first = placeBuffers(prepared, 0, 0, 0);
  const kernels = drafts.flatMap((draft) => kernelsOf(draft.prepared).map((kernel) => lowered(kernel, draft, first)));
  const scratch = Math.max(0, ...kernels.map((kernel) => panelBytes(planNest(kernel))));
  const numbers = Math.max(0, ...drafts.map((draft) => draft.numbers.count));
  const fills = drafts.reduce((count, draft) => count + fillsOf(draft.prepared).length, 0);
  return placeBuffers(prepared, numbers + streamWords * fills, scratch, Math.max(0, ...kernels.map((kernel) => overreach(kernel, first))));
}

function kernelsOf(prepared: PreparedPlan): readonly Kernel[] {
  return prepared.steps.filter((step) => step.kind === "kernel");
}

function lowered(kernel: Kernel, { prepared, numbers }: Draft, memory: Memory): PhysicalKernel {
  return physicalKernel(kernel, {
    of: (buffer) => memory.of(prepared, buffer),
    number: (expression) => {
      const slot = numbers.slotOf(expression);
      return slot === undefined ? undefined : memory.numbers + 4 * (slot + 1);
    },
  });
}

/** How far reads that are then left out go beyond the memory. */
function overreach(kernel: PhysicalKernel, memory: Memory): number {
  const extents = new Map([...kernel.axes].map(([name, axis]) => [name, axis.extent + 8]));
  let most = 0;
  for (const part of physicalParts(kernel.term, kernel.initial, ...kernel.stores.map((store) => store.value))) {
    if (part.kind !== "load") continue;
    const [low, high] = rangeOf(affine(part.reference.base, [...part.reference.strides]), extents);
    most = Math.max(most, -low, high - memory.bytes);
  }
  return most;
}

function arrayOf({ address, origin, strides, shape }: Placement): WasmArray {
  return { address: address + 4 * origin, shape, strides };
}

function variablesOf(drafts: readonly Draft[], memory: Memory): ReadonlyMap<string, WasmArray> {
  const variables = new Map<string, WasmArray>();
  for (const { prepared } of drafts) {
    for (const buffer of prepared.buffers) {
      if (buffer.aliasOf === undefined && (buffer.role === "parameter" || buffer.role === "state")) variables.set(buffer.name, arrayOf(memory.of(prepared, buffer)));
    }
    for (const [path, buffer] of prepared.plan.updates) variables.set(path, arrayOf(memory.of(prepared, variableOf(path, buffer))));
  }
  return variables;
}

/** The variable behind an update, by its name. */
function variableOf(path: string, buffer: Buffer): Buffer {
  return { name: path, shape: buffer.shape, batched: false, role: "state" };
}

function emitPlan(draft: Draft, drafts: readonly Draft[], memory: Memory, functions: WasmFunction[]): WasmPlanTable {
  const { prepared, numbers } = draft;
  const { plan } = prepared;
  const own = prepared.buffers.filter((buffer) => buffer.aliasOf === undefined);
  const around = { rows: memory.numbers, scratch: memory.scratch };
  const fills = fillTables(draft, memory, drafts);
  const items = prepared.steps.map((step): Item => {
    if (step.kind === "kernel") return { kernel: lowered(step, draft, memory), work: workOf(step) };
    const { array, words } = fills.get(step)!;
    return { fill: { address: array.address, elements: array.shape.reduce((product, extent) => product * extent, 1), words }, name: step.buffer.name, work: 0 };
  });
  const kernels = groupSmall(items, (item) => (item.kernel === undefined ? Infinity : cyclesOf(item.kernel))).map((group) => {
    const emitted = emitGroup(group, plan.name, around);
    functions.push({ ...emitted.function, exported: true });
    return { name: emitted.function.name, parts: emitted.parts, work: group.reduce((sum, item) => sum + item.work, 0) };
  });
  functions.push(stepFunction(draft, memory, kernels, functions));
  const array = (buffer: Buffer): WasmArray => arrayOf(memory.of(prepared, buffer));
  return {
    name: plan.name, capacity: plan.capacity, given: plan.scalars, derived: numbers.formulas(), kernels,
    inputs: new Map(own.filter((buffer) => buffer.role === "input").map((buffer) => [buffer.name, array(buffer)])),
    fills: [...fills.values()],
    numbers: new Map([...numbers.places()].map(([name, slot]) => [name, memory.numbers + 4 * (slot + 1)])),
    results: new Map([...plan.results].map(([name, buffer]) => [name, array(buffer)])),
  };
}

type Item = { readonly work: number } & ({ readonly kernel: PhysicalKernel; readonly fill?: never } | { readonly fill: RandomArray; readonly name: string; readonly kernel?: never });

function fillsOf(prepared: PreparedPlan): readonly FillRandom[] {
  return prepared.steps.filter((step) => step.kind === "fill random");
}

/** The words of a plan's random arrays come after the numbers, plan by plan. */
function fillTables({ prepared }: Draft, memory: Memory, drafts: readonly Draft[]): ReadonlyMap<Step, WasmFill> {
  const numbers = Math.max(0, ...drafts.map((draft) => draft.numbers.count));
  const before = drafts.slice(0, drafts.findIndex((draft) => draft.prepared === prepared)).reduce((count, draft) => count + fillsOf(draft.prepared).length, 0);
  return new Map(fillsOf(prepared).map((step, place) => [step, {
    stream: step.stream, array: arrayOf(memory.of(prepared, memoryOf(step.buffer))), words: memory.numbers + 4 * (1 + numbers + streamWords * (before + place)),
  }]));
}

function emitGroup(group: readonly Item[], plan: string, around: KernelSurroundings): EmittedKernel {
  const [first] = group;
  if (first?.fill !== undefined) return emitFill(first.fill, `${plan}/${first.name}`);
  const kernels = group.map((item) => item.kernel!);
  const [name, last] = [kernels[0]!.name, kernels.at(-1)!.name];
  if (kernels.length === 1) return emitKernel(kernels[0]!, `${plan}/${name}`, around);
  return emitTogether(kernels, `${plan}/${name} to ${last}`, around);
}

/** Multiplications and additions of the reduction, for rates. */
function workOf(kernel: Kernel): number {
  return 2 * kernel.axes.reduce((product, axis) => product * axis.extent, 1);
}

/** Calls the kernels in order; new values that could not be written in place are copied at the end. */
function stepFunction({ prepared }: Draft, memory: Memory, kernels: WasmPlanTable["kernels"], functions: readonly WasmFunction[]): WasmFunction {
  const f = new FunctionBuilder(prepared.plan.name);
  for (const kernel of kernels) {
    f.integer(0);
    f.integer(kernel.parts);
    f.op("call", functions.findIndex((one) => one.name === kernel.name));
  }
  const safe = inPlace(prepared);
  for (const [path, buffer] of prepared.plan.updates) {
    if (safe.has(path)) continue;
    const to = memory.of(prepared, variableOf(path, buffer));
    f.comment(`${path} becomes ${buffer.name}`);
    f.integer(to.address);
    f.integer(memory.of(prepared, buffer).address);
    f.integer(to.bytes);
    f.op("memory.copy");
  }
  return f.finish(`${prepared.plan.name}: one call of the plan on at most ${prepared.plan.capacity} rows`, true);
}
