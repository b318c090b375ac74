import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { benchFolder, workFolder, type PreparedJob } from "./job.ts";
import type { Workload } from "./workloads.ts";
import type { Command } from "./worker.ts";

/** Somebody who trains the workloads. */
export interface Peer {
  readonly name: string;
  readonly about: string;
  /** Why it cannot train this workload; undefined where it can. */
  readonly refuses: (workload: Workload) => string | undefined;
  /** Why it cannot run on this machine; may install what is missing. */
  readonly missing: () => string | undefined;
  readonly command: (job: PreparedJob) => Command;
  /** What it computes is not the same (another loss, another optimiser), so losses are not compared. */
  readonly differs?: (workload: Workload) => string | undefined;
}

const pinned: readonly string[] =
  spawnSync("taskset", ["-c", "0", "true"]).status === 0 ? ["taskset", "-c", "0"] : [];

/** Node with TypeScript, on one core where the system can pin a process. */
function node(script: string, args: readonly string[], threads = 1): Command {
  const [program = "", ...rest] = [
    ...(threads === 1 ? pinned : []),
    process.execPath,
    "--import",
    "tsx",
    join(benchFolder, "peers", script),
    ...args,
  ];
  return { program, args: rest };
}

/** nnspec on one of its backends. */
export function nnspecPeer(backend: string, threads = 1): Peer {
  return {
    name: threads === 1 ? `nnspec ${backend}` : `nnspec ${backend}, ${threads} threads`,
    about: "the step of the generated trainer",
    refuses: () => undefined,
    missing: () => undefined,
    command: ({ job, trainer }) =>
      node("nnspec.ts", [job, trainer, backend, String(threads)], threads),
  };
}

const convolutional = (workload: Workload): string | undefined =>
  workload.network.kind === "dense" ? undefined : "no convolutions";
const upToW4 = (workload: Workload): string | undefined =>
  workload.network.kind === "resnet20" ? "not written for it" : undefined;

const ceiling: Peer = {
  name: "ceiling",
  about:
    "the step written by hand in C for WebAssembly SIMD (ceiling/ceiling-trainer.c, clang 14 -O3)",
  refuses: (workload) => (workload.network.kind === "resnet20" ? "not written for it" : undefined),
  missing: () => {
    const compiler = process.env["CLANG"] ?? "clang-14";
    if (spawnSync(compiler, ["--version"]).status !== 0)
      return `there is no ${compiler} (Debian: clang-14, lld-14)`;
    for (const number of ["1", "2", "3", "4"]) {
      const built = spawnSync(
        join(benchFolder, "ceiling/build.sh"),
        [number, ceilingFile(number)],
        { encoding: "utf8" },
      );
      if (built.status !== 0) return `it does not compile: ${built.stderr.trim()}`;
    }
    return undefined;
  },
  command: ({ job, workload }) => node("ceiling.ts", [job, ceilingFile(workload.name.slice(1))]),
};

const ceilingFile = (number: string): string => join(workFolder, `ceiling-${number}.wasm`);

function pytorch(threads: number): Peer {
  return {
    name: threads === 1 ? "PyTorch" : `PyTorch, ${threads} threads`,
    about: "eager",
    refuses: () => undefined,
    missing: () =>
      spawnSync("/usr/bin/python3", ["-c", "import torch"]).status === 0
        ? undefined
        : "there is no torch for /usr/bin/python3 (Debian: python3-torch)",
    command: ({ job }) => {
      const [program = "", ...args] = [
        ...(threads === 1 ? pinned : []),
        "/usr/bin/python3",
        join(benchFolder, "peers/pytorch.py"),
        job,
      ];
      const count = String(threads);
      return {
        program,
        args,
        environment: { OPENBLAS_NUM_THREADS: count, OMP_NUM_THREADS: count, NNSPEC_THREADS: count },
      };
    },
  };
}

/** A library of bench/package.json, installed when it is asked for. */
function library(
  name: string,
  script: string,
  options: {
    readonly args?: readonly string[];
    readonly refuses?: Peer["refuses"];
    readonly differs?: Peer["differs"];
  },
): Peer {
  return {
    name,
    about: "see bench/package.json",
    refuses: options.refuses ?? upToW4,
    missing: installPeers,
    command: ({ job }) => node(script, [job, ...(options.args ?? [])]),
    ...(options.differs === undefined ? {} : { differs: options.differs }),
  };
}

function installPeers(): string | undefined {
  if (existsSync(join(benchFolder, "node_modules/@jax-js/jax"))) return undefined;
  console.error("Installing the peers into bench/node_modules …");
  const { status, stderr } = spawnSync(
    "npm",
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    { cwd: benchFolder, encoding: "utf8" },
  );
  return status === 0 ? undefined : `npm ci in bench/ failed: ${stderr.trim().split("\n").at(-1)}`;
}

/** Everybody but nnspec, in the order of the table. */
export const peers: readonly Peer[] = [
  ceiling,
  pytorch(1),
  pytorch(2),
  library("tfjs cpu", "tfjs.mjs", { args: ["cpu"] }),
  library("tfjs wasm", "tfjs.mjs", {
    args: ["wasm"],
    refuses: (workload) =>
      workload.network.kind === "dense" ? undefined : "no gradient of convolutions",
  }),
  library("jax-js", "jax.mjs", { refuses: () => undefined }),
  library("brain.js", "brain.mjs", {
    refuses: convolutional,
    differs: () => "one row at a time, squared error",
  }),
  library("ConvNetJS", "convnet.mjs", {
    differs: ({ optimizer }) =>
      optimizer.kind === "adam" ? "float64; no Adam, so Adadelta" : undefined,
  }),
];
