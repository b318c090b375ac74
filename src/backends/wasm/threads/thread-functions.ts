import { FunctionBuilder, type Local } from "../encode/builder.ts";
import { callGroup, callWhole, type CallOf } from "../call-task.ts";
import type { WasmFunction } from "../encode/encoder.ts";
import type { FunctionReference } from "../encode/module-functions.ts";
import type { PlanTask } from "../plan-groups.ts";
import type { PlannedTask } from "./tasks.ts";

/**
 * The words through which threads meet, as distances in bytes from their beginning; those that are written often lie in cache lines
 * of their own. The loader knows them too (src/runtime/wasm-threads.ts).
 */
const words = {
  /** How many have come to the barrier. */
  arrived: 0,
  /** How often all have. */
  generation: 128,
  /** How many wait for it asleep. */
  parked: 256,
  /** Set where a thread has ended that should not have: who waits for it ends too. */
  failed: 384,
  /** Which plan comes next. */
  plan: 388,
  /** Whether thread 0 may sleep: a page may not. */
  mayPark: 392,
  /** How many threads besides thread 0 are there. */
  ready: 396,
  /**
   * How often thread 0 looks before it gives up; the others wait for as long as it has nothing for them to do. Looks are counted and
   * no clock is read, so that time in which the machine itself slept does not count.
   */
  patience: 400,
  /** Set by thread 0 where it has given up. */
  gaveUp: 404,
} as const;

export const threadBytes = 512;

/** About 100 µs: long enough for whoever has a little more to do, short enough not to be in the way of other programs. */
const spins = 200_000;

/** Between looks at whether a thread has failed. */
const parkNanoseconds = 1_000_000_000;

/** Parameters of everything that threads run: which one it is, and of how many. */
const signature = ["i32", "i32"] as const;

/** Nobody leaves before all have come, but thread 0 that gives up: spins for a while, then sleeps. */
export function barrierFunction(at: number): WasmFunction {
  const f = new FunctionBuilder("barrier", signature);
  const [generation, budget, left] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const word = (
    op: "i32.atomic.load" | "i32.atomic.store" | "i32.atomic.rmw.add",
    name: keyof typeof words,
    value?: () => void,
  ): void => {
    f.integer(0);
    value?.();
    f.memory(op, at + words[name]);
  };
  word("i32.atomic.load", "generation");
  f.set(generation);
  f.comment("the last one lets all go");
  word("i32.atomic.rmw.add", "arrived", () => f.integer(1));
  f.integer(1);
  f.op("i32.add");
  f.get(f.parameter(1));
  f.op("i32.eq");
  f.when(() => {
    word("i32.atomic.store", "arrived", () => f.integer(0));
    word("i32.atomic.store", "generation", () => addOne(f, generation));
    word("i32.atomic.load", "parked");
    f.when(() => {
      f.integer(0);
      f.integer(-1);
      f.memory("memory.atomic.notify", at + words.generation);
      f.op("drop");
    });
    f.op("return");
  });
  word("i32.atomic.load", "patience");
  f.set(left);
  f.op("loop");
  f.comment("the others spin");
  f.integer(spins);
  f.set(budget);
  f.op("loop");
  word("i32.atomic.load", "generation");
  f.get(generation);
  f.op("i32.ne");
  f.when(() => f.op("return"));
  f.get(budget);
  f.integer(-1);
  f.op("i32.add");
  f.tee(budget);
  f.op("br_if", 0);
  f.op("end");
  word("i32.atomic.load", "failed");
  f.when(() => f.op("unreachable"));
  f.comment("thread 0 does not wait for ever");
  f.get(f.parameter(0));
  f.op("i32.eqz");
  f.when(() => {
    f.get(left);
    f.integer(-1);
    f.op("i32.add");
    f.tee(left);
    f.op("i32.eqz");
    f.when(() => {
      word("i32.atomic.store", "gaveUp", () => f.integer(1));
      f.op("unreachable");
    });
  });
  f.comment("then sleep");
  f.get(f.parameter(0));
  word("i32.atomic.load", "mayPark");
  f.op("i32.or");
  f.when(() => {
    word("i32.atomic.rmw.add", "parked", () => f.integer(1));
    f.op("drop");
    f.integer(0);
    f.get(generation);
    f.op("i64.const", parkNanoseconds);
    f.memory("memory.atomic.wait32", at + words.generation);
    f.op("drop");
    word("i32.atomic.rmw.add", "parked", () => f.integer(-1));
    f.op("drop");
  });
  f.op("br", 0);
  f.op("end");
  return f.finish("waits until all threads have come here", true);
}

function addOne(f: FunctionBuilder, local: Local): void {
  f.get(local);
  f.integer(1);
  f.op("i32.add");
}

/** The tasks of a plan as one thread of several does them; all meet at the end. */
export function dividedPlan(
  name: string,
  planned: readonly PlannedTask<PlanTask>[],
  callOf: CallOf,
  barrier: FunctionReference,
): WasmFunction {
  const f = new FunctionBuilder(`${name}, divided`, signature);
  const [thread, threads] = [f.parameter(0), f.parameter(1)];
  const meet = (): void => {
    f.get(thread);
    f.get(threads);
    f.call(barrier);
  };
  for (const { task, isDivided, isAfterBarrier } of planned) {
    if (isAfterBarrier) meet();
    if (isDivided && task.does.kind === "group") {
      share(f, task.parts, () => f.get(thread), threads);
      share(f, task.parts, () => addOne(f, thread), threads);
      callGroup(f, callOf(task.does.group));
      continue;
    }
    f.get(thread);
    f.op("i32.eqz");
    f.when(() => callWhole(f, task, callOf));
  }
  meet();
  return f.finish(`${name}: what one thread does of it`, true);
}

/** The first part of a thread's share: parts · place / threads. */
function share(f: FunctionBuilder, parts: number, place: () => void, threads: Local): void {
  place();
  f.integer(parts);
  f.op("i32.mul");
  f.get(threads);
  f.op("i32.div_s");
}

/** What all threads but thread 0 run all the time: call after call, until whoever started them ends them. */
export function serveFunction(
  at: number,
  plans: readonly FunctionReference[],
  barrier: FunctionReference,
): WasmFunction {
  const f = new FunctionBuilder("serve", signature);
  const plan = f.local("i32");
  const both = (): void => {
    f.get(f.parameter(0));
    f.get(f.parameter(1));
  };
  f.integer(0);
  f.integer(1);
  f.memory("i32.atomic.rmw.add", at + words.ready);
  f.op("drop");
  f.op("loop");
  both();
  f.call(barrier);
  f.integer(0);
  f.memory("i32.atomic.load", at + words.plan);
  f.set(plan);
  for (const [place, share] of plans.entries()) {
    f.get(plan);
    f.integer(place);
    f.op("i32.eq");
    f.when(() => {
      both();
      f.call(share);
    });
  }
  f.op("br", 0);
  f.op("end");
  return f.finish("the life of every thread but the first", true);
}
