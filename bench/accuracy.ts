/**
 * Trains four tasks five times each, with seeds 1 to 5, and holds the test accuracy against what PyTorch reaches with the
 * same recipe (five seeds, the same shares of the data). A task passes when its mean is within one standard deviation of
 * PyTorch's, or above. Run it with
 *
 *     npm run bench -- accuracy [--backend cpu] [--seeds 5] [--data-root folder] [--write] [task …]
 *
 * The iris and digits tasks use the bundled data. Those of MNIST need the folder `mnist10k` with its four IDX files in the
 * data root; without it they are skipped, and that is said. `--write` puts the table into docs/performance.md.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writePart } from "./report.ts";

interface Task {
  readonly name: string;
  /** The folder that the spec calls `data`. */
  readonly data: string;
  /** PyTorch's test accuracy: mean and standard deviation over five seeds. */
  readonly mean: number;
  readonly deviation: number;
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const bundled = join(root, "examples/data");

const { values, positionals } = parseArgs({
  options: {
    backend: { type: "string", default: "auto" },
    seeds: { type: "string", default: "5" },
    "data-root": { type: "string", default: join(root, "../shared/data") },
    write: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const mnist = resolve(values["data-root"], "mnist10k");

const tasks: readonly Task[] = [
  { name: "iris", data: bundled, mean: 0.927, deviation: 0.055 },
  { name: "digits", data: bundled, mean: 0.974, deviation: 0.008 },
  { name: "mnist", data: mnist, mean: 0.948, deviation: 0.005 },
  { name: "mnist-conv", data: mnist, mean: 0.969, deviation: 0.005 },
];

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

let passed = true;
const rows: string[] = [];
for (const task of tasks) {
  if (positionals.length > 0 && !positionals.includes(task.name)) continue;
  if (!existsSync(task.data)) {
    console.log(`${task.name.padEnd(10)}  SKIPPED: there is no ${task.data}`);
    continue;
  }
  passed = (await runTask(task, Number(values.seeds))) && passed;
}
if (values.write)
  writePart(
    "accuracy",
    ["| task | nnspec: mean (least–most) | PyTorch: mean (sd) |", "|---|---|---|", ...rows].join(
      "\n",
    ),
  );
process.exitCode = passed ? 0 : 1;

async function runTask(task: Task, seeds: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-accuracy-"));
  try {
    mkdirSync(join(folder, "data"));
    cpSync(task.data, join(folder, "data"), { recursive: true });
    cpSync(join(root, "bench/tasks", `${task.name}.nnspec`), join(folder, "task.nnspec"));
    const found: number[] = [];
    const backends = new Set<string>();
    for (let seed = 1; seed <= seeds; seed++) {
      const { accuracy, seconds, backend } = await trainOnce(folder, seed);
      console.log(
        `${task.name.padEnd(10)}  seed ${seed}: ${percent(accuracy)} in ${seconds.toFixed(1)} s on ${backend}`,
      );
      found.push(accuracy);
      backends.add(backend);
    }
    const mean = found.reduce((sum, accuracy) => sum + accuracy, 0) / found.length;
    const good = mean >= task.mean - task.deviation;
    console.log(
      `${task.name.padEnd(10)}  mean ${percent(mean)}; PyTorch ${percent(task.mean)} (${percent(task.deviation)})  ${good ? "ok" : "TOO LOW"}`,
    );
    rows.push(
      `| ${task.name} | ${percent(mean)} (${percent(Math.min(...found))}–${percent(Math.max(...found))}), ${found.length} seeds, ${[...backends].join(", ")} | ${percent(task.mean)} (${percent(task.deviation)}) |`,
    );
    return good;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly accuracy: number;
  readonly seconds: number;
  readonly backend: string;
}

/** One training through the command line; the last event says how it ended. */
function trainOnce(folder: string, seed: number): Promise<Outcome> {
  const command = [
    "--import",
    "tsx",
    join(root, "src/tools/cli/main.ts"),
    "train",
    join(folder, "task.nnspec"),
  ];
  const options = [
    "--seed",
    String(seed),
    "--backend",
    values.backend,
    "--format",
    "json",
    "--run-dir",
    join(folder, `seed-${seed}`),
  ];
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, [...command, ...options], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const outcome = readOutcome(output);
      if (code === 0 && outcome !== undefined) settle(outcome);
      else reject(new Error(`training ended with code ${code} and said:\n${output.slice(-2000)}`));
    });
  });
}

function readOutcome(output: string): Outcome | undefined {
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  const events = lines.map(
    (line) =>
      JSON.parse(line) as {
        event?: string;
        test?: { accuracy?: number };
        seconds?: number;
        backend?: string;
      },
  );
  const end = events.findLast(({ event }) => event === "end");
  if (end?.test?.accuracy === undefined || end.seconds === undefined || end.backend === undefined)
    return undefined;
  return { accuracy: end.test.accuracy, seconds: end.seconds, backend: end.backend };
}
