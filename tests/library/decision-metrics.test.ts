import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { makeDefinition } from "../../src/tools/training/make-definition.ts";
import { findings } from "../support/in-memory.ts";
import { interpret } from "../support/every-backend.ts";
import { programOf } from "../support/run-of.ts";

/** Metrics of decisions against scikit-learn's definitions in float64: scripts/fixtures/metrics.py. */

type Shares = Readonly<Record<"precision" | "recall" | "f1" | "iou", number>>;

interface Case {
  readonly name: string;
  readonly among: "classes" | "labels" | "switch";
  readonly count: number;
  readonly z: readonly (number | readonly number[])[];
  readonly y: readonly (number | readonly number[])[];
  readonly each: readonly Shares[];
  readonly averages: Readonly<Record<"macro" | "micro" | "weighted", Shares>>;
  readonly balanced_accuracy: number;
  readonly matthews: number;
  readonly auc: number;
  readonly average_precision: number;
  readonly calibration_error: readonly [number, number];
}

const cases = JSON.parse(
  readFileSync(new URL("../fixtures/metrics.json", import.meta.url), "utf8"),
) as readonly Case[];

const batch = 16;

/** A run whose model gives its input as it is, and which measures what is asked for. */
function specOf({ among, count }: Case, metrics: readonly string[]): string {
  const width = among === "switch" ? 1 : count;
  const label = {
    classes: `class[B] of ${count}`,
    labels: `f32[B, ${count}]`,
    switch: "class[B] of 2",
  }[among];
  const loss = among === "classes" ? "cross_entropy" : "binary_cross_entropy";
  return `
    data D { x: f32[B, px: ${width}] y: ${label} split: (train: 50%, validation: 50%) }
    model Net(x: f32[B, px: ${width}]) -> f32[B, ${width}] { return x -> dense(${width}) as z }
    train Net on D { loss: ${loss}(z, y) batch: ${batch} metrics: (${metrics.join(", ")}) }`;
}

/** The metrics of a case, batch by batch, as the trainer makes them of what the evaluation of every backend gives. */
async function measured(given: Case, metrics: readonly string[]): Promise<readonly number[]> {
  const program = programOf(specOf(given, metrics));
  const compiled = compileRun(program.runs[0]!);
  const emission = { compiled, program, pathFromFolder: (path: string) => path, bound: new Map() };
  const { collected } = await makeDefinition(emission, import.meta.url);
  const collectors = collected!.map(({ begin, operands }) => ({
    collector: begin(undefined),
    operands,
  }));
  const [scores, truths] = [given.z, given.y].map((rows) => rows.map((row) => [row].flat()));
  const width = scores![0]!.length;
  const identity = Array.from({ length: width ** 2 }, (_, place) =>
    place % (width + 1) === 0 ? 1 : 0,
  );
  for (let start = 0; start < scores!.length; start += batch) {
    const fields: Record<string, readonly number[]> = {
      x: scores!.slice(start, start + batch).flat(),
      y: truths!.slice(start, start + batch).flat(),
    };
    const rows = fields["x"]!.length / width;
    const values = new Map([
      ["z.weight", Float64Array.from(identity)],
      ["z.bias", new Float64Array(width)],
      ...Object.entries(fields).map(
        ([name, numbers]) => [name, Float64Array.from(numbers)] as const,
      ),
    ]);
    const { outputs } = interpret(compiled.graphs.evaluate, {
      values,
      scalars: new Map(),
      rows,
    });
    for (const { collector, operands } of collectors)
      collector.add(
        operands.map(({ result, field, size }) =>
          Float32Array.from(
            (result === undefined ? fields[field!]! : [...outputs.get(result)!]).slice(
              0,
              rows * size,
            ),
          ),
        ),
      );
  }
  return collectors.map(({ collector }) => collector.result());
}

const shares = ["precision", "recall", "f1", "iou"] as const;
const averages = ["macro", "micro", "weighted"] as const;
const others = [
  "balanced_accuracy",
  "matthews",
  "auc",
  "average_precision",
  "calibration_error",
  "calibration_error(bins: 4)",
];

/** Every metric of a case, as it is written, with what it comes to. */
async function all(given: Case): Promise<ReadonlyMap<string, number>> {
  const written = [
    ...shares.flatMap((share) => [
      share,
      ...given.each.map((_, index) => `${share}(class: ${index})`),
      ...averages.map((average) => `${share}(average: ${average})`),
    ]),
    ...others,
  ];
  const found = await measured(given, written);
  return new Map(written.map((metric, index) => [metric, found[index]!]));
}

test.each(cases)("$name", async (given) => {
  const found = await all(given);
  const rows = given.y.map((row) => [row].flat());
  const occurs = (index: number): boolean =>
    given.among === "labels"
      ? rows.some((row) => row[index] === 1)
      : rows.some((row) => row[0] === index);
  const plainly = given.among === "switch" ? given.each[1]! : given.averages.macro;
  for (const share of shares) {
    expect(found.get(share), share).toBeCloseTo(plainly[share], 12);
    for (const average of averages)
      expect(found.get(`${share}(average: ${average})`), average).toBeCloseTo(
        given.averages[average][share],
        12,
      );
    for (const [index, ofClass] of given.each.entries()) {
      // A share of nothing is 0 to scikit-learn; of a class that does not occur we say that there is none.
      const own = found.get(`${share}(class: ${index})`)!;
      if (occurs(index)) expect(own).toBeCloseTo(ofClass[share], 12);
      else expect(Number.isNaN(own) || own === 0).toBe(true);
    }
  }
  const expected = [
    ...[given.balanced_accuracy, given.matthews, given.auc, given.average_precision],
    ...given.calibration_error,
  ];
  for (const [index, metric] of others.entries())
    expect(found.get(metric), metric).toBeCloseTo(expected[index]!, 6);
});

test("a class is told by its number or its name; of one class there is no average", () => {
  const text = (metrics: string): string => `nnspec 1\ndim B\n${specOf(cases[0]!, [metrics])}\n`;
  expect(findings(text('f1(class: 4), precision(class: "cat")'))).toEqual([]);
  expect(findings(text("f1(class: 5)"))).toEqual(["NN0406 «5»"]);
  expect(findings(text("f1(class: 1, average: micro)"))).toEqual(["NN0416 «average: micro»"]);
  expect(findings(text("f1(average: mean)"))).toEqual(["NN0408 «mean»"]);
});
