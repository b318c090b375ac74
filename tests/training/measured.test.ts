import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nnspec } from "../cli/run.ts";

/** What a training says of its rows, from the file to the report. */

const folder = mkdtempSync(join(tmpdir(), "nnspec-measured-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Event {
  readonly event: string;
  readonly epoch: number;
  readonly reason: string;
  readonly best: { readonly epoch: number };
  readonly validation: Readonly<Record<string, number | "NaN">>;
  readonly test: Readonly<Record<string, number>>;
}

function events(stdout: string): readonly Event[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

function wave(index: number, step: number): number {
  return Math.sin(index * step) * 2;
}

describe("a metric that the validation rows do not define", () => {
  const rows = (count: number, kind: (x: number) => string): string =>
    `a,b,kind\n${Array.from({ length: count }, (_, row) => {
      const [a, b] = [wave(row, 1.7), wave(row, 2.9)];
      return `${a},${b},${kind(a + b)}`;
    }).join("\n")}\n`;
  const spec = (settings: string): string => `nnspec 1
dim B
data D {
  x: f32[B, 2]
  kind: class[B] of 2
  source: (train: csv("train.csv", target: "kind"), validation: csv("validation.csv", target: "kind"))
  normalize: standardize
}
model Net(x: f32[B, 2]) -> f32[B, 1] { return x -> dense(8) -> relu -> dense(1) as logit }
train Net on D { loss: binary_cross_entropy(logit, kind) batch: 8 metrics: (binary_accuracy, auc) ${settings} }
`;
  writeFileSync(
    join(folder, "train.csv"),
    rows(40, (sum) => (sum > 0 ? "yes" : "no")),
  );
  writeFileSync(
    join(folder, "validation.csv"),
    rows(9, () => "yes"),
  );

  test("is told once, stops nothing and lowers nothing, and the lowest loss decides which epoch is the best", () => {
    writeFileSync(
      join(folder, "undefined.nnspec"),
      spec(
        "epochs: 12 keep: best(validation.auc) stop: early(validation.auc, patience: 3 epochs) optimizer: sgd(0.5) schedule: plateau(validation.auc, patience: 2 epochs)",
      ),
    );
    const { stdout, stderr, status } = nnspec(
      ["train", "undefined.nnspec", "--run-dir", "undefined", "--format", "json"],
      { cwd: folder },
    );
    expect(status, stderr).toBe(0);
    const told =
      "validation.auc is not defined of rows of one class only, and the validation part has such rows: what watches it waits; until it is, the best epoch is that of the lowest loss";
    expect(stderr.split(told).length - 1, stderr).toBe(1);
    const all = events(stdout);
    const epochs = all.filter(({ event }) => event === "epoch");
    expect(epochs.map(({ validation }) => validation["auc"])).toEqual(
      Array.from({ length: 12 }, () => "NaN"),
    );
    const losses = epochs.map(({ validation }) => Number(validation["loss"]));
    const end = all.find(({ event }) => event === "end")!;
    expect(end.reason).toBe("all epochs are done");
    expect(end.best.epoch).toBe(1 + losses.indexOf(Math.min(...losses)));
    expect(new Set(epochs.map((epoch) => (epoch as unknown as { rate: number }).rate)).size).toBe(
      1,
    );
  });

  test("a class that the data do not have is told before the training", () => {
    const text = spec('epochs: 1 metrics: recall(class: "perhaps")').replace(
      "metrics: (binary_accuracy, auc) ",
      "",
    );
    writeFileSync(join(folder, "class.nnspec"), text);
    const { stderr, status } = nnspec(["train", "class.nnspec", "--run-dir", "class"], {
      cwd: folder,
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('A metric is of the class "perhaps", which the data do not have.');
    expect(stderr).toContain('They have: "no", "yes".');
  });
});

test("mean absolute and squared errors are those of what is predicted, in the unit of the file", () => {
  const prices = Array.from({ length: 60 }, (_, row) => {
    const [a, b] = [wave(row, 1.7), wave(row, 2.9)];
    return { a, b, price: 1000 + 50 * a + 5 * b };
  });
  writeFileSync(
    join(folder, "prices.csv"),
    `a,b,price\n${prices.map(({ a, b, price }) => `${a},${b},${price}`).join("\n")}\n`,
  );
  writeFileSync(
    join(folder, "prices.nnspec"),
    `nnspec 1
dim B
data D {
  x: f32[B, 2]
  price: f32[B, 1]
  source: csv("prices.csv", target: "price")
  normalize: standardize
  split: (train: 80%, validation: 20%)
}
model Net(x: f32[B, 2]) -> f32[B, 1] { return x -> dense(1) as value }
train Net on D { loss: mean_squared_error(value, price) batch: 16 epochs: 4 optimizer: adam(0.05) metrics: (mae, rmse, mse) }
`,
  );
  nnspec(["train", "prices.nnspec", "--run-dir", "prices"], { cwd: folder });
  writeFileSync(
    join(folder, "rows.json"),
    JSON.stringify(prices.map(({ a, b }) => ({ x: [a, b] }))),
  );
  const predicted = nnspec(["predict", "prices", "rows.json"], { cwd: folder });
  const values = predicted.stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { values: readonly number[] }).values[0]!);
  const errors = values.map((value, row) => value - prices[row]!.price);
  const mean = (of: (error: number) => number): number =>
    errors.reduce((sum, error) => sum + of(error), 0) / errors.length;
  const { stdout } = nnspec(["eval", "prices", "--data", "D=prices.csv", "--format", "json"], {
    cwd: folder,
  });
  const { test: told } = events(stdout).find(({ event }) => event === "end")!;
  expect(values.length, predicted.stderr).toBe(60);
  const expected = { mae: mean(Math.abs), mse: mean((error) => error ** 2) };
  expect(told["mae"]! / expected.mae).toBeCloseTo(1, 4);
  expect(told["mse"]! / expected.mse).toBeCloseTo(1, 4);
  expect(told["rmse"]! / Math.sqrt(expected.mse)).toBeCloseTo(1, 4);
  expect(expected.mae).toBeGreaterThan(5);
});

describe("folds", () => {
  const rows = Array.from({ length: 60 }, (_, row) => {
    const [a, b] = [wave(row, 1.7), wave(row, 2.9)];
    return `${a},${b},${a + b > 1 ? "yes" : "no"},${60 - row}`;
  });
  writeFileSync(join(folder, "folds.csv"), `a,b,kind,day\n${rows.join("\n")}\n`);
  const spec = (split: string): string => `nnspec 1
dim B
data D {
  x: f32[B, 2]
  kind: class[B] of 2
  source: csv("folds.csv", kind: "kind"${split.includes("day") ? "" : ', ignore: "day"'})
  normalize: standardize
  split: (${split})
}
model Net(x: f32[B, 2]) -> f32[B, 2] { return x -> dense(4) -> relu -> dense(2) as logits }
train Net on D { loss: cross_entropy(logits, kind) metrics: (accuracy, f1) batch: 8 epochs: 3 keep: last }
`;
  const trained = (args: readonly string[]): readonly Event[] => {
    const { stdout, stderr, status } = nnspec([...args, "--format", "json"], { cwd: folder });
    expect(status, stderr).toBe(0);
    return events(stdout);
  };
  interface Overall {
    readonly folds: readonly { readonly validation: { readonly f1: number } }[];
    readonly overall: { readonly validation: { readonly f1: { mean: number; deviation: number } } };
  }

  test("each part validates once, and the end has the mean and the deviation of every metric", () => {
    writeFileSync(join(folder, "folds.nnspec"), spec("folds: 3, test: 20%, stratify: kind"));
    const all = trained(["train", "folds.nnspec", "--run-dir", "folds"]);
    const starts = all.filter(({ event }) => event === "start");
    expect(starts).toHaveLength(3);
    const { folds, overall } = all.at(-1) as unknown as Overall;
    const values = folds.map(({ validation }) => validation.f1);
    expect(values).toEqual(
      all.flatMap(({ event, validation }, index) =>
        event === "end" && index < all.length - 1 ? [validation["f1"]] : [],
      ),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / 3;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2;
    expect(overall.validation.f1.mean).toBeCloseTo(mean, 12);
    expect(overall.validation.f1.deviation).toBeCloseTo(Math.sqrt(variance), 12);

    // The weights of a fold are measured on the rows that it was never trained on, whichever fold it is.
    const [, second] = all.filter(({ event }) => event === "end");
    const [again] = trained(["eval", "folds/fold-2"]);
    expect(again!.test["loss"]).toBeCloseTo(second!.test["loss"]!, 6);
    expect(nnspec(["eval", "folds"], { cwd: folder }).stderr).toContain("give one of them");

    // What has ended is not trained again.
    const resumed = trained(["train", "folds.nnspec", "--run-dir", "folds", "--resume"]);
    expect(resumed).toHaveLength(1);
    expect((resumed[0] as unknown as Overall).overall).toEqual(overall);
  });

  test("the command line divides the rows of any file, and in order the future is not trained on", () => {
    writeFileSync(join(folder, "ordered.nnspec"), spec('train: 80%, test: 20%, order: "day"'));
    const all = trained(["train", "ordered.nnspec", "--folds", "3", "--run-dir", "ordered"]);
    const starts = all.filter(({ event }) => event === "start") as unknown as readonly {
      rows: object;
    }[];
    expect(starts.map(({ rows: counted }) => counted)).toEqual([
      { train: 12, validation: 12, test: 12 },
      { train: 24, validation: 12, test: 12 },
      { train: 36, validation: 12, test: 12 },
    ]);
  });
});
