import { UserError } from "./errors.ts";
import { nodeModule, runsInNode } from "./platform.ts";
import type { WasmProgram, WasmThreads } from "./wasm-plan.ts";

/**
 * The words through which threads meet, as places in 32-bit words from their beginning (the compiler's emitter of threads lays
 * them out): set where a thread has failed, which plan is next, whether thread 0 may sleep, how many others are there, how often
 * thread 0 looks for them before it gives up, set where it did.
 */
const words = { failed: 96, plan: 97, mayPark: 98, ready: 99, patience: 100, gaveUp: 101 } as const;

/** Looks before thread 0 gives up: a minute asleep, a second each; where it may not sleep, 0.1 ms each at the least. */
const looks = { asleep: 60, awake: 600_000 } as const;

/** How long threads that were asked for are waited for, in milliseconds; until all are there the first works alone. */
const mostStarting = 5_000;

/** More threads than anybody has cores for. */
const mostThreads = 64;

/** How many threads the machine runs at once. */
function machineThreads(): number {
  if (runsInNode()) return nodeModule("node:os").availableParallelism();
  return typeof navigator === "undefined" ? 1 : (navigator.hardwareConcurrency ?? 1);
}

/** How many threads are to be used, and why not more. */
export function chooseThreads(
  { threads }: WasmProgram,
  wanted: number | "auto",
): { readonly count: number; readonly why: string } {
  if (wanted === 1) return { count: 1, why: "" };
  if (threads === undefined) {
    return {
      count: 1,
      why: wanted === "auto" ? "" : "one thread: the steps are too short for more",
    };
  }
  const problem = noSharing();
  if (problem !== undefined) return { count: 1, why: `one thread: ${problem}` };
  const useful = Math.max(...Object.values(threads.plans));
  const count = wanted === "auto" ? Math.min(useful, machineThreads()) : wanted;
  return { count: Math.max(1, Math.min(count, mostThreads)), why: "" };
}

/** Why memory cannot be shared between threads here. */
function noSharing(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined") {
    return "there is no SharedArrayBuffer (a page must be cross-origin isolated)";
  }
  return "crossOriginIsolated" in globalThis && !globalThis.crossOriginIsolated
    ? "the page is not cross-origin isolated"
    : undefined;
}

/** What a thread is given. */
interface Life {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly scratch: number;
  readonly thread: number;
  readonly threads: number;
  /** Where it writes that it has failed, in words. */
  readonly failed: number;
}

/** What a thread does; as text, so that it needs no file of its own and no bundler can lose it. */
const live = `({ module, memory, scratch, thread, threads, failed }) => {
  try {
    new WebAssembly.Instance(module, { env: { memory, scratch } }).exports.serve(thread, threads);
  } catch (error) {
    Atomics.store(new Int32Array(memory.buffer), failed, 1);
    throw error;
  }
}`;

interface Worker {
  readonly end: () => void;
}

/** Starts a thread; `fail` is called where it cannot start, or ends before it is told to. */
function startWorker(life: Life, fail: (why: string) => void): Worker {
  return runsInNode() ? startNodeWorker(life, fail) : startPageWorker(life, fail);
}

function startNodeWorker(life: Life, fail: (why: string) => void): Worker {
  const { Worker } = nodeModule("node:worker_threads");
  const source = `(${live})(require("node:worker_threads").workerData)`;
  const worker = new Worker(source, { eval: true, workerData: life, execArgv: [] });
  worker.on("error", (error) => fail(messageOf(error)));
  worker.on("exit", () => fail("it has ended"));
  // Threads never keep the process alive.
  worker.unref();
  return { end: () => void worker.terminate() };
}

function startPageWorker(life: Life, fail: (why: string) => void): Worker {
  const source = `onmessage = ({ data }) => { (${live})(data); close(); };`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const worker = new Worker(url);
    worker.addEventListener("error", ({ message }) =>
      fail(message || "the page may not start workers"),
    );
    worker.postMessage(life, []);
    return {
      end: () => {
        worker.terminate();
        URL.revokeObjectURL(url);
      },
    };
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the module exports where threads pay. */
type Meeting = (thread: number, threads: number) => void;

/** Threads over one memory. They start in their own time; until all are there the first works alone. */
export class WasmTeam {
  readonly memory: WebAssembly.Memory;
  readonly count: number;
  private readonly program: WasmProgram;
  private readonly threads: WasmThreads;
  private readonly words: Int32Array;
  private workers: readonly Worker[] = [];
  private exports: WebAssembly.Exports = {};
  private readonly plans: readonly string[];
  private hasStarted = false;
  private problem: string | undefined;

  /** Throws where there is no room for the memory. */
  constructor(program: WasmProgram, threads: WasmThreads, count: number) {
    this.program = program;
    this.threads = threads;
    this.count = count;
    this.plans = Object.keys(threads.plans);
    const pages = program.pages + Math.ceil(((count - 1) * this.scratchSize()) / 65_536);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.words = new Int32Array(this.memory.buffer, threads.words);
    const mayPark = typeof document === "undefined";
    this.words[words.mayPark] = Number(mayPark);
    this.words[words.patience] = mayPark ? looks.asleep : looks.awake;
  }

  /** The module with a shared memory. */
  shared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return bytes.with(this.threads.flag, 3);
  }

  /** Lets the other threads begin; thread 0 is whoever calls. */
  start(module: WebAssembly.Module, instance: WebAssembly.Instance): void {
    this.hasStarted = true;
    this.exports = instance.exports;
    try {
      for (let thread = 1; thread < this.count; thread++) this.startThread(thread, module);
    } catch (error) {
      this.fail(messageOf(error));
    }
  }

  private startThread(thread: number, module: WebAssembly.Module): void {
    const { memory, count: threads } = this;
    const scratch = this.program.pages * 65_536 + (thread - 1) * this.scratchSize();
    const failed = this.threads.words / 4 + words.failed;
    const life = { module, memory, scratch, thread, threads, failed };
    this.workers = [...this.workers, startWorker(life, (why) => this.fail(why))];
  }

  /** Without one of them the others are of no use: thread 0 works alone from here on. */
  private fail(why: string): void {
    this.problem ??= why;
    Atomics.store(this.words, words.failed, 1);
    this.dispose();
  }

  /** Whether all threads are there, and none has failed. */
  get isReady(): boolean {
    return (
      Atomics.load(this.words, words.ready) === this.count - 1 &&
      Atomics.load(this.words, words.failed) === 0
    );
  }

  /** Whether one of them cannot come, or has failed. */
  get isLost(): boolean {
    return this.problem !== undefined;
  }

  /**
   * Waits until all threads are there, at most so many milliseconds; says why they are not. A team that nobody has started is not
   * waited for: it begins with the first call that has a use for it.
   */
  async join(most = mostStarting): Promise<string | undefined> {
    const end = performance.now() + most;
    while (this.hasStarted && !this.isReady && !this.isLost) {
      if (performance.now() >= end) return `the others had not started within ${most / 1000} s`;
      await new Promise((settle) => {
        setTimeout(settle, 1);
      });
    }
    return this.problem;
  }

  /** The number of a plan that threads can do together. */
  placeOf(plan: string): number {
    return this.plans.indexOf(plan);
  }

  /** One call of a plan by all threads. Where one of them is lost in it nobody knows what has been done: that is an error. */
  run(place: number): void {
    const divided = this.exports[`${this.plans[place]!}, divided`] as Meeting;
    this.words[words.plan] = place;
    try {
      (this.exports["barrier"] as Meeting)(0, this.count);
      divided(0, this.count);
    } catch (error) {
      if (this.isReady && Atomics.load(this.words, words.gaveUp) === 0) throw error;
      this.fail("it has ended, or does not answer");
      throw new UserError(`A thread has failed in the middle of a step: ${this.problem}.`, [
        "--threads 1 does without; --resume goes on from what was saved last.",
      ]);
    }
  }

  /** Lets go of all threads, also of those that are not there yet. */
  dispose(): void {
    for (const worker of this.workers) worker.end();
    this.workers = [];
  }

  /** Between the scratches of neighbours no cache line is shared. */
  private scratchSize(): number {
    return Math.ceil((this.threads.scratchBytes + 128) / 128) * 128;
  }
}
