// How long a cold `check` and `fmt` take, as ratios to `node -e 0` in the same rounds: npm run bench -- cold
import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";

const commands = {
  node: ["-e", "0"],
  check: ["dist/nnspec.js", "check", "examples/digits.nnspec"],
  fmt: ["dist/nnspec.js", "fmt", "--check", "examples/digits.nnspec"],
} as const;

/** Medians of interleaved rounds, in milliseconds. */
export function measureCold(rounds = 21): Readonly<Record<keyof typeof commands, number>> {
  const times: Record<keyof typeof commands, number[]> = { node: [], check: [], fmt: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(commands) as (keyof typeof commands)[]) times[name].push(wallTime(commands[name]));
  }
  return { node: median(times.node), check: median(times.check), fmt: median(times.fmt) };
}

function wallTime(args: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

if (process.argv[1]?.endsWith("cold.ts")) {
  const { node, check, fmt } = measureCold();
  console.log(`node -e 0 ${node.toFixed(1)} ms · check ${check.toFixed(1)} ms (${(check / node).toFixed(2)} ×) · fmt ${fmt.toFixed(1)} ms (${(fmt / node).toFixed(2)} ×)`);
}
