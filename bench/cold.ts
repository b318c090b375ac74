// How long a cold `check` and `fmt` take, as ratios to `node -e 0` in the same rounds: npm run bench -- cold
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

const commands = {
  node: ["-e", "0"],
  check: ["dist/nnspec.js", "check", "examples/digits.nnspec"],
  fmt: ["dist/nnspec.js", "fmt", "--check", "examples/digits.nnspec"],
  resnet152: ["dist/nnspec.js", "check", "bench/resnet152.nnspec"],
} as const;

/** Medians of interleaved rounds, in milliseconds. */
export function measureCold(rounds = 21): Readonly<Record<keyof typeof commands, number>> {
  const times: Record<keyof typeof commands, number[]> = {
    node: [],
    check: [],
    fmt: [],
    resnet152: [],
  };
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(commands) as (keyof typeof commands)[])
      times[name].push(wallTime(commands[name]));
  }
  return {
    node: median(times.node),
    check: median(times.check),
    fmt: median(times.fmt),
    resnet152: median(times.resnet152),
  };
}

/** Milliseconds for 200 files of usual size, in a folder of their own. */
function timesOfMany(): readonly number[] {
  const folder = "runs/bench/many";
  mkdirSync(folder, { recursive: true });
  const specs = ["digits", "iris", "digits-cnn", "spirals", "regression"].map((name) =>
    readFileSync(`examples/${name}.nnspec`, "utf8"),
  );
  for (let number = 0; number < 200; number++)
    writeFileSync(`${folder}/${number}.nnspec`, specs[number % specs.length]!);
  return Array.from({ length: 5 }, () => wallTime(["dist/nnspec.js", "check", folder]));
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
  const { node, check, fmt, resnet152 } = measureCold();
  console.log(
    `node -e 0 ${node.toFixed(1)} ms · check ${check.toFixed(1)} ms (${(check / node).toFixed(2)} ×) · fmt ${fmt.toFixed(1)} ms (${(fmt / node).toFixed(2)} ×) · ResNet-152 ${resnet152.toFixed(1)} ms (${(resnet152 / node).toFixed(2)} ×)`,
  );
  console.log(`check of 200 files ${(median(timesOfMany()) / 1000).toFixed(2)} s`);
}
