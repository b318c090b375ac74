/** What an editor waits for after a keystroke, and for completion, in processor time: `npm run bench -- service`. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Files } from "../src/service/document.ts";
import { createService } from "../src/service/service.ts";

/** The first ones, which warm the engine as the first minute of writing does, are not counted. */
const [warming, rounds] = [40, 100];

interface Case {
  readonly what: string;
  readonly path: string;
  /** The texts that follow each other; each differs from the one before. */
  readonly text: (whole: string, round: number) => string;
}

const resnets = "examples/architectures/resnets.nnspec";
const change = (whole: string, round: number): string =>
  whole.replace("repeat 35", `repeat ${30 + (round % 9)}`);

const cases: readonly Case[] = [
  { what: "ResNet-152, a number in its body", path: resnets, text: change },
  {
    what: "ResNet-152, the same with an error in another model",
    path: resnets,
    text: (whole, round) =>
      change(whole, round).replace("Basic(64) as stage1", "Basc(64) as stage1"),
  },
  {
    what: "ResNet-152, the same with another model that cannot be parsed",
    path: resnets,
    text: (whole, round) =>
      change(whole, round).replace("Basic(64) as stage1", "Basic(64 as stage1"),
  },
  {
    what: "ResNet-152, a setting of its run",
    path: resnets,
    text: (whole, round) => whole.replace("batch: 64", `batch: ${65 + (round % 9)}`),
  },
  {
    what: "DenseNet-121, a number in its body",
    path: "examples/architectures/densenet121.nnspec",
    text: (whole, round) => whole.replace("dense(1000)", `dense(${1000 + (round % 9)})`),
  },
  {
    what: "digits, a number in its body",
    path: "examples/digits.nnspec",
    text: (whole, round) => whole.replace(/dense\((\d+)/, `dense(${20 + (round % 9)}`),
  },
];

const files: Files = {
  read: (wanted, from) => {
    const path = join(dirname(from), wanted);
    return existsSync(path) && statSync(path).isFile()
      ? { path, text: readFileSync(path, "utf8") }
      : { problem: "missing" };
  },
};

/** Milliseconds of processor time, kernel included. */
function cost(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Findings and shapes after each of many keystrokes. */
function keystrokes({ path, text }: Case): readonly number[] {
  const whole = readFileSync(path, "utf8");
  const service = createService(files);
  return Array.from({ length: rounds }, (_, round) => {
    service.open(path, text(whole, round));
    return cost(() => [service.findings(path), service.hints(path)]);
  }).slice(warming);
}

/** Processor time that Node has taken when it has started, the measure that machines can be compared by. */
function startOfNode(): number {
  const script = "const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)";
  const times = Array.from({ length: 7 }, () =>
    Number(spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout),
  );
  return quantile(times, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** A row for each case: the median, the 99th hundredth, and the median as a multiple of Node's own start. */
export function serviceTable(): string {
  const node = startOfNode();
  const rows = cases.map((each) => {
    const times = keystrokes(each);
    const [median, late] = [quantile(times, 0.5), quantile(times, 0.99)];
    return `| ${each.what} | ${median.toFixed(1)} ms | ${late.toFixed(1)} ms | ${(median / node).toFixed(2)} × |`;
  });
  return [
    `| first tier after a keystroke | median | p99 | of \`node -e 0\` (${node.toFixed(0)} ms) |`,
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}
