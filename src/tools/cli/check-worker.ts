import { parentPort, workerData } from "node:worker_threads";
import { checkFile, type Share, type ShareResult } from "./check-files.ts";
import { UsageError } from "./exit.ts";

// A thread of `check`: its share of the files, answered in one message.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(resultOf(workerData as Share));

function resultOf({ files, settings }: Share): ShareResult {
  try {
    return { found: files.map((path) => checkFile(path, settings)) };
  } catch (error) {
    if (error instanceof UsageError) return { usage: error.message };
    throw error;
  }
}
