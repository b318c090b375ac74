import { nodeModule } from "./platform.ts";
import type { Part } from "./prepare.ts";

/** What the two sides of a prefetching program say to each other, and how the other side is started. */

export type Fields = Readonly<Record<string, Float32Array>>;

/** What the worker is told once, then for each batch. */
export type Message =
  | { readonly part: Part; readonly fields: readonly string[]; readonly capacity: number }
  | {
      readonly number: number;
      readonly rows: Uint32Array;
      readonly seed: number;
      readonly epoch: number;
    };

export interface Answer {
  readonly number: number;
  readonly epoch: number;
  readonly fields: Fields;
}

/** A thread on the other side: of Node, or of a browser. */
export interface Thread {
  readonly post: (message: Message) => void;
  /** Whether waiting for it keeps the program alive. */
  readonly hold: (held: boolean) => void;
  readonly end: () => void;
}

export type StartThread = (heard: (answer: Answer) => void, failed: () => void) => Thread;

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
    for (const event of ["error", "messageerror"]) worker.addEventListener(event, failed);
    return {
      post: (message) => worker.postMessage(message, []),
      hold: () => undefined,
      end: () => worker.terminate(),
    };
  };
}
