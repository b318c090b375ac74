import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  actions,
  allCells,
  chosenCells,
  countSkipped,
  nameOf,
  type Cell,
} from "../../scripts/matrix/cells.ts";
import { reportOf } from "../../scripts/matrix/report.ts";
import { runCells } from "../../scripts/matrix/run-cells.ts";
import { run } from "../../scripts/matrix/run.ts";
import { chromium, skipLoudly } from "../support/gl.ts";

/** A share of `npm run matrix`. The limit is one against hanging on a machine that does other things too, no measurement. */
const limit = 60;
const machine = { node: process.execPath, version: process.versions.node, limit };

const folder = mkdtempSync(join(tmpdir(), "nnspec-matrix-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Those that waited without end: what measures a plan without a use for threads, on several cores, with nothing remembered. */
const thatHung = ["eval", "predict", "train.ts --evaluate", "predict.ts", "loadModel"].flatMap(
  (action) => chosenCells(["node", "digits", action, "auto", "threads=auto", "cold", "all-cores"]),
);

const others = [
  ["train", "wasm", "threads=5", "one-core"],
  ["resume", "auto", "threads=2", "damaged", "all-cores"],
  ["inspect", "auto", "one-core"],
  ["eval", "auto", "threads=auto", "warm", "one-core"],
  ["predict.ts", "auto", "threads=5", "damaged", "all-cores"],
  ["loadModel", "auto", "threads=auto", "damaged", "one-core"],
  ["train.ts --evaluate", "cpu", "one-core"],
].flatMap((words) => chosenCells(["node", "digits", ...words]));

async function endAll(name: string, cells: readonly Cell[]): Promise<void> {
  const outcomes = await runCells(cells, join(folder, name), { machine });
  expect(outcomes.map(({ cell, problem }) => `${nameOf(cell)}: ${problem ?? "right"}`)).toEqual(
    cells.map((cell) => `${nameOf(cell)}: right`),
  );
}

describe("in Node", () => {
  test.runIf(availableParallelism() > 1)(
    "what waited without end on several cores ends, and says what it should",
    () => endAll("hung", thatHung),
    900_000,
  );

  test("and so do others", () => endAll("others", others), 900_000);
});

describe.skipIf(skipLoudly("the matrix in Chromium", chromium()))("in pages", () => {
  test("a model is loaded and measured with nothing remembered, isolated or not", async () => {
    const cells = ["loadModel", "train.ts --evaluate"].flatMap((action) =>
      chosenCells(["page", "digits", action, "auto", "threads=auto", "cold"]),
    );
    expect(cells).toHaveLength(4);
    await endAll("pages", cells);
  }, 900_000);
});

describe("the matrix itself", () => {
  test("has each combination once, as a cell or with a reason why it means nothing", () => {
    const skipped = [...countSkipped().values()].reduce((sum, count) => sum + count, 0);
    const cells = chosenCells([]);
    expect(cells.length + skipped).toBe(allCells().length);
    expect(new Set(cells.map(nameOf)).size).toBe(cells.length);
    for (const action of actions)
      for (const place of action === "train" || action === "loadModel"
        ? ["node", "page"]
        : ["node"])
        expect(
          chosenCells([place, action, "auto", "cold"]).length,
          `${place} ${action}`,
        ).toBeGreaterThan(0);
    expect(thatHung.length + others.length).toBe(12);
  });

  test("ends what does not end, with all that it has started, and counts it as failed", async () => {
    const [cell] = chosenCells([]) as [Cell];
    const script = `require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }); setInterval(() => {}, 1000);`;
    const { problem, seconds, processorSeconds } = await run([process.execPath, "-e", script], {
      cache: folder,
      limit: 1,
    });
    expect(problem).toBe("no end within 1 s");
    const outcomes = [
      { cell, seconds, processorSeconds, problem },
      { cell, seconds: 0.5, processorSeconds: 0.25, problem: undefined },
      { cell, seconds: 11, processorSeconds: 3, problem: undefined },
    ];
    const skipped = new Map([["a reason", 2]]);
    const byClock = reportOf(outcomes, { limit: 10, byCpu: false, skipped });
    expect(byClock.failed).toBe(2);
    expect(byClock.text).toContain("no end within 1 s");
    expect(byClock.text).toContain("it took 11.0 s");
    expect(byClock.text).toContain(
      "3 cells: 1 ended within 10 s and were right, 2 failed. 2 combinations mean nothing (a reason: 2).",
    );
    expect(reportOf(outcomes, { limit: 10, byCpu: true, skipped }).failed).toBe(1);
  });

  test("a command that fails is no success", async () => {
    const { problem } = await run([process.execPath, "-e", "process.exit(3)"], {
      cache: folder,
      limit,
    });
    expect(problem).toBe("exit code 3");
  });
});
