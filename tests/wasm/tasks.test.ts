import { expect, test } from "vitest";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { planTasks, usefulThreads, type Task } from "../../src/backends/wasm/threads/tasks.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { multilayerPerceptron } from "../support/networks.ts";

/** A task that reads and writes some of four arrays. */
function task(reads: string, writes: string, cycles: number, parts = 16): Task {
  const ranges = (names: string) =>
    [...names].map((name) => ({ address: "abcd".indexOf(name) * 100, bytes: 100 }));
  return {
    parts,
    cycles,
    reads: ranges(reads),
    writes: ranges(writes),
  };
}

const short = 1_000;
const long = 1_000_000;
const barriers = (tasks: readonly Task[]): readonly boolean[] =>
  planTasks(tasks).map(({ isAfterBarrier }) => isAfterBarrier);

test("threads wait for each other only where memory meets", () => {
  expect(barriers([task("a", "b", long), task("b", "c", long), task("c", "d", long)])).toEqual([
    false,
    true,
    true,
  ]);
  expect(barriers([task("a", "b", long), task("a", "c", long), task("a", "d", long)])).toEqual([
    false,
    false,
    false,
  ]);
  expect(
    barriers([
      task("a", "b", long),
      task("a", "c", long),
      task("c", "d", long),
      task("b", "a", long),
    ]),
  ).toEqual([false, false, true, false]);
  // What was read may not be written over either, nor what was written be written again.
  expect(barriers([task("a", "b", long), task("c", "a", long)])).toEqual([false, true]);
  expect(barriers([task("a", "b", long), task("c", "b", long)])).toEqual([false, true]);
});

test("what the first thread does alone follows without waiting", () => {
  expect(
    barriers([
      task("a", "b", short),
      task("b", "c", short),
      task("c", "d", long),
      task("d", "a", short),
    ]),
  ).toEqual([false, false, true, true]);
  expect(
    barriers([
      task("a", "b", long),
      task("a", "c", short),
      task("c", "d", short),
      task("b", "a", long),
    ]),
  ).toEqual([false, false, false, true]);
});

test("only long tasks of several parts are divided, and only long plans have threads", () => {
  const divided = planTasks([
    task("a", "b", short),
    task("a", "c", long),
    task("a", "d", long, 1),
  ]).map(({ isDivided }) => isDivided);
  expect(divided).toEqual([false, true, false]);
  expect(usefulThreads(planTasks([task("a", "b", 200_000)]))).toBe(1);
  expect(usefulThreads(planTasks([task("a", "b", long, 1), task("b", "c", long, 1)]))).toBe(1);
  expect(usefulThreads(planTasks([task("a", "b", 100 * long, 2)]))).toBe(2);
  expect(usefulThreads(planTasks([task("a", "b", 100 * long, 64)]))).toBe(16);
  const [few, many] = [400_000, 100 * long].map((cycles) =>
    usefulThreads(
      planTasks(
        Array.from({ length: 30 }, (_, place) =>
          task(place % 2 === 0 ? "a" : "b", place % 2 === 0 ? "b" : "a", cycles / 30),
        ),
      ),
    ),
  );
  expect(few).toBeGreaterThan(1);
  expect(few).toBeLessThan(many!);
});

test("a module of short steps carries nothing of threads", () => {
  const emit = (...sizes: readonly [number, number, number, number]) => {
    const network = multilayerPerceptron(...sizes);
    return emitWasm({ train: schedule("train", network.graph, network.capacity) });
  };
  const [small, large] = [emit(16, 5, 7, 3), emit(64, 256, 256, 10)];
  expect(small.memory.threads).toBeUndefined();
  expect(small.wat).not.toContain("atomic");
  expect(large.memory.threads).toBeDefined();
  expect(large.wat).toContain("memory.atomic.wait32");
});
