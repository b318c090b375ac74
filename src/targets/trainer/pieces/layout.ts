/**
 * Files of a generated folder that hold several files of the runtime, in this order: what serves one purpose is read in one place,
 * and what one network leaves of a file is often a few lines. All others have a file of their own.
 */
const joined: Readonly<Record<string, readonly string[]>> = {
  "train.ts": ["training/command", "training/fold-training"],
  "test.ts": ["training/self-test"],
  "predict.ts": [
    "training/predict-command",
    "training/predict",
    "training/predict-rows",
    "training/sampling",
    "training/writing",
  ],
  "predict-together.ts": ["training/ensemble-predict"],
  "members.ts": ["training/members", "training/ensemble-definition"],
  "loop.ts": [
    "training/loop",
    "training/steps",
    "training/diverging",
    "training/epoch-batches",
    "training/accumulating",
    "training/stopping",
    "training/plateaus",
    "stopping",
    "plateau",
    "training/still-tensors",
    "metrics-log",
  ],
  "checkpoints.ts": ["training/checkpoints", "training/keeping", "training/resuming"],
  "measuring.ts": ["training/measuring", "training/collecting", "training/undefined-metrics"],
  "session.ts": ["training/session", "training/position", "training/types"],
  "runtime/device.ts": ["device", "device-choice", "remembered", "device-plan", "thread-count"],
  "runtime/gpu-device.ts": ["gpu-device", "gpu-loop", "gpu-array", "device-modes", "x-display"],
  "runtime/wasm-device.ts": ["wasm-device", "wasm-plan"],
  "runtime/wasm-threads.ts": ["wasm-threads", "wasm-pace"],
  "runtime/files.ts": ["files", "compression", "platform"],
  "runtime/program.ts": [
    "entry",
    "errors",
    "interrupt",
    "run-lock",
    "terminal",
    "standard-input",
    "suggest",
    "note-aside",
    "own",
  ],
  "runtime/report.ts": [
    "report",
    "reporter",
    "events",
    "plain",
    "progress",
    "loss-plot",
    "describe-run",
    "format-numbers",
  ],
  "runtime/csv.ts": [
    "read-csv",
    "table-columns",
    "table-layout",
    "align-columns",
    "read-other-table",
    "file-kinds",
    "csv",
  ],
  "runtime/dataset.ts": [
    "prepare",
    "dataset",
    "labels",
    "split",
    "stratify",
    "order-rows",
    "fold-rows",
    "batches",
    "example-rows",
    "class-rows",
    "number-array",
  ],
  "runtime/metrics.ts": [
    "collected-rows",
    "class-counts",
    "class-metrics",
    "area-under-curve",
    "average-precision",
    "calibration-error",
  ],
  "runtime/run-identity.ts": ["run-identity", "fingerprint", "same-rows"],
  "runtime/normalize.ts": ["normalize", "collapsed-values", "preparation-text"],
  "runtime/checkpoint.ts": ["checkpoint", "safetensors"],
  "runtime/random.ts": ["random", "initialize"],
};

const places: ReadonlyMap<string, { readonly path: string; readonly place: number }> = new Map(
  Object.entries(joined).flatMap(([path, names]) =>
    names.map((name, place) => [`${name}.ts`, { path, place }] as const),
  ),
);

/** Where a file of the runtime stands in a generated folder: the trainer's own modules at the top. */
export function generatedPath(path: string): string {
  return places.get(path)?.path ?? /^training\/(.+)$/.exec(path)?.[1] ?? `runtime/${path}`;
}

/** The files of the runtime in the order in which those that become one file follow each other in it. */
export function inGeneratedOrder(paths: Iterable<string>): readonly string[] {
  return [...paths].sort((a, b) => (places.get(a)?.place ?? 0) - (places.get(b)?.place ?? 0));
}
