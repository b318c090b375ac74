/** A stretch of memory in bytes. */
export interface Range {
  readonly address: number;
  readonly bytes: number;
}

/** Something that a plan does, with all that decides who does it and when. */
export interface Task {
  readonly parts: number;
  /** About how long it takes on one thread. */
  readonly cycles: number;
  readonly reads: readonly Range[];
  readonly writes: readonly Range[];
}

/** A task in its place: whether the threads divide it, and whether they must wait for each other before. */
export interface PlannedTask<Planned extends Task = Task> {
  readonly task: Planned;
  readonly isDivided: boolean;
  readonly isAfterBarrier: boolean;
}

/** A barrier of two threads takes about half a microsecond, and more with each further one. */
const barrierCycles = { least: 1_000, perThread: 500 };

/** About three microseconds: what is shorter is done before the others have heard of it. */
const leastDivided = 10_000;

/** Plans below about 100 µs run on one thread. */
const leastPlan = 300_000;

/** More threads than this are never made. */
const mostThreads = 16;

/** What a further thread must at least save, as a share of the whole. */
const leastGain = 0.04;

/**
 * Who does what: the tasks that are long enough are divided, thread 0 does all others. A task waits for those before that
 * touch the same memory, unless thread 0 does both.
 */
export function planTasks<Planned extends Task>(
  tasks: readonly Planned[],
  least = leastDivided,
): readonly PlannedTask<Planned>[] {
  let pending: PlannedTask<Planned>[] = [];
  return tasks.map((task) => {
    const isDivided = task.parts > 1 && task.cycles >= least;
    const isAfterBarrier = pending.some(
      (other) => (isDivided || other.isDivided) && touchSame(task, other.task),
    );
    const planned = { task, isDivided, isAfterBarrier };
    if (isAfterBarrier) pending = [];
    pending.push(planned);
    return planned;
  });
}

/** Whether one writes what the other reads or writes. */
function touchSame(one: Task, other: Task): boolean {
  return (
    meet(one.writes, other.writes) || meet(one.writes, other.reads) || meet(one.reads, other.writes)
  );
}

function meet(some: readonly Range[], others: readonly Range[]): boolean {
  return some.some((a) =>
    others.some((b) => a.address < b.address + b.bytes && b.address < a.address + a.bytes),
  );
}

/** With how many threads a plan is fastest; 1 where a second does not pay. */
export function usefulThreads(planned: readonly PlannedTask[]): number {
  if (cyclesWith(planned, 1) < leastPlan) return 1;
  let [best, least] = [1, Infinity];
  for (let threads = 1; threads <= mostThreads; threads++) {
    const cycles =
      cyclesWith(planned, threads) + (threads - 1) * leastGain * (cyclesWith(planned, 1) / threads);
    if (cycles < least) [best, least] = [threads, cycles];
  }
  return best;
}

/** About how long a plan takes with so many threads. */
function cyclesWith(planned: readonly PlannedTask[], threads: number): number {
  const barrier = threads === 1 ? 0 : barrierCycles.least + barrierCycles.perThread * threads;
  return planned.reduce((sum, { task, isDivided, isAfterBarrier }) => {
    const share = isDivided ? Math.ceil(task.parts / threads) / task.parts : 1;
    return sum + task.cycles * share + (isAfterBarrier ? barrier : 0);
  }, barrier);
}
