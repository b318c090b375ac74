import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/runtime/safetensors.ts";
import { runIn } from "../emit/support/folder.ts";
import { nnspecHere } from "./here.ts";
import { nnspec } from "./run.ts";

/** A training whose numbers are none any more keeps what was good, says where that began, and ends with 3. */

const folder = mkdtempSync(join(tmpdir(), "nnspec-diverging-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = { cwd: folder };
const plain = ["--backend", "wasm", "--threads", "1"] as const;

interface Written {
  readonly optimizer?: string;
  readonly more?: string;
  readonly split?: string;
  readonly after?: string;
}

/** y = 3x − 1, without noise; the third epoch ends well, and the fourth has a rate that nothing survives. */
function spec({ optimizer = "sgd(0.1)", more = "", split = "", after = "" }: Written = {}): string {
  return `nnspec 1
dim B
data D {
  x: f32[B, 1]
  y: f32[B, 1]
  source: csv("d.csv", target: "y")
  ${split}
}
model Net(x: f32[B, 1]) -> f32[B, 1] { return x -> dense(4) as first -> dense(1) as value }
train Net on D {
  loss: mean_squared_error(value, y)
  batch: 8
  epochs: 6
  optimizer: ${optimizer}
  schedule: constant(3 epochs) then constant(3 epochs, at: 10000000000x)
  ${more}
}
${after}`;
}

interface End {
  readonly reason: string;
  readonly epochs: number;
  readonly diverged?: { readonly epoch: number; readonly step: number; readonly tensor: string };
}

async function train(file: string, run: string, ...args: readonly string[]) {
  const words = ["train", file, "--run-dir", run, "--format", "json", ...plain, ...args];
  const { status, stdout, stderr } = await nnspecHere(words, at);
  const lines = stdout
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  const end = lines.map((line) => JSON.parse(line) as End & { event: string }).at(-1)!;
  return { status, stderr, end };
}

const tensorsOf = (path: string) => [
  ...decodeSafetensors(new Uint8Array(readFileSync(join(folder, path))), path).tensors.values(),
];
const areNumbers = (path: string): boolean =>
  tensorsOf(path).every(({ values }) => values.every(Number.isFinite));
const losses = (run: string): readonly unknown[] =>
  readFileSync(join(folder, run, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { train: { loss: unknown } }).train.loss);

beforeAll(() => {
  const rows = Array.from({ length: 32 }, (_, row) => `${row / 16 - 1},${(3 * row) / 16 - 4}`);
  writeFileSync(join(folder, "d.csv"), `x,y\n${rows.join("\n")}\n`);
  writeFileSync(join(folder, "late.nnspec"), spec());
});

describe("after good epochs", () => {
  test("the last good ones are kept, and used", async () => {
    const { status, end } = await train("late.nnspec", "late");
    expect(status).toBe(3);
    expect(end).toMatchObject({ epochs: 3, steps: 12, diverged: { epoch: 4 } });
    const { step, tensor } = end.diverged!;
    expect(step).toBeGreaterThan(12);
    expect(step).toBeLessThanOrEqual(16);
    expect(end.reason).toContain(`diverged in step ${step} (epoch 4): `);
    expect(end.reason).toContain("; kept is epoch 3");
    expect(["first.weight", "first.bias", "value.weight", "value.bias"]).toContain(tensor);
    expect(end.reason).toContain(tensor);
    expect([areNumbers("late/last.safetensors"), areNumbers("late/resume.safetensors")]).toEqual([
      true,
      true,
    ]);
    const [, , third, fourth] = losses("late");
    expect(third).toBeLessThan(1);
    expect(fourth).toMatch(/NaN|Infinity/);
    // The very weights of a training that ends after the third.
    const three = await train("late.nnspec", "three", "--epochs", "3");
    expect(three.status).toBe(0);
    expect(tensorsOf("late/last.safetensors")).toEqual(tensorsOf("three/last.safetensors"));
    const predicted = nnspec(["predict", "late", ...plain, "-"], { ...at, input: "[[0.5]]" });
    expect([predicted.status, predicted.stdout]).toEqual([0, expect.not.stringContaining("null")]);
  });

  test("going on from there with what was at fault diverges again; without it, it ends well", async () => {
    copyFileSync(join(folder, "late/resume.safetensors"), join(folder, "kept.safetensors"));
    const again = await train("late.nnspec", "late", "--resume");
    expect(again.status).toBe(3);
    expect(readFileSync(join(folder, "late/resume.safetensors"))).toEqual(
      readFileSync(join(folder, "kept.safetensors")),
    );
    const mended = await train("late.nnspec", "late", "--resume", "--set", "schedule=constant");
    expect([mended.status, mended.end.epochs]).toEqual([0, 6]);
    expect(losses("late")).toHaveLength(6);
    expect(losses("late").every(Number.isFinite)).toBe(true);
  });

  test("what is best is kept besides, and measured at the end", async () => {
    writeFileSync(
      join(folder, "best.nnspec"),
      spec({ split: "split: (train: 75%, validation: 25%)" }),
    );
    const { status, end } = await train("best.nnspec", "best");
    expect(status).toBe(3);
    expect(end).toMatchObject({ validation: { loss: expect.any(Number) }, best: { epoch: 3 } });
    expect(areNumbers("best/best.safetensors")).toBe(true);
  });

  test.each([
    ["averages", { more: "average: ema(0.9)" }],
    ["gathered batches", { optimizer: "sgd(0.2)", more: "accumulate: 2" }],
    ["momentum", { optimizer: "sgd(0.05, momentum: 0.9)" }],
    ["files on the way", { more: "save: every(1 epoch)" }],
  ] as const)("with %s", async (name, written) => {
    const run = name.replaceAll(" ", "-");
    writeFileSync(join(folder, `${run}.nnspec`), spec(written));
    const { status, end } = await train(`${run}.nnspec`, run);
    expect(status).toBe(3);
    expect(end.epochs).toBeGreaterThanOrEqual(3);
    expect(end.diverged!.epoch).toBe(end.epochs + 1);
    expect([
      areNumbers(`${run}/last.safetensors`),
      areNumbers(`${run}/resume.safetensors`),
    ]).toEqual([true, true]);
    expect(existsSync(join(folder, run, "epoch-4.safetensors"))).toBe(false);
  });

  test("its program does the same", async () => {
    const words = [...plain, "--format", "json", "--run-dir", join(folder, "program")];
    const { code, stdout } = await runIn(join(folder, "three/trainer"), "train.ts", words);
    expect([code, stdout]).toEqual([3, expect.stringContaining("; kept is epoch 3")]);
    expect(tensorsOf("program/last.safetensors")).toEqual(tensorsOf("three/last.safetensors"));
  });

  test("and so does an ensemble of which a member diverges", async () => {
    writeFileSync(
      join(folder, "many.nnspec"),
      spec({
        split: "split: (train: 75%, validation: 25%)",
        after: "ensemble Two { members: runs(Net, count: 2) }",
      }),
    );
    const words = ["train", "many.nnspec", "--run", "Two", "--run-dir", "two", ...plain];
    const { status, stdout } = nnspec(words, at);
    expect([status, stdout]).toEqual([3, expect.stringContaining("diverged in step")]);
    expect(areNumbers("two/member-1/best.safetensors")).toBe(true);
    expect(existsSync(join(folder, "two/member-1/ended.json"))).toBe(false);
  });
});

test("in the first epoch nothing is kept, and nothing is there to use or to go on from", async () => {
  writeFileSync(join(folder, "early.nnspec"), spec({ optimizer: "sgd(1e38)" }));
  const { status, end } = await train("early.nnspec", "early");
  expect([status, end.reason]).toEqual([
    3,
    expect.stringMatching(
      /^diverged in step [12] \(epoch 1\): .*\w+\.\w+ got the value (NaN|-?Infinity); there is nothing to keep yet$/,
    ),
  ]);
  for (const file of ["best", "last", "resume"])
    expect(existsSync(join(folder, "early", `${file}.safetensors`))).toBe(false);
  const resumed = nnspec(["train", "early.nnspec", "--run-dir", "early", "--resume"], at);
  expect([resumed.status, resumed.stderr]).toEqual([2, expect.stringContaining("to go on from")]);
});

describe("numbers that are none are nowhere taken for some", () => {
  test("weights of a file that has such are refused by name", async () => {
    await train("late.nnspec", "faulty", "--epochs", "2");
    const path = join(folder, "faulty/last.safetensors");
    const { tensors, metadata } = decodeSafetensors(new Uint8Array(readFileSync(path)), path);
    tensors.get("value.weight")!.values[2] = Number.NaN;
    writeFileSync(path, encodeSafetensors([...tensors.values()], metadata));
    const why = expect.stringMatching(/"value\.weight" has the value NaN.*diverged/);
    const predicted = nnspec(["predict", "faulty", ...plain, "-"], { ...at, input: "[[0.5]]" });
    expect(predicted).toMatchObject({ status: 2, stdout: "", stderr: why });
    expect(nnspec(["eval", "faulty", ...plain], at)).toMatchObject({ status: 2, stderr: why });
  });

  test("a row whose prediction is none is named", () => {
    const input = "[[0.5], [3e38]]";
    const { status, stdout, stderr } = nnspec(["predict", "three", ...plain, "-"], {
      ...at,
      input,
    });
    expect([status, stdout, stderr]).toEqual([
      2,
      "",
      expect.stringMatching(
        /^row 2: the model gives -?(Infinity|NaN) for value, which is no predic/,
      ),
    ]);
  });

  test("so is a loss that is none", () => {
    writeFileSync(join(folder, "far.csv"), "x,y\n1e30,1\n0,0\n");
    const { status, stderr } = nnspec(["eval", "three", ...plain, "--data", "D=far.csv"], at);
    expect([status, stderr]).toEqual([2, expect.stringContaining("the loss is Infinity")]);
  });
});
