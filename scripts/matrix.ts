/**
 * Runs every way in which a program of nnspec chooses what computes, and sees to it that each ends:
 *
 *     npm run matrix -- [--filter words] [--only-every n] [--limit seconds] [--clock wall|cpu] [--node path] [--list]
 *
 * A cell is a combination of place (node, isolated page, ordinary page), example, action, backend, threads, what is remembered of
 * the machine, and cores. `--filter "node digits loadModel auto cold threads=5 one-core"` keeps the cells with all these words.
 * Each cell must end within the limit (10 s); with `--clock cpu` its processor time counts instead, for a machine that does other
 * things too, and the clock's limit is six times that. Exit code 1 where one does not end, fails or says something else.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chosenCells, countSkipped, nameOf } from "./matrix/cells.ts";
import { reportOf } from "./matrix/report.ts";
import { runCells } from "./matrix/run-cells.ts";

const { values } = parseArgs({
  options: {
    filter: { type: "string", default: "" },
    "only-every": { type: "string", default: "1" },
    limit: { type: "string", default: "10" },
    clock: { type: "string", default: "wall" },
    node: { type: "string", default: process.execPath },
    list: { type: "boolean", default: false },
  },
});

const words = values.filter.split(/\s+/).filter((word) => word !== "");
const cells = chosenCells(words, Number(values["only-every"]));
if (values.list) for (const cell of cells) console.log(nameOf(cell));
else process.exitCode = await measure();

async function measure(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-matrix-"));
  const version = execFileSync(values.node, ["-p", "process.versions.node"]).toString().trim();
  const byCpu = values.clock === "cpu";
  const limit = Number(values.limit);
  const outcomes = await runCells(cells, folder, {
    machine: { node: values.node, version, limit: byCpu ? 6 * limit : limit },
    each: ({ cell, seconds, problem }, count) =>
      console.error(
        `${count}/${cells.length}  ${seconds.toFixed(1)} s  ${nameOf(cell)}${problem === undefined ? "" : `  FAILED: ${problem}`}`,
      ),
  });
  rmSync(folder, { recursive: true, force: true });
  const { text, failed } = reportOf(outcomes, { limit, byCpu, skipped: countSkipped() });
  console.log(`Node ${version}, load ${loadavg()[0]!.toFixed(1)}\n${text}`);
  return failed === 0 ? 0 : 1;
}
