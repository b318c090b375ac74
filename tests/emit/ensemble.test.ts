import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensembleFiles, trainersOf } from "../../src/targets/trainer/build.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import { check } from "../../src/compiler/check.ts";
import { decodeSafetensors, type TensorFile } from "../../src/runtime/safetensors.ts";
import { lintsOff } from "../support/lints-off.ts";
import { digits, eventsOf, repository, runIn } from "./support/folder.ts";
import { digitsData } from "./support/spec.ts";

const text = `nnspec 1
dim B
${digitsData}
model Small(image: f32[B, px: 64]) -> f32[B, 10] { return image -> dense(12) as h -> relu -> dropout(0.1) -> dense(10) as logits }
model Smooth(image: f32[B, px: 64]) -> f32[B, 10] { return image -> dense(16) as h -> tanh -> dense(10) as logits }
recipe Common { loss: cross_entropy(logits, label), batch: 64, epochs: 4, optimizer: adam(0.02), metrics: (accuracy, top(2)) }
train Small on Digits with Common
train Smooth on Digits with Common
train Small on Digits as Cycles with Common { schedule: cosine(to: 0, restart: 1 epoch), save: every(1 epoch), keep: last }
ensemble Three { members: runs(Small, count: 3) }
ensemble Votes { members: (Small, runs(Smooth, count: 2)), combine: vote }
ensemble Path { members: snapshots(Cycles, last: 3) }
`;

let root: string;
const folderOf = (name: string) => join(root, name.toLowerCase());

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "nnspec-ensemble-"));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"), "junction");
  const { value, diagnostics } = check(
    { path: "spec.nnspec", text },
    { set: new Map(), lints: lintsOff, read: () => ({ problem: "missing" }) },
  );
  expect(diagnostics).toEqual([]);
  for (const ensemble of value!.ensembles) {
    const trainers = trainersOf(value!, ensemble).map(async ({ run, folder }) =>
      (await emit(compileRun(run, { member: true }), value!, { pathFromFolder: () => digits })).map(
        (file) => ({ ...file, path: join(folder, file.path) }),
      ),
    );
    for (const { path, text: content } of [
      ...(await ensembleFiles(value!, ensemble)),
      ...(await Promise.all(trainers)).flat(),
    ]) {
      const target = join(folderOf(ensemble.name), path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface End {
  readonly test: Record<string, number>;
  readonly members: readonly { readonly name: string; readonly metrics: Record<string, number> }[];
}

async function trained(name: string): Promise<End> {
  const { stdout, code } = await runIn(folderOf(name), "ensemble.ts", [
    "--backend",
    "wasm",
    "--format",
    "json",
  ]);
  expect(code).toBe(0);
  return eventsOf(stdout).at(-1) as unknown as End;
}

/** The test rows as the trainer prepares them, written by the trainer of a member. */
async function testRows(
  name: string,
  trainer: string,
): Promise<readonly { readonly pixels: readonly number[]; readonly label: number }[]> {
  writeFileSync(
    join(folderOf(name), trainer, "rows.ts"),
    `import { loadData } from "./data.ts";
const { test } = await loadData(0);
const column = (field: string) => test!.dataset.columns.get(field)!.values;
console.log(JSON.stringify([...test!.rows].map((row) => ({ pixels: [...column("image").slice(row * 64, row * 64 + 64)], label: column("label")[row] }))));`,
  );
  return JSON.parse((await runIn(folderOf(name), `${trainer}/rows.ts`)).stdout) as readonly {
    pixels: number[];
    label: number;
  }[];
}

/** dense → activation → dense in float64. */
function logits(
  file: TensorFile,
  pixels: readonly number[],
  activation: (x: number) => number,
): number[] {
  const dense = (path: string, input: readonly number[]) => {
    const [weight, bias] = [file.tensors.get(`${path}.weight`)!, file.tensors.get(`${path}.bias`)!];
    return [...bias.values].map((start, unit) =>
      input.reduce(
        (sum, x, place) => sum + x * weight.values[place * bias.values.length + unit]!,
        start,
      ),
    );
  };
  return dense("logits", dense("h", pixels).map(activation));
}

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return powers.map((power) => power / powers.reduce((sum, each) => sum + each, 0));
}

const relu = (x: number) => Math.max(x, 0);
const weights = (name: string, file: string) =>
  decodeSafetensors(Uint8Array.from(readFileSync(join(folderOf(name), "run", file))), file);

/** Loss, accuracy and top 2 of a distribution for each row. */
function metricsOf(
  rows: readonly { readonly label: number }[],
  distributions: readonly (readonly number[])[],
) {
  const mean = (value: (distribution: readonly number[], label: number) => number) =>
    rows.reduce((sum, { label }, index) => sum + value(distributions[index]!, label), 0) /
    rows.length;
  return {
    loss: mean((p, label) => -Math.log(Math.max(p[label]!, 1e-12))),
    accuracy: mean((p, label) => Number(p.indexOf(Math.max(...p)) === label)),
    top: mean((p, label) => Number(p.filter((other) => other > p[label]!).length < 2)),
  };
}

describe("an ensemble", () => {
  test("of independent members has the metrics of their mean probabilities, on rows that none of them was trained on", async () => {
    const end = await trained("Three");
    const rows = await testRows("Three", "small");
    const members = [1, 2, 3].map((number) =>
      weights("Three", `member-${number}/best.safetensors`),
    );
    const said = members.map((file) =>
      rows.map(({ pixels }) => softmax(logits(file, pixels, relu))),
    );
    const together = rows.map((_, row) =>
      said[0]![row]!.map((_, index) => said.reduce((sum, each) => sum + each[row]![index]!, 0) / 3),
    );
    const expected = metricsOf(rows, together);
    expect(end.test["loss"]).toBeCloseTo(expected.loss, 5);
    expect(end.test["accuracy"]).toBeCloseTo(expected.accuracy, 6);
    expect(end.test["top"]).toBeCloseTo(expected.top, 6);
    for (const [index, { metrics }] of end.members.entries()) {
      const alone = metricsOf(rows, said[index]!);
      expect(metrics["loss"]).toBeCloseTo(alone.loss, 4);
      expect(metrics["accuracy"]).toBeCloseTo(alone.accuracy, 6);
    }
    // The mean of probabilities is never worse than the mean member, as −log is convex (Jensen).
    expect(end.test["loss"]).toBeLessThan(
      end.members.reduce((sum, { metrics }) => sum + metrics["loss"]!, 0) / 3,
    );
    expect(new Set(members.map((file) => file.metadata["member"]))).toEqual(
      new Set(["1", "2", "3"]),
    );
    expect(new Set(members.map((file) => file.metadata["seed"]))).toEqual(new Set(["0"]));
    expect(new Set(members.map((file) => file.tensors.get("h.weight")!.values[0])).size).toBe(3);
  });

  test("of several models votes", async () => {
    const end = await trained("Votes");
    const rows = await testRows("Votes", "small");
    const best = (number: number) => weights("Votes", `member-${number}/best.safetensors`);
    const votes = rows.map(({ pixels }) => {
      const scores = [
        logits(best(1), pixels, relu),
        logits(best(2), pixels, Math.tanh),
        logits(best(3), pixels, Math.tanh),
      ];
      return Array.from(
        { length: 10 },
        (_, label) => scores.filter((each) => each.indexOf(Math.max(...each)) === label).length / 3,
      );
    });
    const expected = metricsOf(rows, votes);
    expect(end.test["accuracy"]).toBeCloseTo(expected.accuracy, 2);
    expect(end.test["loss"]).toBeCloseTo(expected.loss, 1);
    expect(end.members.map(({ name }) => name)).toEqual(["Small 1", "Smooth 1", "Smooth 2"]);
  });

  test("of snapshots is one training and its last saves", async () => {
    const end = await trained("Path");
    expect(end.members.map(({ name }) => name)).toEqual([
      "Cycles 1 after epoch 2",
      "Cycles 1 after epoch 3",
      "Cycles 1 after epoch 4",
    ]);
    const measured = await runIn(folderOf("Path"), "ensemble.ts", [
      "--evaluate",
      "run",
      "--backend",
      "cpu",
      "--format",
      "json",
    ]);
    const { test: other } = eventsOf(measured.stdout).at(-1) as unknown as End;
    expect(other["accuracy"]).toBeCloseTo(end.test["accuracy"]!, 6);
    expect(other["loss"]).toBeCloseTo(end.test["loss"]!, 5);
  });

  test("passes the strict compiler, and predicts with one line a row", async () => {
    const { stdout } = spawnSync(
      process.execPath,
      [join(repository, "node_modules/typescript/bin/tsc"), "-p", folderOf("Votes")],
      { encoding: "utf8" },
    );
    expect(stdout).toBe("");
    const rows = JSON.stringify(
      Array.from({ length: 3 }, (_, row) =>
        Array.from({ length: 64 }, (_, index) => (index * (row + 3)) % 17),
      ),
    );
    const { stdout: lines, stderr } = await runIn(
      folderOf("Votes"),
      "predict.ts",
      ["--run-dir", "run", "--backend", "wasm"],
      rows,
    );
    expect(stderr).toBe("");
    const predictions = lines
      .trim()
      .split("\n")
      .map(
        (line) =>
          JSON.parse(line) as {
            class: string;
            probability: number;
            probabilities: Record<string, number>;
          },
      );
    expect(predictions).toHaveLength(3);
    for (const { class: label, probability, probabilities } of predictions) {
      expect(probabilities[label]).toBe(probability);
      expect(probability * 3).toBeCloseTo(Math.round(probability * 3), 9);
    }
  });
});
