import { augmentedBatches, fillBatch, type Augmenting, type Epoch } from "./augment.ts";
import type { Batch } from "./batches.ts";
import type { Dataset } from "./dataset.ts";
import type { Answer, Fields, StartThread, Thread } from "./prefetch-thread.ts";
import { targetsOf } from "./prefetch-worker.ts";
import type { Part } from "./prepare.ts";

/**
 * Batches that a worker augments while the device computes. They have the same bits as those that are made here, because a row
 * depends on seed, epoch and row alone; so wherever a worker cannot run, or fails, the batches are made here.
 */

/** Batches that are being made ahead of the one that is trained on. */
const ahead = 3;

/** A worker starts when the rest of an epoch would spend more than this, in milliseconds, on augmentation. */
const worthwhile = 500;

/** More than this is not copied into a worker, in bytes. */
const mostBytes = 2 ** 29;

/**
 * A batch that has not come after so many milliseconds, and after so many times what the making of one takes here, does not come any
 * more: the worker has not started, or hangs.
 */
const longest = { milliseconds: 5_000, times: 20 } as const;

export class Prefetcher {
  /** How many batches the worker has made. */
  fetched = 0;
  private readonly start: StartThread;
  private readonly threshold: number;
  private readonly patience: number;
  /** What the making of a batch takes here, in milliseconds. */
  private cost = 0;
  private thread: Thread | undefined;
  private failed = false;
  private readonly waiting = new Map<string, (fields: Fields | undefined) => void>();

  constructor(start: StartThread, threshold = worthwhile, patience: number = longest.milliseconds) {
    this.start = start;
    this.threshold = threshold;
    this.patience = patience;
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
      this.cost = performance.now() - start;
      if (batch !== undefined) yield batch as Batch;
      number++;
      const worth = this.cost * (count - number + 1);
      if (!this.failed && worth > this.threshold) this.open(part, fields, capacity);
    }
    const asked = new Map<number, Promise<Fields | undefined>>();
    for (; number <= count; number++) {
      for (let next = number; next <= Math.min(count, number + ahead - 1); next++)
        if (!asked.has(next)) asked.set(next, this.ask(next, rowsOf(at.order, next, capacity), at));
      const rows = rowsOf(at.order, number, capacity);
      const made =
        (await this.soon(asked.get(number)!)) ??
        makeHere(part, rows, at, fields, capacity, augmenting);
      asked.delete(number);
      yield { number, rows: rows.length, fields: made };
    }
  }

  /** What the worker gives; a worker that does not is ended. */
  private async soon(asked: Promise<Fields | undefined>): Promise<Fields | undefined> {
    const most = Math.max(this.patience, longest.times * this.cost);
    const limit = setTimeout(() => this.close(), most);
    return asked.finally(() => clearTimeout(limit));
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
