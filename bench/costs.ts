import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { measureCold } from "./cold.ts";
import { measureSpent } from "./spent.ts";
import { benchFolder, prepareJob, root, workFolder, type PreparedJob } from "./job.ts";
import { nnspecPeer } from "./peers.ts";
import { figures, median } from "./statistics.ts";
import { workloads } from "./workloads.ts";
import { Worker } from "./worker.ts";

/** One line of the table: what it is, what was measured, what it should be. */
interface Cost {
  readonly what: string;
  readonly measured: string;
  readonly wanted: string;
}

/** Everything around the steps: the compiler's own times, the trainer's start, sizes and memory. */
export async function measureCosts(): Promise<readonly Cost[]> {
  const cold = measureCold();
  const jobs = new Map<string, PreparedJob>();
  for (const name of ["W1", "W2", "W3"])
    jobs.set(name, await prepareJob(workloads.find((one) => one.name === name)!));
  const backends = existsSync(join(root, "src/runtime/wasm-device.ts")) ? ["wasm", "cpu"] : ["cpu"];
  const costs: Cost[] = [
    {
      what: "`node -e 0`, the yardstick of how fast and free the machine is",
      measured: `${figures(cold.node)} ms`,
      wanted: "",
    },
    {
      what: "`check` of a file, cold",
      measured: `${figures(cold.check)} ms, ${figures(cold.check / cold.node)} × \`node -e 0\``,
      wanted: "≤ 5 ×",
    },
    {
      what: "`fmt` of a file, cold",
      measured: `${figures(cold.fmt)} ms, ${figures(cold.fmt / cold.node)} × \`node -e 0\``,
      wanted: "",
    },
    ...measureSpent(),
  ];
  for (const backend of backends) costs.push(...(await backendCosts(jobs, backend)));
  costs.push(...(await bundleCosts(jobs.get("W2")!)));
  return costs;
}

async function backendCosts(
  jobs: ReadonlyMap<string, PreparedJob>,
  backend: string,
): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  const attempt = async (
    what: string,
    wanted: string,
    measure: () => Promise<string>,
  ): Promise<void> => {
    const measured = await measure().catch(
      (error: unknown) => `not measured: ${error instanceof Error ? error.message : String(error)}`,
    );
    costs.push({ what: `${what}, ${backend}`, measured, wanted });
  };
  await attempt(
    "start of the W2 trainer to the end of its first step, as one file",
    "≤ 150 ms",
    async () => `${figures(await firstStep(jobs.get("W2")!, backend))} ms`,
  );
  await attempt(
    "peak memory of training W3",
    "",
    async () => `${figures(await peakMemory(jobs.get("W3")!, backend))} MiB`,
  );
  if (backend === "wasm")
    await attempt(
      "heap that grows in a step of W1",
      "0",
      async () => `${figures(heapGrowth(jobs.get("W1")!, backend))} bytes`,
    );
  return costs;
}

/** Milliseconds since the process was made, over five starts; the trainer is bundled, as tsx would read fifty files. */
async function firstStep({ trainer }: PreparedJob, backend: string): Promise<number> {
  const module = join(workFolder, "start/train.mjs");
  await build({
    entryPoints: [join(trainer, "train.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["gpu.js"],
    outfile: module,
    logLevel: "silent",
  });
  const script = join(workFolder, "start/first-step.mjs");
  await build({
    entryPoints: [join(benchFolder, "peers/first-step.ts")],
    platform: "node",
    format: "esm",
    outfile: script,
    logLevel: "silent",
  });
  const dataFolder = join(workFolder, "start/data");
  spawnSync("cp", ["-r", join(trainer, "data"), dataFolder]);
  const times = Array.from({ length: 5 }, () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [script, module, backend, join(workFolder, "start/run")],
      { encoding: "utf8" },
    );
    const line = stdout.split("\n").find((one) => one.startsWith("{"));
    if (line === undefined) throw new Error(stderr.trim().split("\n").at(-1));
    return (JSON.parse(line) as { milliseconds: number }).milliseconds;
  });
  return median(times);
}

async function peakMemory(job: PreparedJob, backend: string): Promise<number> {
  const worker = await Worker.start(nnspecPeer(backend).command(job), 120);
  try {
    return (await worker.run(1000)).memory / 2 ** 20;
  } finally {
    worker.stop();
  }
}

function heapGrowth({ job, trainer }: PreparedJob, backend: string): number {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", "--import", "tsx", join(benchFolder, "peers/heap.ts"), job, trainer, backend],
    { encoding: "utf8" },
  );
  const line = stdout.split("\n").find((one) => one.startsWith("{"));
  if (line === undefined) throw new Error(stderr.trim().split("\n").at(-1));
  return (JSON.parse(line) as { growth: number }).growth;
}

/** Minified for a browser, gzipped: all that the trainer's own code and kernels weigh, without and with gpu.js. */
async function bundleCosts({ trainer }: PreparedJob): Promise<readonly Cost[]> {
  const own = await bundleSize(trainer, ["gpu.js", "node:*"]);
  const whole = await bundleSize(trainer, ["node:*"]);
  return [
    {
      what: "browser bundle of the W2 trainer without gpu.js, gzipped",
      measured: `${figures(own)} KB`,
      wanted: "≤ 40 KB",
    },
    { what: "the same with gpu.js", measured: `${figures(whole)} KB`, wanted: "" },
  ];
}

async function bundleSize(trainer: string, external: readonly string[]): Promise<number> {
  // What a page imports; an older trainer has all in one file.
  const entry = ["training.ts", "train.ts"].map((file) => join(trainer, file)).find(existsSync)!;
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    external: [...external],
    write: false,
    outdir: workFolder,
    loader: { ".wasm": "binary" },
    logLevel: "silent",
  });
  const bytes = outputFiles.reduce(
    (total, file) => total + gzipSync(file.contents, { level: 9 }).length,
    0,
  );
  writeFileSync(
    join(workFolder, "bundle.txt"),
    outputFiles.map((file) => `${file.path} ${file.contents.length}`).join("\n"),
  );
  return bytes / 1000;
}

export function costsTable(costs: readonly Cost[]): string {
  const rows = costs.map(({ what, measured, wanted }) => `| ${what} | ${measured} | ${wanted} |`);
  return ["| cost | measured | wanted |", "|---|---|---|", ...rows].join("\n");
}
