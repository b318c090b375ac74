import { fillBatch, type Augmenting } from "./augment.ts";
import { nodeModule, runsInNode } from "./platform.ts";
import type { Answer, Fields, Message } from "./prefetch-thread.ts";
import type { Part } from "./prepare.ts";

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

/** Room for a batch of each field. */
export function targetsOf(part: Part, fields: readonly string[], capacity: number): Fields {
  const size = (name: string): number => part.dataset.columns.get(name)?.size ?? 0;
  return Object.fromEntries(fields.map((name) => [name, new Float32Array(capacity * size(name))]));
}
