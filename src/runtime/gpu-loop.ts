import type { DeviceKernel, DeviceLoop } from "./device-plan.ts";
import { discard, type Stored } from "./gpu-array.ts";

/** What a loop asks of the device that it runs on. */
export interface LoopDevice {
  readonly call: (
    kernel: DeviceKernel,
    buffers: ReadonlyMap<string, Stored>,
    numbers: Readonly<Record<string, number>>,
  ) => Stored;
  readonly apply: (source: string, size: number, given: readonly Stored[]) => Stored;
  readonly upload: (values: Float32Array) => Stored;
}

/** Runs the kernels of a loop place by place, then joins what they made into arrays over all places. */
export function runLoop(
  { places, reverse, body, stacks }: DeviceLoop,
  buffers: Map<string, Stored>,
  numbers: Readonly<Record<string, number>>,
  device: LoopDevice,
): void {
  const own = new Map(buffers);
  const nothing = stacks.map(({ rows, width }) => device.upload(new Float32Array(rows * width)));
  stacks.forEach(({ before }, index) => own.set(before, nothing[index]!));
  const made = stacks.map((): Stored[] => []);
  const passing = new Map<string, Stored>();
  for (let round = 0; round < places; round++) {
    const place = reverse ? places - 1 - round : round;
    for (const kernel of body) {
      const [makes] = kernel;
      const stored = device.call(kernel, own, { ...numbers, place });
      own.set(makes, stored);
      if (stacks.some(({ here }) => here === makes)) continue;
      discard(passing.get(makes));
      passing.set(makes, stored);
    }
    stacks.forEach(({ here, before }, index) => {
      made[index]![place] = own.get(here)!;
      own.set(before, own.get(here)!);
    });
  }
  stacks.forEach(({ makes, rows, width }, index) =>
    buffers.set(makes, joinedAlong(device, made[index]!, rows, width)),
  );
  for (const stored of [...nothing, ...passing.values()]) discard(stored);
}

/** The arrays that a loop reads or makes, without those that only it knows. */
export function namesInLoop({ body, stacks }: DeviceLoop): readonly string[] {
  const own = new Set([
    ...body.map(([makes]) => makes),
    ...stacks.flatMap(({ here, before }) => [here, before]),
  ]);
  const read = body.flatMap(([, , , arrays]) => arrays.filter((name) => !own.has(name)));
  return [...read, ...stacks.map(({ makes }) => makes)];
}

/** How many arrays a shader reads at once. */
const joinedAtOnce = 8;

/** Arrays [rows, width] side by side: [rows, all their widths]. They are freed. */
function joinedAlong(
  device: LoopDevice,
  pieces: readonly Stored[],
  rows: number,
  width: number,
): Stored {
  let parts = pieces.map((stored) => ({ stored, width }));
  while (parts.length > 1) {
    const next: typeof parts = [];
    for (let first = 0; first < parts.length; first += joinedAtOnce) {
      const group = parts.slice(first, first + joinedAtOnce);
      const total = group.reduce((sum, part) => sum + part.width, 0);
      const source = joiningSource(group.map((part) => part.width));
      const given = group.map((part) => part.stored);
      const stored = device.apply(source, rows * total, given);
      for (const part of group) discard(part.stored);
      next.push({ stored, width: total });
    }
    parts = next;
  }
  return parts[0]!.stored;
}

/** A function that puts arrays of so many columns side by side. The row is corrected, because WebGL divides inexactly. */
function joiningSource(widths: readonly number[]): string {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const names = widths.map((_, index) => `part${index}`);
  let start = total;
  const text = widths.reduceRight((rest, width, index) => {
    start -= width;
    const value = `${names[index]}[row * ${width} + column - ${start}]`;
    return rest === "" ? value : `(column < ${start + width} ? ${value} : ${rest})`;
  }, "");
  return [
    `function joined(${names.join(", ")}) {`,
    "  const i = this.thread.x;",
    `  const near = Math.floor(i / ${total}.0);`,
    `  const low = (near * ${total} > i ? near - 1.0 : near);`,
    `  const row = ((low + 1.0) * ${total} <= i ? low + 1.0 : low);`,
    `  const column = i - row * ${total};`,
    `  return ${text};`,
    "}",
  ].join("\n");
}
