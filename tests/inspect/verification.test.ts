import { resolve } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Plans } from "../../src/compiler/plan/backend.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import type { Program } from "../../src/compiler/typed/program.ts";
import { lastingZeros } from "../../src/tools/cli/inspection/lasting-zeros.ts";
import { measureInitialization, type Measured } from "../../src/tools/cli/inspection/measure.ts";
import { printRun } from "../../src/tools/cli/inspection/print.ts";
import { verifyInspection } from "../../src/tools/cli/inspection/verification.ts";
import { judge } from "../../src/tools/cli/inspection/verdicts.ts";
import { programOf } from "../verify/verified.ts";

/** Whether the kernel that makes this weight's value or gradient is not run in that plan. */
let planted: ((plan: Plan) => boolean) | undefined;

vi.mock("../../src/backends/wasm/emit-wasm.ts", async (original) => {
  const real = await original<typeof import("../../src/backends/wasm/emit-wasm.ts")>();
  return {
    ...real,
    emitWasm: (plans: Plans, options?: Parameters<typeof real.emitWasm>[1]) =>
      real.emitWasm(planted?.(plans.train!) === true ? withFault(plans) : plans, options),
  };
});

afterEach(() => {
  planted = undefined;
});

const weight = "hidden.weight";

/** Another kernel runs twice, and the one that makes the weight's new value or gradient never. */
function withFault(plans: Plans): Plans {
  const train = plans.train!;
  const made =
    train.results.get(`weight/${weight}`) ??
    train.results.get(`gradient/${weight}`) ??
    train.updates.get(weight);
  const place = train.steps.findIndex(
    (step) => step.kind === "kernel" && step.stores.some(({ to }) => to.buffer === made),
  );
  expect(place).toBeGreaterThan(0);
  return { ...plans, train: { ...train, steps: train.steps.with(place, train.steps[place - 1]!) } };
}

const file = resolve("examples/iris.nnspec");
const optionsOf = (path: string) => ({
  file: path,
  set: new Map<string, string>(),
  data: new Map<string, string>(),
  backend: "wasm",
});

async function measure(program: Program, path = file): Promise<Measured> {
  return measureInitialization(program, program.runs[0]!, optionsOf(path));
}

describe("a report says whether its backend computes what the interpreter does", () => {
  const program = programOf(file);
  const verify = async () => {
    const measured = await measure(program);
    return verifyInspection(program, program.runs[0]!, measured, optionsOf(file));
  };

  test("it does: one line with the largest deviation", async () => {
    const measured = await measure(program);
    const verification = await verifyInspection(
      program,
      program.runs[0]!,
      measured,
      optionsOf(file),
    );
    expect(verification).toEqual({
      isBeyond: false,
      sentence: expect.stringMatching(
        /^wasm computes what the float64 interpreter does, within rounding: largest deviation of a gradient [\d.]+e-\d+ \(\w+\.\w+\)$/,
      ),
    });
    const text = printRun({ ...measured, verification }, { color: false, columns: 100 });
    expect(text.split("\n")).toContain(`Classifier: ${verification.sentence}`);
  });

  test("it does not, in the training step alone", async () => {
    planted = ({ updates }) => updates.has(weight);
    const { isBeyond, sentence } = await verify();
    expect(isBeyond).toBe(true);
    expect(sentence).toMatch(/^wasm computes something else than the network: .*hidden\.weight/);
  });

  test("it does not, in the very numbers that are shown", async () => {
    planted = ({ results }) => results.has(`weight/${weight}`);
    const { isBeyond, sentence } = await verify();
    expect(isBeyond).toBe(true);
    expect(sentence).toMatch(/^wasm shows other gradients than .*, of hidden\.weight: report/);
  });

  test("where that would take long, it says so", async () => {
    const path = resolve("examples/character.nnspec");
    const character = programOf(path);
    const measured = { backend: "wasm", seed: 0, weights: [], values: [] } as unknown as Measured;
    expect(
      await verifyInspection(character, character.runs[0]!, measured, optionsOf(path)),
    ).toEqual({
      isBeyond: false,
      sentence: expect.stringMatching(
        /^not compared with the float64 interpreter: takes about \d+ seconds? for it; `nnspec verify` does it$/,
      ),
    });
  });
});

describe("what is exactly 0 is named", () => {
  const main = resolve("examples/main.nnspec");
  const digits = (stages: string, rules = ""): Program =>
    programOf(
      main,
      `nnspec 1
dim B
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("data/digits.csv.gz", header: off, target: "65")
}
model Net(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> ${stages} -> dense(10) as logits
  ${rules}
}
train Net on Digits { loss: cross_entropy(logits, label) batch: 16 }
`,
    );
  const judged = async (program: Program) => {
    const measured = await measure(program, main);
    const zeros = await lastingZeros(program, program.runs[0]!, measured, optionsOf(main));
    return judge({ ...measured, ...(zeros && { lastingZeros: zeros }) });
  };

  test("all units of a layer are dead: its values, and the gradients of all below", async () => {
    const { verdicts, unreached, findings } = await judged(
      digits(
        "dense(8) as low -> relu -> dense(8) as dead -> relu",
        "for biases(dead) { init: constant(-1000) }",
      ),
    );
    const [first] = verdicts;
    expect(first!.ailment).toBe("zero");
    expect(first!.sentence).toMatch(
      /^zero \(values at relu_2, gradients at low … dead, gradients of low\.weight, low\.bias, dead\.weight, dead\.bias, logits\.weight\): .*leaky_relu/,
    );
    expect(unreached).toContain("low.weight");
    expect(findings.get("relu_2")!.map(({ words }) => words)).toContain("values are all 0");
  });

  test("a branch whose last scale begins at 0 opens with the first step: nothing is said of it", async () => {
    const path = resolve("examples/residual.nnspec");
    const program = programOf(path);
    const measured = await measure(program, path);
    expect(judge(measured).verdicts.map(({ ailment }) => ailment)).toContain("zero");
    const zeros = await lastingZeros(program, program.runs[0]!, measured, optionsOf(path));
    expect(judge({ ...measured, lastingZeros: zeros! }).verdicts).toEqual([]);
  });

  test("where nothing is 0, nothing is looked for", async () => {
    const program = programOf(file);
    const measured = await measure(program);
    expect(await lastingZeros(program, program.runs[0]!, measured, optionsOf(file))).toBe(
      undefined,
    );
  });
});
