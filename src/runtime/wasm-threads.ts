import { nodeModule, runsInNode } from "./platform.ts";
import type { WasmProgram, WasmThreads } from "./wasm-plan.ts";

/**
 * The words through which threads meet, as places in 32-bit words from their beginning (the compiler's emitter of threads lays
 * them out): set where a thread has failed, which plan is next, whether thread 0 may sleep, how many others are there.
 */
const words = { failed: 96, plan: 97, mayPark: 98, ready: 99 } as const;

/** A plan that ends the threads. */
const noPlan = -1;

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

/** Starts a thread; `fail` is called where it cannot start, or ends with an error. */
function startWorker(life: Life, fail: (why: string) => void): Worker {
  if (runsInNode()) {
    const { Worker } = nodeModule("node:worker_threads");
    const source = `(${live})(require("node:worker_threads").workerData)`;
    const worker = new Worker(source, { eval: true, workerData: life, execArgv: [] });
    worker.on("error", (error) => fail(error instanceof Error ? error.message : String(error)));
    // Threads never keep the process alive.
    worker.unref();
    return { end: () => void worker.terminate() };
  }
  const source = `onmessage = ({ data }) => { (${live})(data); close(); };`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.addEventListener("error", (event) =>
    fail(event.message || "the page may not start workers"),
  );
  worker.postMessage(life, []);
  return {
    end: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** What the module exports where threads pay. */
interface ThreadExports {
  readonly barrier: (thread: number, threads: number) => void;
}

/** Threads over one memory. They start in their own time; until all are there the first works alone. */
export class WasmTeam {
  readonly memory: WebAssembly.Memory;
  readonly count: number;
  private readonly program: WasmProgram;
  private readonly threads: WasmThreads;
  private readonly words: Int32Array;
  private workers: readonly Worker[] = [];
  private exports: WebAssembly.Exports & Partial<ThreadExports> = {};
  private readonly plans: readonly string[];
  private problem: string | undefined;

  constructor(program: WasmProgram, threads: WasmThreads, count: number) {
    this.program = program;
    this.threads = threads;
    this.count = count;
    this.plans = Object.keys(threads.plans);
    const pages = program.pages + Math.ceil(((count - 1) * this.scratchSize()) / 65_536);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.words = new Int32Array(this.memory.buffer, threads.words);
    this.words[words.mayPark] = typeof document === "undefined" ? 1 : 0;
  }

  /** The module with a shared memory. */
  shared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return bytes.with(this.threads.flag, 3);
  }

  /** Lets the other threads begin; thread 0 is whoever calls. */
  start(module: WebAssembly.Module, instance: WebAssembly.Instance): void {
    this.exports = instance.exports;
    const failed = this.threads.words / 4 + words.failed;
    this.workers = Array.from({ length: this.count - 1 }, (_, other) => {
      const scratch = this.program.pages * 65_536 + other * this.scratchSize();
      const life = {
        module,
        memory: this.memory,
        scratch,
        thread: other + 1,
        threads: this.count,
        failed,
      };
      return startWorker(life, (why) => {
        this.problem ??= why;
      });
    });
  }

  /** Whether all threads are there. */
  get isReady(): boolean {
    return Atomics.load(this.words, words.ready) === this.count - 1;
  }

  /** Waits until all threads are there; says why they cannot come. */
  async join(): Promise<string | undefined> {
    while (!this.isReady && this.problem === undefined) {
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

  /** One call of a plan by all threads. */
  run(place: number): void {
    const divided = this.exports[`${this.plans[place]!}, divided`] as ThreadExports["barrier"];
    this.words[words.plan] = place;
    try {
      this.exports.barrier!(0, this.count);
      divided(0, this.count);
    } catch (error) {
      if (Atomics.load(this.words, words.failed) === 0) throw error;
      const why = this.problem ?? "it says no more";
      throw new Error(`a thread has failed: ${why}`, { cause: error });
    }
  }

  /** Lets go of all threads. */
  dispose(): void {
    if (this.isReady && this.problem === undefined) {
      this.words[words.plan] = noPlan;
      this.exports.barrier!(0, this.count);
    }
    for (const worker of this.workers) worker.end();
    this.workers = [];
  }

  /** Between the scratches of neighbours no cache line is shared. */
  private scratchSize(): number {
    return Math.ceil((this.threads.scratchBytes + 128) / 128) * 128;
  }
}
