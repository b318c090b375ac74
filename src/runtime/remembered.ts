import { makeDirectory, writeText } from "./files.ts";
import { nodeModule, runsInNode } from "./platform.ts";

/** What was measured on this machine. */
export interface Remembered {
  readonly backend: string;
  readonly rates: readonly (readonly [backend: string, rate: number])[];
  /** The day, as 2026-11-21. */
  readonly date: string;
}

const backends: ReadonlySet<unknown> = new Set(["webgl2", "webgl", "headlessgl", "wasm", "cpu"]);

/** Drivers, engines and machines change: after this it is measured again. */
const mostDays = 30;

/** Everything that could change which backend is fastest. */
export function describeMachine(): string {
  if (!runsInNode()) return `${navigator.userAgent} ${navigator.hardwareConcurrency ?? 1}`;
  const cpus = nodeModule("node:os").cpus();
  const { platform, arch, versions, env } = process;
  return `${platform} ${arch} ${versions.v8} ${cpus[0]?.model ?? ""} ${cpus.length} ${env["DISPLAY"] !== undefined}`;
}

/** More bytes than this are not what was remembered. */
const mostBytes = 4_096;

/** What was remembered under a key; undefined where it is missing, damaged or too old. */
export function recall(key: string): Remembered | undefined {
  try {
    const text = runsInNode() ? readShort(fileOf(key)) : localStorage.getItem(`nnspec/${key}`);
    const found: unknown = JSON.parse(text ?? "null");
    return isRemembered(found) && isRecent(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a file that is one, and short: reading a pipe waits for somebody who writes. */
function readShort(path: string): string | undefined {
  const { readFileSync, statSync } = nodeModule("node:fs");
  const found = statSync(path);
  return found.isFile() && found.size <= mostBytes ? readFileSync(path, "utf8") : undefined;
}

/** Keeps a measurement for the next time; where nothing can be kept, it is measured again. */
export async function remember(key: string, measured: Omit<Remembered, "date">): Promise<void> {
  const text = JSON.stringify({ ...measured, date: new Date().toISOString().slice(0, 10) });
  try {
    if (!runsInNode()) return localStorage.setItem(`nnspec/${key}`, text);
    await makeDirectory(nodeModule("node:path").dirname(fileOf(key)));
    await writeText(fileOf(key), `${text}\n`);
  } catch {
    // A full disk, a home that may not be written, a page without storage.
  }
}

/** $XDG_CACHE_HOME/nnspec/backends, which is ~/.cache/nnspec/backends where nothing else is said. */
function fileOf(key: string): string {
  const { join } = nodeModule("node:path");
  const cache = process.env["XDG_CACHE_HOME"] || join(nodeModule("node:os").homedir(), ".cache");
  return join(cache, "nnspec", "backends", `${key}.json`);
}

function isRemembered(found: unknown): found is Remembered {
  if (typeof found !== "object" || found === null) return false;
  const { backend, rates, date } = found as Partial<Remembered>;
  const isRate = (one: unknown): boolean =>
    Array.isArray(one) && isBackend(one[0]) && Number.isFinite(one[1]) && one[1] >= 0;
  return (
    isBackend(backend) &&
    typeof date === "string" &&
    /^\d{4}-\d\d-\d\d$/.test(date) &&
    Array.isArray(rates) &&
    rates.length > 0 &&
    rates.every(isRate)
  );
}

/** What is told to people is one of our own words, whoever wrote the file. */
function isBackend(found: unknown): found is string {
  return backends.has(found);
}

function isRecent({ date }: Remembered): boolean {
  const days = (Date.now() - Date.parse(date)) / 86_400_000;
  return days > -1 && days < mostDays;
}
