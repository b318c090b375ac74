import { nodeModule, runsInNode } from "./platform.ts";

/** What was measured on this machine. */
export interface Remembered {
  readonly backend: string;
  readonly rates: readonly (readonly [backend: string, rate: number])[];
  /** The day, as 2026-11-21. */
  readonly date: string;
}

/** Drivers, engines and machines change: after this it is measured again. */
const mostDays = 30;

/** Everything that could change which backend is fastest. */
export function describeMachine(): string {
  if (!runsInNode()) return `${navigator.userAgent} ${navigator.hardwareConcurrency ?? 1}`;
  const cpus = nodeModule("node:os").cpus();
  const { platform, arch, versions, env } = process;
  return `${platform} ${arch} ${versions.v8} ${cpus[0]?.model ?? ""} ${cpus.length} ${env["DISPLAY"] !== undefined}`;
}

/** What was remembered under a key; undefined where it is missing, damaged or too old. */
export function recall(key: string): Remembered | undefined {
  try {
    const text = runsInNode()
      ? nodeModule("node:fs").readFileSync(fileOf(key), "utf8")
      : localStorage.getItem(`nnspec/${key}`);
    const found: unknown = JSON.parse(text ?? "null");
    return isRemembered(found) && isRecent(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a measurement for the next time; where nothing can be kept, it is measured again. */
export function remember(key: string, measured: Omit<Remembered, "date">): void {
  const text = JSON.stringify({ ...measured, date: new Date().toISOString().slice(0, 10) });
  try {
    if (!runsInNode()) return localStorage.setItem(`nnspec/${key}`, text);
    const { mkdirSync, renameSync, writeFileSync } = nodeModule("node:fs");
    const file = fileOf(key);
    mkdirSync(nodeModule("node:path").dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, `${text}\n`);
    renameSync(`${file}.${process.pid}`, file);
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
    Array.isArray(one) && typeof one[0] === "string" && typeof one[1] === "number";
  return (
    typeof backend === "string" &&
    typeof date === "string" &&
    Array.isArray(rates) &&
    rates.length > 0 &&
    rates.every(isRate)
  );
}

function isRecent({ date }: Remembered): boolean {
  const days = (Date.now() - Date.parse(date)) / 86_400_000;
  return days > -1 && days < mostDays;
}
