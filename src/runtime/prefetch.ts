import { augmentedBatches, fillBatch, type Augmenting, type Epoch } from "./augment.ts";
import type { Batch } from "./batches.ts";
import type { Dataset } from "./dataset.ts";
import { nodeModule, runsInNode } from "./platform.ts";
import type { Part } from "./prepare.ts";

/**
 * Batches that a worker augments while the device computes. They have the same bits as those that are made here, because a row
 * depends on seed, epoch and row alone; so wherever a worker cannot run, or fails, the batches are made here.
 */

type Fields = Readonly<Record<string, Float32Array>>;

/** What the worker is told once, then for each batch. */
type Message =
  | { readonly part: Part; readonly fields: readonly string[]; readonly capacity: number }
  | {
      readonly number: number;
      readonly rows: Uint32Array;
      readonly seed: number;
      readonly epoch: number;
    };

interface Answer {
  readonly number: number;
  readonly epoch: number;
  readonly fields: Fields;
}

/** A thread on the other side: of Node, or of a browser. */
interface Thread {
  readonly post: (message: Message) => void;
  /** Whether waiting for it keeps the program alive. */
  readonly hold: (held: boolean) => void;
  readonly end: () => void;
}

export type StartThread = (heard: (answer: Answer) => void, failed: () => void) => Thread;

/** Batches that are being made ahead of the one that is trained on. */
const ahead = 3;

/** A worker starts when the rest of an epoch would spend more than this, in milliseconds, on augmentation. */
const worthwhile = 500;

/** More than this is not copied into a worker, in bytes. */
const mostBytes = 2 ** 29;

export class Prefetcher {
  /** How many batches the worker has made. */
  fetched = 0;
  private readonly start: StartThread;
  private readonly threshold: number;
  private thread: Thread | undefined;
  private failed = false;
  private readonly waiting = new Map<string, (fields: Fields | undefined) => void>();

  constructor(start: StartThread, threshold = worthwhile) {
    this.start = start;
    this.threshold = threshold;
  }

  /** The batches of an epoch, as `augmentedBatches` gives them. */
  async *batches(
    part: Part,
    at: Epoch,
    fields: readonly string[],
    capacity: number,
    augmenting: Augmenting,
  ): AsyncGenerator<Batch> {
    const count = Math.ceil(at.order.length / capacity);
    let number = at.done + 1;
    // The first batch is made here, and tells what the others would cost.
    while (number <= count && this.thread === undefined) {
      const start = performance.now();
      const batch = augmentedBatches(
        part,
        { ...at, done: number - 1 },
        fields,
        capacity,
        augmenting,
      ).next().value;
      const cost = (performance.now() - start) * (count - number);
      if (batch !== undefined) yield batch as Batch;
      number++;
      if (!this.failed && cost > this.threshold) this.open(part, fields, capacity);
    }
    const asked = new Map<number, Promise<Fields | undefined>>();
    for (; number <= count; number++) {
      for (let next = number; next <= Math.min(count, number + ahead - 1); next++)
        if (!asked.has(next)) asked.set(next, this.ask(next, rowsOf(at.order, next, capacity), at));
      const rows = rowsOf(at.order, number, capacity);
      const made =
        (await asked.get(number)) ?? makeHere(part, rows, at, fields, capacity, augmenting);
      asked.delete(number);
      yield { number, rows: rows.length, fields: made };
    }
  }

  /** Ends the worker; batches are made here from then on. */
  close(): void {
    this.failed = true;
    this.thread?.end();
    this.thread = undefined;
    for (const settle of this.waiting.values()) settle(undefined);
    this.waiting.clear();
  }

  private open(part: Part, fields: readonly string[], capacity: number): void {
    const kept = partFor(part, fields);
    if (bytesOf(kept) > mostBytes) this.failed = true;
    if (this.failed) return;
    try {
      this.thread = this.start(
        (answer) => this.settle(answer),
        () => this.close(),
      );
      this.thread.hold(false);
      this.thread.post({ part: kept, fields, capacity });
    } catch {
      this.close();
    }
  }

  private ask(
    number: number,
    rows: Uint32Array,
    { seed, epoch }: Epoch,
  ): Promise<Fields | undefined> {
    const { thread } = this;
    if (thread === undefined) return Promise.resolve(undefined);
    return new Promise((settle) => {
      this.waiting.set(`${epoch}/${number}`, settle);
      thread.hold(true);
      thread.post({ number, rows: rows.slice(), seed, epoch });
    });
  }

  private settle({ number, epoch, fields }: Answer): void {
    this.fetched++;
    this.waiting.get(`${epoch}/${number}`)?.(fields);
    this.waiting.delete(`${epoch}/${number}`);
    if (this.waiting.size === 0) this.thread?.hold(false);
  }
}

function rowsOf(order: Uint32Array, number: number, capacity: number): Uint32Array {
  return order.subarray((number - 1) * capacity, number * capacity);
}

function makeHere(
  part: Part,
  rows: Uint32Array,
  { seed, epoch }: Epoch,
  fields: readonly string[],
  capacity: number,
  augmenting: Augmenting,
): Fields {
  const targets = targetsOf(part, fields, capacity);
  fillBatch(part, rows, seed, epoch, augmenting, targets);
  return targets;
}

function targetsOf(part: Part, fields: readonly string[], capacity: number): Fields {
  const size = (name: string): number => part.dataset.columns.get(name)?.size ?? 0;
  return Object.fromEntries(fields.map((name) => [name, new Float32Array(capacity * size(name))]));
}

/** The part with the columns of these fields alone. */
function partFor(part: Part, fields: readonly string[]): Part {
  const only = (dataset: Dataset): Dataset => {
    const columns = [...dataset.columns].filter(([name]) => fields.includes(name));
    return { where: dataset.where, rows: dataset.rows, columns: new Map(columns) };
  };
  const { dataset, rows, original } = part;
  return {
    dataset: only(dataset),
    rows,
    ...(original === undefined ? {} : { original: only(original) }),
  };
}

function bytesOf({ dataset, original }: Part): number {
  const columns = [...dataset.columns.values(), ...(original?.columns.values() ?? [])];
  return columns.reduce((total, { values }) => total + values.byteLength, 0);
}

/** The worker's side: makes the batches that it is asked for. */
export function serveBatches(augmentingOf: (train: Part) => Augmenting): void {
  let serve: ((message: Extract<Message, { number: number }>) => Answer) | undefined;
  const { listen, send } = channel();
  listen((message) => {
    if ("part" in message) {
      const { part, fields, capacity } = message;
      const augmenting = augmentingOf(part);
      serve = ({ number, rows, seed, epoch }) => {
        const targets = targetsOf(part, fields, capacity);
        fillBatch(part, rows, seed, epoch, augmenting, targets);
        return { number, epoch, fields: targets };
      };
    } else if (serve !== undefined) send(serve(message));
  });
}

interface Channel {
  readonly listen: (heard: (message: Message) => void) => void;
  readonly send: (answer: Answer) => void;
}

function channel(): Channel {
  const buffers = ({ fields }: Answer) =>
    Object.values(fields).map(({ buffer }) => buffer as ArrayBuffer);
  if (runsInNode()) {
    const { parentPort: port } = nodeModule("node:worker_threads");
    return {
      listen: (heard) => void port?.on("message", heard),
      send: (answer) => port?.postMessage(answer, buffers(answer)),
    };
  }
  return {
    listen: (heard) => addEventListener("message", ({ data }) => heard(data as Message)),
    send: (answer) => postMessage(answer, { transfer: buffers(answer) }),
  };
}

/** Starts the module at this address as a worker of Node, with what strips the types of this very program. */
export function startNodeThread(module: URL): StartThread {
  return (heard, failed) => {
    const { Worker } = nodeModule("node:worker_threads");
    if (nodeModule("node:os").availableParallelism() < 2) throw new Error("there is one core");
    const worker = new Worker(
      new URL(`data:text/javascript,${encodeURIComponent(bootOf(module))}`),
    );
    worker.on("message", heard);
    worker.on("error", failed);
    worker.on("exit", failed);
    return {
      post: (message) => worker.postMessage(message, []),
      hold: (held) => (held ? worker.ref() : worker.unref()),
      end: () => void worker.terminate(),
    };
  };
}

/** tsx, where this program runs by it, is not handed on to workers: it has to be asked for there again. */
function bootOf(module: URL): string {
  const loader = process.execArgv.find((word) => word.endsWith("/tsx/dist/loader.mjs"));
  const tsx = loader?.replace(/loader\.mjs$/, "esm/api/index.mjs");
  const register =
    tsx === undefined
      ? ""
      : `const { register } = await import(${JSON.stringify(tsx)}); register(); `;
  return `${register}await import(${JSON.stringify(module.href)});`;
}

/** The same in a browser, for a worker that the program has made. */
export function startPageThread(make: () => Worker): StartThread {
  return (heard, failed) => {
    const worker = make();
    worker.addEventListener("message", ({ data }) => heard(data as Answer));
    worker.addEventListener("error", failed);
    return {
      post: (message) => worker.postMessage(message, []),
      hold: () => undefined,
      end: () => worker.terminate(),
    };
  };
}
