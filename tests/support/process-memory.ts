import { readdirSync, readFileSync } from "node:fs";

/** Resident bytes of all descendants of this process (Linux); undefined where /proc does not tell. */
function residentBytes(): number | undefined {
  try {
    const processes = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
    const parents = new Map(
      processes.flatMap((id) => {
        const parent = statusOf(id, "PPid");
        return parent === undefined ? [] : [[id, parent] as const];
      }),
    );
    const isOurs = (id: number | undefined): boolean =>
      id !== undefined && (parents.get(id) === process.pid || isOurs(parents.get(id)));
    return [...parents.keys()]
      .filter(isOurs)
      .reduce((sum, id) => sum + (statusOf(id, "VmRSS") ?? 0) * 1024, 0);
  } catch {
    return undefined;
  }
}

function statusOf(id: number, key: string): number | undefined {
  try {
    const line = readFileSync(`/proc/${id}/status`, "utf8")
      .split("\n")
      .find((text) => text.startsWith(`${key}:`));
    return line === undefined ? undefined : Number(/\d+/.exec(line)![0]);
  } catch {
    return undefined;
  }
}

/** Resident bytes of our child processes, sampled while `work` runs. */
export async function sampleMemory<Result>(
  work: Promise<Result>,
  milliseconds = 200,
): Promise<{ readonly result: Result; readonly samples: readonly number[] }> {
  const samples: number[] = [];
  const timer = setInterval(() => {
    const bytes = residentBytes();
    if (bytes !== undefined) samples.push(bytes);
  }, milliseconds);
  try {
    return { result: await work, samples };
  } finally {
    clearInterval(timer);
  }
}
