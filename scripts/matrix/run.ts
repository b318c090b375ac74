import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a command ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Of processor time, its children's included; 0 where the shell does not tell. */
  readonly processorSeconds: number;
  /** Why it is no success: another exit code than 0, or no end at all. */
  readonly problem: string | undefined;
}

export interface RunOptions {
  /** The folder in which it is remembered how fast backends are. */
  readonly cache: string;
  readonly limit: number;
  readonly cwd?: string;
  /** On the first processor alone. */
  readonly oneCore?: boolean;
}

/** Runs the words, then tells what time they took: children that were waited for count. */
const timed = '"$@"; code=$?; times >&3; exit $code';

/** Runs a command; after so many seconds it is ended, with all that it has started. */
export function run(words: readonly string[], options: RunOptions): Promise<Ended> {
  const { cache, limit, cwd = mkdtempSync(join(tmpdir(), "nnspec-cell-")), oneCore } = options;
  const pinned = oneCore === true ? ["taskset", "-c", "0", ...words] : words;
  const start = performance.now();
  const child = spawn("bash", ["-c", timed, "bash", ...pinned], {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, XDG_CACHE_HOME: cache, NO_COLOR: "1" },
  });
  const texts = [1, 2, 3].map(() => "");
  for (const stream of [1, 2, 3])
    child.stdio[stream]!.on("data", (chunk: Buffer) => {
      texts[stream - 1] += chunk.toString();
    });
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    // The whole group: the command line waits for the program that it has started.
    process.kill(-child.pid!, "SIGKILL");
  }, limit * 1000);
  return new Promise((settle, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(timer);
      const [stdout = "", stderr = "", times = ""] = texts;
      const problem = isOver
        ? `no end within ${limit} s`
        : code === 0
          ? undefined
          : `exit code ${code}`;
      const seconds = (performance.now() - start) / 1000;
      settle({ stdout, stderr, seconds, processorSeconds: childrenSeconds(times), problem });
    });
  });
}

/** The second line of `times`: user and system time of the children, as 0m1.234s. */
function childrenSeconds(times: string): number {
  const found = [...(times.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return found.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/** The words before a TypeScript file: Node strips types itself from 22.18 on. */
export function typescriptLoader(version: string): readonly string[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18)
    ? []
    : ["--import", import.meta.resolve("tsx")];
}
