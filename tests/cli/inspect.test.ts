import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { nnspec } from "./run.ts";

const iris = resolve("examples/iris.nnspec");
const folder = mkdtempSync(join(tmpdir(), "nnspec-inspect-cli-"));

describe("inspect", () => {
  test("one run: its values and gradients, the weights and a verdict; piped text is plain; nothing is left behind", () => {
    const { status, stdout, stderr } = nnspec(["inspect", iris, "--backend", "cpu"], {
      cwd: folder,
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(
      /^How \w+ begins: \d+ rows of Iris through \w+ \(cpu, seed \d+\), loss [\d.]+$/m,
    );
    expect(stdout).toMatch(/^gradient at /m);
    expect(stdout).toMatch(/: healthy$/m);
    expect(stdout).toMatch(
      /^\w+: cpu computes what the float64 interpreter does, within rounding: /m,
    );
    expect(stdout).not.toContain("\u001b");
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });

  test("json has the statistics and the findings, the page is written where it is asked for", () => {
    const { status, stdout, stderr } = nnspec(
      ["inspect", iris, "--format", "json", "--seed", "3", "--html", "page.html"],
      { cwd: folder },
    );
    expect(status, stderr).toBe(0);
    const { runs } = JSON.parse(stdout) as {
      runs: {
        seed: number;
        backend: string;
        verdicts: unknown[];
        verification: { isBeyond: boolean; sentence: string };
        values: { name: string; value: { histogram: { counts: number[] } }; findings: unknown[] }[];
      }[];
    };
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({
      seed: 3,
      verdicts: [],
      verification: { isBeyond: false, sentence: expect.stringContaining("within rounding") },
    });
    expect(runs[0]!.values[0]!.value.histogram.counts).toHaveLength(32);
    expect(readFileSync(join(folder, "page.html"), "utf8")).toMatch(/^<!doctype html>/);
  });

  test("what is wrong is said in a line: an unknown run, a missing file of data", () => {
    expect(nnspec(["inspect", iris, "--run", "Nothing"])).toMatchObject({ status: 2 });
    const missing = nnspec(["inspect", iris, "--data", "Iris=nowhere.csv"], { cwd: folder });
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain("nowhere.csv");
    expect(missing.stderr).not.toMatch(/\n +at /);
  });
});

describe("train --inspect init", () => {
  test("reports, keeps the page, then trains; events stay one object a line", () => {
    const { status, stdout, stderr } = nnspec(
      [
        "train",
        iris,
        "--inspect",
        "init",
        "--epochs",
        "1",
        "--run-dir",
        "seen",
        "--format",
        "json",
        "--backend",
        "wasm",
      ],
      { cwd: folder },
    );
    expect(status, stderr).toBe(0);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(events.map(({ event }) => event)).toEqual(["inspect", "start", "epoch", "end"]);
    expect(existsSync(join(folder, "seen/inspection.html"))).toBe(true);
  });

  test("does not go with --resume", () => {
    const { status, stderr } = nnspec(
      ["train", iris, "--inspect", "init", "--run-dir", "seen", "--resume"],
      { cwd: folder },
    );
    expect(status).toBe(2);
    expect(stderr).toContain("before it is trained");
  });
});
