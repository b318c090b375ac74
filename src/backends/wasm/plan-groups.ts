import {
  kernelsOf as kernelsOfStep,
  memoryOf,
  readsOf,
  touchedBy,
} from "../../compiler/plan/accesses.ts";
import type { Buffer, FillRandom, Kernel, Loop, Step } from "../../compiler/plan/plan.ts";
import type { WasmArray, WasmFill } from "./module-table.ts";
import { partsOf, type PhysicalLoop } from "./nest/emit-kernel.ts";
import { fillParts, streamWords, type RandomArray } from "./fill-random.ts";
import { groupSmall } from "./group-kernels.ts";
import { cyclesOf } from "./nest/lanes.ts";
import { planNest } from "./nest/nest.ts";
import type { PlanNumbers } from "./layout/numbers.ts";
import { physicalKernel, type PhysicalKernel } from "./layout/physical.ts";
import type { Memory, Placement } from "./layout/placement.ts";
import { inPlace } from "./layout/prepare-plan.ts";
import type { PreparedPlan } from "./layout/prepared-plan.ts";
import type { Range, Task } from "./threads/tasks.ts";

/** A plan on its way to be a part of the module. */
export interface Draft {
  readonly prepared: PreparedPlan;
  readonly numbers: PlanNumbers;
}

/** A step of a plan over addresses, with what it touches. */
export type Item = {
  readonly name: string;
  /** Multiplications and additions of the reduction, for rates. */
  readonly work: number;
  /** About how long it takes on one thread. */
  readonly cycles: number;
  readonly reads: readonly Range[];
  readonly writes: readonly Range[];
} & (
  | { readonly kernel: PhysicalKernel; readonly fill?: never; readonly loop?: never }
  | { readonly fill: RandomArray; readonly kernel?: never; readonly loop?: never }
  | { readonly loop: PhysicalLoop; readonly kernel?: never; readonly fill?: never }
);

/** What becomes one function. */
export type Group = readonly Item[];

/** A task of a plan: one of its functions, or a copy of a new value that could not be written in place. */
export interface PlanTask extends Task {
  readonly does:
    | { readonly kind: "group"; readonly group: Group }
    | { readonly kind: "copy"; readonly copy: Copy };
}

export function kernelsOf(prepared: PreparedPlan): readonly Kernel[] {
  return prepared.steps.flatMap(kernelsOfStep);
}

export function fillsOf(prepared: PreparedPlan): readonly FillRandom[] {
  return prepared.steps.filter((step) => step.kind === "fill random");
}

export function lowered(
  kernel: Kernel,
  { prepared, numbers }: Draft,
  memory: Memory,
): PhysicalKernel {
  return physicalKernel(kernel, {
    of: (buffer) => memory.of(prepared, buffer),
    number: (expression) => {
      const slot = numbers.slotOf(expression);
      return slot === undefined ? undefined : memory.numbers + 4 * (slot + 1);
    },
  });
}

export function arrayOf({ address, origin, strides, shape }: Placement): WasmArray {
  return { address: address + 4 * origin, shape, strides };
}

/** The words of a plan's random arrays come after the numbers, plan by plan. */
export function fillTables(
  { prepared }: Draft,
  memory: Memory,
  drafts: readonly Draft[],
): ReadonlyMap<Step, WasmFill> {
  const numbers = Math.max(0, ...drafts.map((draft) => draft.numbers.count));
  const before = drafts
    .slice(
      0,
      drafts.findIndex((draft) => draft.prepared === prepared),
    )
    .reduce((count, draft) => count + fillsOf(draft.prepared).length, 0);
  return new Map(
    fillsOf(prepared).map((step, place) => [
      step,
      {
        stream: step.stream,
        array: arrayOf(memory.of(prepared, memoryOf(step.buffer))),
        words: memory.numbers + 4 * (1 + numbers + streamWords * (before + place)),
      },
    ]),
  );
}

/** The steps of a plan in the groups that become functions: small ones together, or each by itself. */
export function groupsOf(
  draft: Draft,
  memory: Memory,
  fills: ReadonlyMap<Step, WasmFill>,
  together: boolean,
): readonly Group[] {
  const { prepared } = draft;
  const range = (buffer: Buffer): Range => memory.of(prepared, buffer);
  const items = prepared.steps.map((step): Item => {
    if (step.kind === "kernel") {
      const kernel = lowered(step, draft, memory);
      return {
        name: kernel.name,
        kernel,
        work: workOf(step),
        cycles: timeOf(kernel),
        reads: readsOf(step).map(range),
        writes: step.stores.map((store) => range(store.to.buffer)),
      };
    }
    if (step.kind === "loop") return loopItem(step, draft, memory, range);
    const { array, words } = fills.get(step)!;
    const elements = array.shape.reduce((product, extent) => product * extent, 1);
    return {
      name: step.buffer.name,
      fill: { address: array.address, elements, words },
      work: 0,
      cycles: elements * cyclesOfNumber,
      reads: [],
      writes: [range(step.buffer)],
    };
  });
  if (!together) return items.map((item) => [item]);
  return groupSmall(items, (item) =>
    item.kernel === undefined ? Infinity : cyclesOf(item.kernel),
  );
}

function loopItem(
  loop: Loop,
  draft: Draft,
  memory: Memory,
  range: (buffer: Buffer) => Range,
): Item {
  const kernels = loop.body.map((kernel) => lowered(kernel, draft, memory));
  const rounds = loop.axis.extent;
  const sum = (numbers: readonly number[]): number =>
    rounds * numbers.reduce((total, number) => total + number, 0);
  const touched = [...new Set(touchedBy(loop))].map(range);
  return {
    name: loop.name,
    loop: { ...loop, kernels },
    work: sum(loop.body.map(workOf)),
    cycles: sum(kernels.map(cyclesOf)),
    reads: touched,
    writes: loop.body.flatMap((kernel) => kernel.stores.map((store) => range(store.to.buffer))),
  };
}

/** Tiles of sums of products reuse what they load: measured 15 operations a cycle where `cyclesOf` counts three. */
function timeOf(kernel: PhysicalKernel): number {
  return planNest(kernel).isContraction ? cyclesOf(kernel) / 5 : cyclesOf(kernel);
}

/** Ten rounds of Philox on four lanes, for each number. */
const cyclesOfNumber = 12;

function workOf(kernel: Kernel): number {
  return 2 * kernel.axes.reduce((product, axis) => product * axis.extent, 1);
}

export function nameOf(group: Group, plan: string): string {
  const [first, last] = [group[0]!.name, group.at(-1)!.name];
  return group.length === 1 ? `${plan}/${first}` : `${plan}/${first} to ${last}`;
}

/** What is done in one call of a plan: its groups, then the new values that could not be written in place are copied. */
export function tasksOf(
  { prepared }: Draft,
  groups: readonly Group[],
  memory: Memory,
): readonly PlanTask[] {
  const own = groups.map((group): PlanTask => ({
    does: { kind: "group", group },
    parts: partsIn(group),
    cycles: group.reduce((sum, item) => sum + item.cycles, 0),
    reads: group.flatMap((item) => item.reads),
    writes: group.flatMap((item) => item.writes),
  }));
  const copies = copiesOf(prepared, memory).map((copy): PlanTask => ({
    does: { kind: "copy", copy },
    parts: 1,
    cycles: copy.to.bytes / 8,
    reads: [copy.from],
    writes: [copy.to],
  }));
  return [...own, ...copies];
}

function partsIn([first, ...others]: Group): number {
  if (first === undefined || others.length > 0 || first.loop !== undefined) return 1;
  return first.kernel === undefined ? fillParts(first.fill) : partsOf(first.kernel);
}

export interface Copy {
  readonly path: string;
  readonly buffer: Buffer;
  readonly to: Range;
  readonly from: Range;
}

function copiesOf(prepared: PreparedPlan, memory: Memory): readonly Copy[] {
  const safe = inPlace(prepared);
  return [...prepared.plan.updates]
    .filter(([path]) => !safe.has(path))
    .map(([path, buffer]) => ({
      path,
      buffer,
      to: memory.of(prepared, variableOf(path, buffer)),
      from: memory.of(prepared, buffer),
    }));
}

/** The variable behind an update, by its name. */
export function variableOf(path: string, buffer: Buffer): Buffer {
  return { name: path, shape: buffer.shape, batched: false, role: "state" };
}
