import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import { runIn } from "../emit/support/folder.ts";
import { nnspecHere } from "./here.ts";
import { nnspec } from "./run.ts";

/** A checkpoint says what it belongs to: going on and measuring keep to that, or say what differs. */

const folder = mkdtempSync(join(tmpdir(), "nnspec-identity-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const at = { cwd: folder };
const plain = ["--backend", "wasm", "--threads", "1"] as const;

/** Three clusters; `shift` moves them all. */
function rows(count: number, names: readonly string[], shift = 0): string {
  const lines = Array.from({ length: count }, (_, row) => {
    const kind = row % names.length;
    const [a, b] = [Math.cos(row * 2.4) / 3 + 2 * kind + shift, Math.sin(row * 1.7) / 3 - kind];
    return `${a.toFixed(4)},${b.toFixed(4)},${names[kind]}`;
  });
  return `${lines.join("\n")}\n`;
}

const heading = "a,b,kind\n";
const names = ["bee", "cat", "dog"];

interface Written {
  readonly normalize?: string;
  readonly batch?: string;
  readonly optimizer?: string;
  readonly loss?: string;
}

function spec({
  normalize = "standardize",
  batch = "batch: 16",
  optimizer = "adam(0.01)",
  loss = "cross_entropy(logits, kind)",
}: Written = {}): string {
  return `nnspec 1
dim B
data D {
  x: f32[B, 2]
  kind: class[B] of 4
  source: csv("d.csv", target: "kind")
  normalize: ${normalize}
  split: (train: 70%, validation: 15%, test: 15%)
}
model Net(x: f32[B, 2]) -> f32[B, 4] {
  return x -> dense(8) as first -> relu -> dropout(0.1) -> dense(4) as logits
}
train Net on D {
  loss: ${loss}
  ${batch}
  epochs: 6
  optimizer: ${optimizer}
  schedule: warmup(20 steps) then cosine(to: 0)
  seed: 1
}
`;
}

async function train(...args: readonly string[]) {
  return nnspecHere(["train", ...args, ...plain], at);
}

const metadataOf = (path: string): Readonly<Record<string, string>> =>
  decodeSafetensors(new Uint8Array(readFileSync(join(folder, path))), path).metadata;

const ratesOf = (run: string): readonly number[] =>
  readFileSync(join(folder, run, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { rate: number }).rate);

beforeAll(async () => {
  write("d.csv", heading + rows(120, names));
  write("s.nnspec", spec());
  const { status, stderr } = await train("s.nnspec", "--run-dir", "run", "--epochs", "3");
  expect(status, stderr).toBe(0);
}, 600_000);

test("best, last and resume say what they belong to", () => {
  for (const file of ["best", "last", "resume"]) {
    const identity = JSON.parse(metadataOf(`run/${file}.safetensors`)["identity"]!);
    expect(identity).toMatchObject({
      settings: {
        model: expect.stringMatching(/^Net \([0-9a-f]{8}\)$/),
        loss: expect.stringContaining("cross_entropy(logits, kind"),
        rate: "0.01",
        batch: "16",
        epochs: "3",
        seed: "1",
        "normalize x": "standardize",
        split: "train 0.7, validation 0.15, test 0.15",
      },
      data: [{ part: "all", path: join(folder, "d.csv"), rows: 120 }],
      rows: { train: 84, validation: 18, test: 18 },
      versions: { trainer: expect.stringMatching(/^nnspec \d/), node: process.versions.node },
    });
    expect(identity.data[0].hash).toMatch(/^[0-9a-f]{16}$/);
  }
});

describe("a training is gone on with as it was", () => {
  const kept = "rate: 0.01 → 0.02";
  test.each([
    ["another batch", { batch: "batch: 64" }, ["batch: 16 → 64"], "--accept batch"],
    [
      "gathered batches",
      { batch: "accumulate: 2 batch: 16" },
      ["accumulate: none → 2"],
      "accumulate",
    ],
    [
      "another optimiser",
      { optimizer: "sgd(0.01)" },
      ["optimizer: adam(betas: (0.9, 0.999), epsilon: 1e-8) → sgd("],
      "train anew in another folder.",
    ],
    [
      "another rate",
      { optimizer: "adam(0.02)" },
      [kept],
      "To go on with what is new: --accept rate",
    ],
    [
      "another scale, another rate",
      { normalize: "scale(0 .. 1)", optimizer: "adam(0.02)" },
      ["normalize x: standardize → scale(range: 0 .. 1)", kept],
      "(rate may change: --accept rate.)",
    ],
    [
      "another loss",
      { loss: "cross_entropy(logits, kind, smoothing: 0.1)" },
      ["smoothing: 0) → cross_entropy(logits, kind, smoothing: 0.1)"],
      "train anew",
    ],
  ] as const)("or %s is refused by name", async (_, changed, differences, advice) => {
    write("changed.nnspec", spec(changed));
    const before = readFileSync(join(folder, "run/resume.safetensors"));
    const { status, stderr } = await train(
      ...["changed.nnspec", "--run-dir", "run", "--resume", "--epochs", "6"],
    );
    expect(status).toBe(2);
    for (const difference of differences) expect(stderr).toContain(difference);
    expect(stderr).toContain(advice);
    expect(stderr).not.toContain("epochs:");
    expect(readFileSync(join(folder, "run/resume.safetensors"))).toEqual(before);
  });

  test("a dropped rate of dropout and an activation are another model", async () => {
    write("other-model.nnspec", spec().replace("relu", "tanh"));
    const { status, stderr } = await train(
      ...["other-model.nnspec", "--run-dir", "run", "--resume", "--epochs", "6"],
    );
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/model: Net \(\w+\) → Net \(\w+\)/),
    ]);
  });

  test("with batches of another size where that is asked for, the schedule kept in rows", async () => {
    const whole = await train("s.nnspec", "--run-dir", "whole");
    expect(whole.status, whole.stderr).toBe(0);
    const begun = await train("s.nnspec", "--run-dir", "larger", "--epochs", "3");
    expect(begun.status, begun.stderr).toBe(0);
    const { status, stdout, stderr } = await train(
      ...["s.nnspec", "--run-dir", "larger", "--resume", "--set", "batch=42", "--epochs", "6"],
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("changed   batch: 16 → 42");
    expect(stdout).toContain("all epochs are done: 6 epochs, 24 steps");
    // 84 rows are 6 steps of 16 and 2 of 42: at the end of each epoch both schedules are in the same place.
    const [rates, expected] = [ratesOf("larger"), ratesOf("whole")];
    expect(rates).toHaveLength(6);
    for (const epoch of [3, 4, 5]) expect(rates[epoch]).toBeCloseTo(expected[epoch]!, 9);
  });

  test("by the program too", async () => {
    const begun = await train("s.nnspec", "--run-dir", "alone", "--epochs", "3");
    expect(begun.status, begun.stderr).toBe(0);
    const words = [...plain, "--run-dir", join(folder, "alone"), "--resume"];
    const refused = await runIn(join(folder, "alone/trainer"), "train.ts", words);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("epochs: 3 → 6")]);
    const gone = await runIn(join(folder, "alone/trainer"), "train.ts", [
      ...words,
      "--epochs",
      "4",
    ]);
    expect([gone.code, gone.stdout]).toEqual([
      0,
      expect.stringContaining("changed   epochs: 3 → 4"),
    ]);
  });
});

describe("eval without --data uses the rows, the classes and the scale of the checkpoint", () => {
  const measure = (run: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = nnspec(
      ["eval", run, "--format", "json", ...plain, ...args],
      at,
    );
    const end = stdout === "" ? {} : (JSON.parse(stdout.trim().split("\n").at(-1)!) as object);
    const { test: metrics, reason } = end as { test?: object; reason?: string };
    return { status, stderr, metrics, reason };
  };

  test("a file that has grown: what is new is left out, and that is said", async () => {
    const before = measure("run");
    expect(before).toMatchObject({ status: 0, reason: "measured on 18 rows", stderr: "" });
    // Classes are numbered by their names: `ant` would come first.
    write("d.csv", heading + rows(120, names) + rows(20, ["ant"], 5));
    try {
      const { stderr, ...after } = measure("run");
      expect(stderr).toContain("has grown since these weights were trained, from 120 rows to 140");
      expect(after).toEqual({ status: 0, reason: before.reason, metrics: before.metrics });
      const { status, stderr: why } = await train(
        ...["s.nnspec", "--run-dir", "run", "--resume", "--epochs", "6"],
      );
      expect([status, why]).toEqual([2, expect.stringMatching(/data: 120 rows .* → 140 rows/)]);
    } finally {
      write("d.csv", heading + rows(120, names));
    }
  });

  test("a heading in another order is the same file", () => {
    const before = measure("run");
    const turned = rows(120, names).replaceAll(/^(.*),(.*),(.*)$/gm, "$2,$1,$3");
    write("d.csv", "b,a,kind\n" + turned);
    try {
      expect(measure("run")).toEqual(before);
    } finally {
      write("d.csv", heading + rows(120, names));
    }
  });

  test("a file that has changed or shrunk: said", () => {
    try {
      write("d.csv", heading + rows(120, names, 0.5));
      expect(measure("run")).toMatchObject({
        status: 0,
        stderr: expect.stringMatching(/d\.csv has changed since these weights were trained: rows/),
      });
      write("d.csv", heading + rows(100, names));
      expect(measure("run")).toMatchObject({
        status: 0,
        stderr: expect.stringContaining("trained, and has 100 rows instead of 120:"),
      });
    } finally {
      write("d.csv", heading + rows(120, names));
    }
  });

  test("the file that training was given in the place of the spec's own", async () => {
    write("other.csv", heading + rows(60, names, 0.2));
    const bound = await train("s.nnspec", "--run-dir", "bound", "--data", "D=other.csv");
    expect(bound.status, bound.stderr).toBe(0);
    expect(measure("bound")).toMatchObject({ status: 0, stderr: "", reason: "measured on 9 rows" });
    const { status, stdout } = await train("s.nnspec", "--run-dir", "bound", "--resume");
    expect([status, stdout]).toEqual([0, expect.stringContaining("42 to train on")]);
  });

  test("a checkpoint that does not say it asks for --data", () => {
    copyFileSync(join(folder, "run/best.safetensors"), join(folder, "nameless.safetensors"));
    const bytes = readFileSync(join(folder, "nameless.safetensors"));
    const renamed = Buffer.from(
      bytes.toString("latin1").replace('"identity"', '"idenXXXX"'),
      "latin1",
    );
    writeFileSync(join(folder, "nameless.safetensors"), renamed);
    expect(measure("run", "--checkpoint", "nameless.safetensors")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("does not say which rows it was trained on"),
    });
  });
});
