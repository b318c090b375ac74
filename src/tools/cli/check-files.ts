import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Diagnostic } from "../../compiler/base/diagnostics/diagnostic.ts";
import { check } from "../../compiler/check.ts";
import { checkData } from "./check-data.ts";
import { UsageError } from "./exit.ts";
import { lintLevels } from "./lint-levels.ts";
import { packageFile } from "./package-folder.ts";
import { importReader, readSource } from "./sources.ts";

/** How files are checked; what a worker is told, so nothing in it is a function. */
export interface CheckSettings {
  readonly set: ReadonlyMap<string, string>;
  /** `--data Name=path`: files whose headers are compared with the declarations. */
  readonly data: ReadonlyMap<string, string>;
}

/** What a worker is to do, and what it says. */
export interface Share {
  readonly files: readonly string[];
  readonly settings: CheckSettings;
}

export type ShareResult =
  { readonly found: readonly (readonly Diagnostic[])[] } | { readonly usage: string };

/** Below so many files for each, starting a thread takes longer than it saves. */
const fewestForWorker = 24;

/** Every finding of every file once, in the order of the files; many files are shared out among the processor's cores. */
export async function checkFiles(
  files: readonly string[],
  { set, data }: CheckSettings,
): Promise<readonly Diagnostic[]> {
  const settings = { set, data };
  const shares = shareOut(files);
  const others = shares.slice(1).map((share) => inWorker({ files: share, settings }));
  const [own = [], ...rest] = [
    shares[0]!.map((path) => checkFile(path, settings)),
    ...(await Promise.all(others)),
  ];
  const byFile = new Map(
    [own, ...rest].flatMap((found, share) =>
      found.map((diagnostics, index) => [shares[share]![index]!, diagnostics] as const),
    ),
  );
  return withoutRepetition(files.flatMap((path) => byFile.get(path)!));
}

export function checkFile(path: string, { set, data }: CheckSettings): readonly Diagnostic[] {
  const lints = lintLevels(path);
  const { value, diagnostics } = check(readSource(path), {
    set,
    lints: lints.levels,
    read: importReader(path),
  });
  return [
    ...lints.diagnostics,
    ...diagnostics,
    ...(value && data.size > 0 ? checkData(value, data) : []),
  ];
}

/** Neighbours are alike in size, so that every share takes every n-th file. */
function shareOut(files: readonly string[]): readonly (readonly string[])[] {
  const wanted = Math.min(availableParallelism(), Math.floor(files.length / fewestForWorker));
  const count = existsSync(workerFile()) && !files.includes("-") ? Math.max(1, wanted) : 1;
  return Array.from({ length: count }, (_, share) =>
    files.filter((__, index) => index % count === share),
  );
}

function workerFile(): string {
  return packageFile("dist/check-worker.js");
}

function inWorker(share: Share): Promise<readonly (readonly Diagnostic[])[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile(), { workerData: share });
    worker.once("error", reject);
    worker.once("message", (result: ShareResult) =>
      "usage" in result ? reject(new UsageError(result.usage)) : resolve(result.found),
    );
  });
}

/** An imported file is checked with each file that imports it: what it gives is said once. */
function withoutRepetition(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, span, message }) => {
    const key = [code, span.source.path, span.start, span.end, message].join("\u0000");
    return seen.size < seen.add(key).size;
  });
}
