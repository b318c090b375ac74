import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchFolder, root } from "./job.ts";
import { figures, median } from "./statistics.ts";

/** What a process has cost: milliseconds by the clock, of its main thread, of all its threads; MiB. */
interface Spent {
  readonly clock: number;
  /** Where the system counts it. */
  readonly main: number | null;
  readonly all: number;
  readonly memory: number;
}

interface Command {
  readonly what: string;
  /** `folder` is one that the command may write into. */
  readonly words: (folder: string) => readonly string[];
  /** It is ended when it writes its first line. */
  readonly untilLine?: boolean;
  readonly wanted: string;
}

const nothing: Command = { what: "`node -e 0`", words: () => ["-e", "0"], wanted: "" };

const commands: readonly Command[] = [
  {
    what: "`build` of W3",
    words: (folder) => ["dist/nnspec.js", "build", "bench/w3.nnspec", "--out", folder],
    wanted: "≤ 9 ×, ≤ 200 MB",
  },
  {
    what: "`build` of the transformer",
    words: (folder) => ["dist/nnspec.js", "build", "examples/transformer.nnspec", "--out", folder],
    wanted: "≤ 18 ×, ≤ 200 MB",
  },
  {
    what: "`train` of digits, up to its first step",
    words: (folder) => [
      ...["dist/nnspec.js", "train", "examples/digits.nnspec"],
      ...["--run-dir", folder, "--format", "json"],
    ],
    untilLine: true,
    wanted: "≤ 4 ×",
  },
];

/**
 * Medians of rounds in which `node -e 0` and the commands take turns. Where the machine does other things too, the clock says
 * little: what the main thread took is what the clock says of an idle machine with two cores, where compiling and collecting go on beside it.
 */
export function measureSpent(
  rounds = 5,
): readonly { what: string; measured: string; wanted: string }[] {
  const all = [nothing, ...commands];
  const spent = new Map<Command, Spent[]>(all.map((command) => [command, []]));
  for (let round = 0; round < rounds; round++)
    for (const command of all) spent.get(command)!.push(run(command));
  const medians = (command: Command, of: keyof Spent): number =>
    median(spent.get(command)!.map((one) => one[of] ?? Number.NaN));
  const ratio = (command: Command, of: keyof Spent): string =>
    `${figures(medians(command, of) / medians(nothing, of))} ×`;
  return commands.map((command) => ({
    what: command.what,
    measured: `clock ${ratio(command, "clock")}, main thread ${ratio(command, "main")}, all threads ${ratio(command, "all")} \`node -e 0\`; ${figures(medians(command, "memory"))} MiB`,
    wanted: command.wanted,
  }));
}

function run({ what, words, untilLine }: Command): Spent {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-spent-"));
  try {
    const { output, stderr } = spawnSync(
      process.execPath,
      ["--import", join(benchFolder, "peers/spent.mjs"), ...words(join(folder, "made"))],
      {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "ignore", "pipe", "pipe"],
        env: { ...process.env, ...(untilLine === true && { SPENT_AT: "line" }) },
      },
    );
    const told = output[3];
    if (!told) throw new Error(`${what}: ${stderr.trim()}`);
    return JSON.parse(told) as Spent;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1]?.endsWith("spent.ts"))
  for (const { what, measured } of measureSpent()) console.log(`${what}: ${measured}`);
