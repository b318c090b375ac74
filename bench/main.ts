/**
 * Trains the same networks on the same batches from the same weights with nnspec and with others, in interleaved rounds:
 *
 *     npm run bench -- [--workload W1,W2] [--peers all|none|names] [--backend wasm,cpu] [--threads 1,2] [--rounds n]
 *                      [--milliseconds n] [--clock wall|cpu] [--json] [--write]
 *     npm run bench -- costs [--write]       check, build, start, bundle, memory
 *     npm run bench -- service [--write]     what an editor waits for after a keystroke
 *     npm run bench -- kernels W2            what each kernel of the WebAssembly module takes
 *     npm run bench -- accuracy …            test accuracy of four tasks over five seeds (bench/accuracy.ts)
 *
 * `--write` puts the tables into docs/performance.md. All that is made on the way lies in runs/bench/.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, type Clock, type Outcome } from "./compare.ts";
import { benchFolder, root } from "./job.ts";
import { costsTable, measureCosts } from "./costs.ts";
import { kernelTable, timeKernels } from "./kernels.ts";
import { nnspecPeer, peers, type Peer } from "./peers.ts";
import { machine, plainTable, tableOf, writePart } from "./report.ts";
import { serviceTable } from "./service.ts";
import { workloads, type Workload } from "./workloads.ts";

const options = {
  workload: { type: "string", default: "W1,W2,W3,W4" },
  peers: { type: "string", default: "all" },
  backend: { type: "string" },
  threads: { type: "string", default: "1" },
  rounds: { type: "string", default: "7" },
  milliseconds: { type: "string", default: "500" },
  clock: { type: "string", default: "wall" },
  json: { type: "boolean", default: false },
  write: { type: "boolean", default: false },
} as const;

const [command] = process.argv.slice(2);
if (command === "accuracy") {
  const { status } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(benchFolder, "accuracy.ts"), ...process.argv.slice(3)],
    { stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
} else {
  const { values } = parseArgs({ options, allowPositionals: true });
  if (command === "costs") await reportCosts(values.write);
  else if (command === "service") reportService(values.write);
  else if (command === "kernels") await reportKernels(process.argv[3] ?? "W1,W2,W3,W4");
  else await reportSpeed(values);
}

async function reportCosts(write: boolean): Promise<void> {
  const table = costsTable(await measureCosts());
  console.log(table);
  if (write) writePart("costs", table);
}

function reportService(write: boolean): void {
  const table = serviceTable();
  console.log(table);
  if (write) writePart("service", table);
}

async function reportKernels(names: string): Promise<void> {
  for (const workload of chooseWorkloads(names))
    console.log(
      `${workload.name}: ${workload.about}\n\n${kernelTable(await timeKernels(workload))}\n`,
    );
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

async function reportSpeed(values: Values): Promise<void> {
  const chosen = chooseWorkloads(values.workload);
  const everybody = [...ourselves(values), ...choosePeers(values.peers, values.threads)];
  const clock: Clock = values.clock === "cpu" ? "cpu" : "wall";
  const settings = {
    rounds: Number(values.rounds),
    milliseconds: Number(values.milliseconds),
    clock,
    say: (text: string) => console.error(text),
  };
  const outcomes: Outcome[] = [];
  for (const workload of chosen) {
    const found = await compare(workload, everybody, settings);
    outcomes.push(...found);
    if (!values.json) console.log(`\n${workload.name}: ${workload.about}\n${plainTable(found)}`);
  }
  if (values.json)
    console.log(
      JSON.stringify(
        {
          machine: machine(),
          date: new Date().toISOString(),
          clock,
          rounds: settings.rounds,
          outcomes,
        },
        undefined,
        2,
      ),
    );
  const table = tableOf(
    outcomes,
    chosen.map(({ name }) => name),
  );
  if (values.write)
    writePart(
      "speed",
      `${table}\n\n${settings.rounds} interleaved rounds of ${settings.milliseconds} ms; ${clock === "cpu" ? "steps per second of processor time" : "steps per second of the clock"}.`,
    );
}

function chooseWorkloads(names: string): readonly Workload[] {
  return names.split(",").map((name) => {
    const workload = workloads.find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
    if (workload === undefined)
      throw new Error(
        `There is no workload ${name}; there are ${workloads.map((one) => one.name).join(", ")}.`,
      );
    return workload;
  });
}

function choosePeers(names: string, threads: string): readonly Peer[] {
  if (names === "none") return [];
  if (names === "all")
    return peers.filter(({ name }) => threads !== "1" || !name.endsWith("threads"));
  return names.split(",").map((name) => {
    const peer = peers.find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
    if (peer === undefined)
      throw new Error(
        `There is no peer ${name}; there are ${peers.map((one) => one.name).join(", ")}.`,
      );
    return peer;
  });
}

/** nnspec on every backend asked for; without a wish on all that a trainer has on any machine. */
function ourselves({ backend, threads }: Values): readonly Peer[] {
  const backends = (backend ?? defaultBackends()).split(",");
  return backends.flatMap((name) =>
    name === "wasm"
      ? threads.split(",").map((count) => nnspecPeer(name, Number(count)))
      : [nnspecPeer(name)],
  );
}

function defaultBackends(): string {
  return existsSync(join(root, "src/runtime/wasm-device.ts")) ? "wasm,cpu" : "cpu";
}
