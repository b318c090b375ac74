import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "../../src/compiler/syntax/parse.ts";
import { filesIn } from "../support/files.ts";
import { headlessGl, skipLoudly } from "../support/gl.ts";
import {
  callOf,
  onCpu,
  onHeadlessGl,
  onWasm,
  patience,
  type Outcomes,
} from "./support/backends.ts";
import { frozenSteps } from "./support/frozen.ts";
import { farthestElement, farthestSum, gradientOf, scalesOf } from "./support/gradients.ts";
import { beyondRounding } from "./support/rounding.ts";
import type { StepCall } from "./support/step-call.ts";
import {
  interpretedStep,
  trainingStep,
  type Interpreted,
  type Outcome,
  type TrainingStep,
} from "./support/training-step.ts";

const steps = new Map<string, TrainingStep & Interpreted>();
const calls = new Map<string, StepCall>();
/** The largest difference of a gradient from PyTorch's, by backend, for docs/reliability.md. */
const figures: Record<string, string> = {};

beforeAll(() => {
  for (const frozen of frozenSteps) {
    const step = trainingStep(frozen);
    steps.set(frozen.name, { ...step, ...interpretedStep(step) });
    calls.set(frozen.name, callOf(step));
  }
}, patience);

afterAll(() => {
  if (process.env["NNSPEC_FIGURES"]) process.stderr.write(`${JSON.stringify(figures, null, 2)}\n`);
});

/** Every run of some files, by the path without its ending and its name. */
function runsOf(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const { items } = parse({ path, text: readFileSync(path, "utf8") }).value!;
    return items.flatMap((item) =>
      item.kind === "train"
        ? [`${path.replace(/\.nnspec$/, "")} ${(item.alias ?? item.model).text}`]
        : [],
    );
  });
}

const names = frozenSteps.map(({ name }) => name);

describe("what is compared", () => {
  test("is every run of the examples and every architecture, most of them in small", () => {
    const small = filesIn("tests/architectures", ".nnspec");
    const whole = "examples/architectures/lenet5.nnspec";
    expect(names.toSorted()).toEqual(
      runsOf([...filesIn("examples", ".nnspec"), whole, ...small]).toSorted(),
    );
    const architectures = runsOf(filesIn("examples/architectures", ".nnspec"));
    const nameOf = (run: string): string => run.split(" ")[1]!;
    expect([...runsOf(small), ...runsOf([whole])].map(nameOf).toSorted()).toEqual(
      architectures.map(nameOf).toSorted(),
    );
    expect(architectures).toHaveLength(12);
  });

  test.each(names)("%s: every parameter and every running statistic", (name) => {
    const { frozen, compiled } = steps.get(name)!;
    const shapes = compiled.parameters.map(({ path, shape }) => [path, shape]);
    expect(Object.fromEntries(shapes)).toEqual(
      Object.fromEntries(
        Object.entries(frozen.gradients).map(([path, each]) => [path, each.shape]),
      ),
    );
    const statistics = compiled.states.filter(({ role }) => role === "statistic");
    expect(Object.keys(frozen.statistics).toSorted()).toEqual(
      statistics.map(({ name: path }) => path).toSorted(),
    );
  });
});

describe("the float64 interpreter takes PyTorch's step", () => {
  /** Of the largest element: PyTorch's numbers are stored with 13 digits. */
  const tolerance = 1e-10;
  let worst = 0;
  afterAll(() => void (figures["float64 interpreter"] = worst.toExponential(1)));

  test.each(names)("%s", (name) => {
    const step = steps.get(name)!;
    const { frozen, exact } = step;
    const relative = (found: number, expected: number): number =>
      Math.abs(found - expected) / Math.abs(expected);
    expect(relative(exact.get("loss")![0]!, frozen.loss)).toBeLessThan(tolerance);
    expect(relative(exact.get("objective")![0]!, frozen.objective)).toBeLessThan(tolerance);
    const scales = scalesOf(step);
    const far = Object.entries(frozen.gradients).flatMap(([path, expected]) => {
      const found = gradientOf(step, path, exact);
      const difference =
        Math.max(farthestElement(found, expected), farthestSum(path, found, expected)) /
        scales.get(path)!.own;
      worst = Math.max(worst, difference);
      return difference < tolerance ? [] : [{ path, difference }];
    });
    expect(far).toEqual([]);
    for (const [path, values] of Object.entries(frozen.statistics))
      expect(
        farthestElement(Float64Array.from(exact.get(path)!), { shape: [], values }),
      ).toBeLessThan(tolerance);
  });
});

test("one wrong element of 48,000 shows in the sums", () => {
  const step = steps.get("examples/architectures/lenet5 LeNet5")!;
  const expected = step.frozen.gradients["c5.weight"]!;
  const found = gradientOf(step, "c5.weight", step.exact);
  const { own } = scalesOf(step).get("c5.weight")!;
  found[12_345]! += 1e-9 * own;
  expect(farthestElement(found, expected) / own).toBeLessThan(1e-10);
  expect(farthestSum("c5.weight", found, expected) / own).toBeGreaterThan(5e-10);
});

/** The largest difference of a gradient from PyTorch's. */
function fromPyTorch(step: TrainingStep, outcome: Outcome): number {
  const scales = scalesOf(step);
  return Math.max(
    ...Object.entries(step.frozen.gradients).map(
      ([path, expected]) =>
        farthestElement(gradientOf(step, path, outcome), expected) / scales.get(path)!.shared,
    ),
  );
}

const backends: Readonly<Record<string, () => Promise<Outcomes>>> = {
  "WebAssembly, one thread": () => onEachWasm(1),
  "WebAssembly, two threads": () => onEachWasm(2),
  "gpu.js on the CPU": () => onCpu(calls),
  "headless GL": () => onHeadlessGl(calls),
};

async function onEachWasm(threads: 1 | 2): Promise<Outcomes> {
  const outcomes = new Map<string, Outcome>();
  for (const [name, step] of steps)
    outcomes.set(name, await onWasm(step, calls.get(name)!, threads));
  return outcomes;
}

const noGl = skipLoudly("training steps on headless GL", headlessGl());

describe.each(Object.keys(backends))("%s takes PyTorch's step", (backend) => {
  const isMissing = backend === "headless GL" && noGl;
  let outcomes: Outcomes;
  let worst = 0;
  beforeAll(async () => {
    if (!isMissing) outcomes = await backends[backend]!();
  }, patience);
  afterAll(() => void (figures[backend] = worst.toExponential(1)));

  test.skipIf(isMissing).each(names)("%s", (name) => {
    const step = steps.get(name)!;
    const outcome = outcomes.get(name)!;
    expect(beyondRounding(step, outcome)).toEqual([]);
    worst = Math.max(worst, fromPyTorch(step, outcome));
  });
});
