import type { Plans } from "../../compiler/plan/backend.ts";
import { affine, rangeOf } from "../../compiler/plan/affine.ts";
import type { Buffer, Plan } from "../../compiler/plan/plan.ts";
import { encodeModule, memoryFlagOf, type WasmModule } from "./encode/encoder.ts";
import { emitKernel, emitLoop, emitTogether, type EmittedKernel } from "./nest/emit-kernel.ts";
import type { KernelSurroundings } from "./nest/emission.ts";
import { emitFill, streamWords } from "./fill-random.ts";
import type { GroupCall } from "./call-task.ts";
import { shareFunctions } from "./encode/share.ts";
import { ModuleFunctions } from "./encode/module-functions.ts";
import { planNest } from "./nest/nest.ts";
import { panelBytes } from "./nest/panel.ts";
import { PlanNumbers } from "./layout/numbers.ts";
import { physicalParts, type PhysicalKernel } from "./layout/physical.ts";
import { placeBuffers, type Memory } from "./layout/placement.ts";
import { addPlanFunctions, type CallablePlan } from "./plan-functions.ts";
import {
  arrayOf,
  fillsOf,
  fillTables,
  groupsOf,
  kernelsOf,
  lowered,
  nameOf,
  tasksOf,
  variableOf,
  type Draft,
  type Group,
  type PlanTask,
} from "./plan-groups.ts";
import { preparePlan } from "./layout/prepare-plan.ts";
import { planTasks, usefulThreads, type PlannedTask } from "./threads/tasks.ts";
import { threadBytes } from "./threads/thread-functions.ts";
import { verifyCalls } from "./encode/verify-calls.ts";
import type { WasmArray, WasmPlanTable, WasmThreadTable } from "./module-table.ts";
import { printModule } from "./encode/wat.ts";

interface WasmMemoryTable {
  readonly pages: number;
  /** Where the number of rows goes, as a whole number. */
  readonly rows: number;
  readonly variables: ReadonlyMap<string, WasmArray>;
  readonly plans: ReadonlyMap<Plan["name"], WasmPlanTable>;
  /** Where threads pay. */
  readonly threads?: WasmThreadTable;
  /** All ranges that belong to something; nothing outside of them is ever written, or read to any effect. */
  readonly ranges: Memory["ranges"];
}

export interface EmittedWasm {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly wat: string;
  readonly memory: WasmMemoryTable;
}

export interface WasmOptions {
  /** Sums of products by fused multiplication and addition: other last bits from machine to machine, and not every engine has it. */
  readonly relaxedSimd?: boolean;
  /** Which plans several threads can do together; "always" is for tests. */
  readonly threads?: "where they pay" | "always" | "never";
  /** Whether small neighbours become one function; "never" is for tests: large networks have none. */
  readonly together?: "where small" | "never";
  /** Whether each kernel can be called from outside, to be measured. */
  readonly exportKernels?: boolean;
}

/** What tests of small plans may use. */
const mostThreads = 16;

/** One module for all plans of a run: a function a kernel, and one a plan that calls them in order. */
export function emitWasm(
  plans: Plans,
  {
    relaxedSimd = false,
    threads = "where they pay",
    together = "where small",
    exportKernels = false,
  }: WasmOptions = {},
): EmittedWasm {
  const drafts = Object.values(plans).map((plan): Draft => ({
    prepared: preparePlan(plan),
    numbers: new PlanNumbers(),
  }));
  const { memory, scratchBytes } = layOut(drafts);
  const outlines = drafts.map((draft) => outlinePlan(draft, drafts, memory, { threads, together }));
  const divided = outlines.filter((outline) => outline.threads > 1);
  const threaded = divided.length > 0;
  const around = {
    rows: memory.numbers,
    scratch: threaded ? undefined : memory.scratch,
    isFused: relaxedSimd,
  };
  const functions = new ModuleFunctions();
  const emitted = new Map(
    outlines.flatMap(({ draft, groups }) =>
      groups.map((group) => [
        group,
        emitGroup(group, nameOf(group, draft.prepared.plan.name), around),
      ]),
    ),
  );
  const calls = addKernels(functions, emitted, exportKernels);
  const tables = outlines.map((outline) => tableOf(outline, memory, emitted, calls));
  const meetingPlace = Math.ceil(memory.bytes / 128) * 128;
  const callOf = (group: Group): GroupCall => calls.get(group)!;
  addPlanFunctions(functions, outlines.map(callablePlan), callOf, meetingPlace);
  verifyCalls(
    functions.all,
    outlines.map(({ draft, groups }) => ({
      name: draft.prepared.plan.name,
      calls: groups.map(callOf),
    })),
  );
  const pages = Math.ceil((threaded ? meetingPlace + threadBytes : memory.bytes) / 65536);
  const module: WasmModule = { functions: functions.all, pages, threaded };
  const bytes = encodeModule(module);
  return {
    bytes,
    // Only what is asked for: it is many times as long as the bytes.
    get wat() {
      return printModule(module);
    },
    memory: {
      pages,
      rows: memory.numbers,
      variables: variablesOf(drafts, memory),
      plans: new Map(tables.map((table) => [table.name, table])),
      ...(threaded
        ? {
            threads: {
              flag: memoryFlagOf(bytes),
              words: meetingPlace,
              scratch: memory.scratch,
              scratchBytes,
              plans: new Map(
                divided.map(({ draft, threads }) => [draft.prepared.plan.name, threads]),
              ),
            },
          }
        : {}),
      ranges: [
        ...memory.ranges,
        ...(threaded ? [{ name: "threads", address: meetingPlace, bytes: threadBytes }] : []),
      ],
    },
  };
}

/** Places everything once to see what is needed, then again with room for panels, numbers and reads beside the arrays. */
function layOut(drafts: readonly Draft[]): {
  readonly memory: Memory;
  readonly scratchBytes: number;
} {
  const prepared = drafts.map((draft) => draft.prepared);
  const first = placeBuffers(prepared, 0, 0, 0);
  const kernels = drafts.flatMap((draft) =>
    kernelsOf(draft.prepared).map((kernel) => lowered(kernel, draft, first)),
  );
  const scratch = Math.max(0, ...kernels.map((kernel) => panelBytes(planNest(kernel))));
  const numbers = Math.max(0, ...drafts.map((draft) => draft.numbers.count));
  const fills = drafts.reduce((count, draft) => count + fillsOf(draft.prepared).length, 0);
  return {
    memory: placeBuffers(
      prepared,
      numbers + streamWords * fills,
      scratch,
      Math.max(0, ...kernels.map((kernel) => overreach(kernel, first))),
    ),
    scratchBytes: scratch,
  };
}

/** How far reads that are then left out go beyond the memory. */
function overreach(kernel: PhysicalKernel, memory: Memory): number {
  const extents = new Map([...kernel.axes].map(([name, axis]) => [name, axis.extent + 8]));
  let most = 0;
  for (const part of physicalParts(
    kernel.term,
    kernel.initial,
    ...kernel.stores.map((store) => store.value),
  )) {
    if (part.kind !== "load") continue;
    const [low, high] = rangeOf(affine(part.reference.base, [...part.reference.strides]), extents);
    most = Math.max(most, -low, high - memory.bytes);
  }
  return most;
}

function variablesOf(drafts: readonly Draft[], memory: Memory): ReadonlyMap<string, WasmArray> {
  const variables = new Map<string, WasmArray>();
  for (const { prepared } of drafts) {
    for (const buffer of prepared.buffers) {
      if (buffer.aliasOf === undefined && (buffer.role === "parameter" || buffer.role === "state"))
        variables.set(buffer.name, arrayOf(memory.of(prepared, buffer)));
    }
    for (const [path, buffer] of prepared.plan.updates)
      variables.set(path, arrayOf(memory.of(prepared, variableOf(path, buffer))));
  }
  return variables;
}

/** A plan before its functions are written: what becomes one, and who does what. */
interface Outline {
  readonly draft: Draft;
  readonly fills: ReturnType<typeof fillTables>;
  readonly groups: readonly Group[];
  readonly planned: readonly PlannedTask<PlanTask>[];
  /** With how many threads it is fastest. */
  readonly threads: number;
}

function outlinePlan(
  draft: Draft,
  drafts: readonly Draft[],
  memory: Memory,
  { threads, together }: Pick<WasmOptions, "threads" | "together">,
): Outline {
  const fills = fillTables(draft, memory, drafts);
  const groups = groupsOf(draft, memory, fills, together !== "never");
  const planned = planTasks(tasksOf(draft, groups, memory), threads === "always" ? 0 : undefined);
  return {
    draft,
    fills,
    groups,
    planned,
    threads: threads === "always" ? mostThreads : threads === "never" ? 1 : usefulThreads(planned),
  };
}

/** The functions of all plans, one for all groups that are equal but for where their arrays lie. */
function addKernels(
  functions: ModuleFunctions,
  emitted: ReadonlyMap<Group, EmittedKernel>,
  exported: boolean,
): ReadonlyMap<Group, GroupCall> {
  const groupOf = new Map(
    [...emitted].map(([group, kernel]) => [{ ...kernel.function, exported }, group] as const),
  );
  const calls = new Map<Group, GroupCall>();
  for (const shared of shareFunctions([...groupOf.keys()])) {
    const reference = functions.add(shared.function);
    for (const { member, bases } of shared.members)
      calls.set(groupOf.get(member)!, { reference, bases });
  }
  return calls;
}

function tableOf(
  { draft, fills, groups }: Outline,
  memory: Memory,
  emitted: ReadonlyMap<Group, EmittedKernel>,
  calls: ReadonlyMap<Group, GroupCall>,
): WasmPlanTable {
  const { prepared, numbers } = draft;
  const { plan } = prepared;
  const own = prepared.buffers.filter((buffer) => buffer.aliasOf === undefined);
  const kernels = groups.map((group) => ({
    name: calls.get(group)!.reference.name,
    parts: emitted.get(group)!.parts,
    work: group.reduce((sum, item) => sum + item.work, 0),
  }));
  const array = (buffer: Buffer): WasmArray => arrayOf(memory.of(prepared, buffer));
  return {
    name: plan.name,
    capacity: plan.capacity,
    given: plan.scalars,
    derived: numbers.formulas(),
    kernels,
    inputs: new Map(
      own.filter((buffer) => buffer.role === "input").map((buffer) => [buffer.name, array(buffer)]),
    ),
    fills: [...fills.values()],
    numbers: new Map(
      [...numbers.places()].map(([name, slot]) => [name, memory.numbers + 4 * (slot + 1)]),
    ),
    results: new Map([...plan.results].map(([name, buffer]) => [name, array(buffer)])),
  };
}

function callablePlan({ draft: { prepared }, planned, threads }: Outline): CallablePlan {
  return {
    name: prepared.plan.name,
    capacity: prepared.plan.capacity,
    planned,
    isDivided: threads > 1,
  };
}

function emitGroup(group: Group, name: string, around: KernelSurroundings): EmittedKernel {
  const [first] = group;
  if (first?.fill !== undefined) return emitFill(first.fill, name);
  if (first?.loop !== undefined) return emitLoop(first.loop, name, around);
  const kernels = group.map((item) => item.kernel!);
  return kernels.length === 1
    ? emitKernel(kernels[0]!, name, around)
    : emitTogether(kernels, name, around);
}
