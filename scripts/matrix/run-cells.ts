import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Cell, Example } from "./cells.ts";
import { runNodeCell, type Machine, type Outcome } from "./node-cells.ts";
import { openPages, type Pages } from "./page-cells.ts";
import { prepare, type Prepared } from "./prepare.ts";

/** Runs cells one after the other, in a folder that is made for them. */
export async function runCells(
  cells: readonly Cell[],
  folder: string,
  options: {
    readonly machine: Machine;
    readonly each?: (outcome: Outcome, count: number) => void;
  },
): Promise<readonly Outcome[]> {
  const { machine, each } = options;
  const prepared = new Map<Example, Prepared>();
  for (const example of new Set(cells.map((cell) => cell.example)))
    prepared.set(example, await prepare(example, join(folder, example), machine.node));
  const pages = cells.some(({ place }) => place !== "node")
    ? await openPages(prepared, machine.limit)
    : undefined;
  const outcomes: Outcome[] = [];
  try {
    for (const [number, cell] of cells.entries()) {
      const outcome = await runCell(cell, number, prepared.get(cell.example)!, pages, machine);
      outcomes.push(outcome);
      each?.(outcome, outcomes.length);
    }
  } finally {
    await pages?.close();
  }
  return outcomes;
}

async function runCell(
  cell: Cell,
  number: number,
  prepared: Prepared,
  pages: Pages | undefined,
  machine: Machine,
): Promise<Outcome> {
  if (cell.place !== "node") return pages!.run(cell, number);
  const own = join(prepared.folder, `cell-${number}`);
  try {
    return await runNodeCell(cell, prepared, own, number, machine);
  } finally {
    for (const made of [own, `${own}-run`]) rmSync(made, { recursive: true, force: true });
  }
}
