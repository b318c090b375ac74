import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import type { Program } from "../../src/compiler/typed/program.ts";
import { htmlReport } from "../../src/tools/cli/inspection/html.ts";
import {
  measureInitialization,
  type Measured,
  type MeasuredValue,
} from "../../src/tools/cli/inspection/measure.ts";
import { importReader } from "../../src/tools/cli/sources.ts";
import { compared, printComparison, printRun } from "../../src/tools/cli/inspection/print.ts";
import { judge } from "../../src/tools/cli/inspection/verdicts.ts";
import { lintsOff } from "../support/lints-off.ts";

const file = resolve("examples/initialisation.nnspec");
const plain = { color: false, columns: 120 };
const program = programOf(readFileSync(file, "utf8"));
const measured = new Map<string, Measured>();

function programOf(text: string): Program {
  const { value, diagnostics } = check(
    { path: file, text },
    { set: new Map(), read: () => ({ problem: "missing" }) },
  );
  if (!value)
    throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  expect(diagnostics).toEqual([]);
  return value;
}

async function measure(from: Program, name: string, backend = "wasm"): Promise<Measured> {
  const run = from.runs.find((each) => each.name === name)!;
  return measureInitialization(from, run, { file, set: new Map(), data: new Map(), backend });
}

beforeAll(async () => {
  for (const { name } of program.runs) measured.set(name, await measure(program, name));
});

/** Behind each activation: the root of the mean square, which the theory speaks of, of values or of gradients. */
function sizes(name: string, of: "value" | "gradient" = "value"): readonly number[] {
  return compared(measured.get(name)!).map((value: MeasuredValue) =>
    Math.hypot(value[of].mean, value[of].deviation),
  );
}

function ratios(numbers: readonly number[]): readonly number[] {
  return numbers.slice(1).map((number, index) => number / numbers[index]!);
}

describe("the lectures' initialisations, as they are measured", () => {
  test("tanh after N(0, 0.01²): each layer multiplies the values by sqrt(128) 0.01 = 0.113, and the gradients on the way back", () => {
    const factor = Math.sqrt(128) * 0.01;
    for (const ratio of ratios(sizes("Small")))
      expect(Math.abs(ratio / factor - 1)).toBeLessThan(0.2);
    for (const ratio of ratios(sizes("Small", "gradient")))
      expect(Math.abs(ratio * factor - 1)).toBeLessThan(0.25);
  });

  test("tanh after N(0, 1): most values lie at the ends, and gradients grow on the way back", () => {
    const deep = compared(measured.get("Large")!).slice(2);
    for (const { value } of deep) expect(value.saturated).toBeGreaterThan(0.75);
    // sqrt(128) E[tanh'^2]^(1/2) with z ~ N(0, 11²) is about 2.6.
    for (const ratio of ratios(sizes("Large", "gradient"))) expect(1 / ratio).toBeGreaterThan(2);
  });

  test("tanh after Xavier: values and gradients keep their size, but for what tanh itself takes", () => {
    for (const ratio of ratios(sizes("Xavier"))) expect(ratio > 0.75 && ratio < 1.05).toBe(true);
    for (const ratio of ratios(sizes("Xavier", "gradient")))
      expect(ratio > 0.9 && ratio < 1.25).toBe(true);
    expect(compared(measured.get("Xavier")!).at(-1)!.value.saturated).toBe(0);
  });

  test("ReLU after Xavier's variance 1/n: the size falls by sqrt(1/2) in each layer; after Kaiming's 2/n it is kept", () => {
    const eighth = (name: string): number => sizes(name).at(-1)! / sizes(name)[0]!;
    expect(Math.abs(eighth("XavierRelu") / Math.sqrt(1 / 2) ** 8 - 1)).toBeLessThan(0.35);
    expect(Math.abs(eighth("Kaiming") - 1)).toBeLessThan(0.35);
    for (const { value } of compared(measured.get("Kaiming")!))
      expect(Math.abs(value.zeros - 0.5)).toBeLessThan(0.1);
  });

  test("the compiler's own estimate is within a factor of 1.5 of what is measured forwards, of 1.8 back, over nine layers", () => {
    for (const run of measured.values()) {
      const last = run.values.at(-1)!;
      for (const value of run.values) {
        expect(
          Math.abs(
            Math.log(Math.hypot(value.value.mean, value.value.deviation) / value.estimate.value),
          ),
          `${run.run} ${value.name}`,
        ).toBeLessThan(Math.log(1.5));
        const share = value.gradient.deviation / last.gradient.deviation;
        expect(
          Math.abs(Math.log(share / value.estimate.gradient)),
          `${run.run} ${value.name}`,
        ).toBeLessThan(Math.log(1.8));
      }
    }
  });

  test("the verdicts name what is wrong, and call the calibrated ones healthy", () => {
    const ailments = (name: string): readonly string[] =>
      judge(measured.get(name)!).verdicts.map(({ ailment }) => ailment);
    expect(ailments("Small")).toEqual(["vanishing"]);
    expect(ailments("Large")).toEqual(["exploding", "saturated"]);
    expect(ailments("Xavier")).toEqual([]);
    expect(ailments("XavierRelu")).toEqual(["vanishing"]);
    expect(ailments("Kaiming")).toEqual([]);
  });
});

describe("other beginnings", () => {
  const text = (stages: string): string => `nnspec 1
dim B
define below(x) = x - 100
data Points { point: f32[B, xy: 2] arm: class[B] of 3 source: spirals(points: 60, classes: 3, turns: 1, noise: 0.02) normalize: standardize }
model Net(point: f32[B, xy: 2]) -> f32[B, 3] { return point -> ${stages} -> dense(3) as logits }
train Net on Points { loss: cross_entropy(logits, arm) batch: 32 }
`;
  const judged = async (stages: string) => {
    const { value } = check(
      { path: file, text: text(stages) },
      { set: new Map(), lints: lintsOff, read: () => ({ problem: "missing" }) },
    );
    const found = await measure(value!, "Net", "cpu");
    return judge(found).findings;
  };

  test("hidden units that begin alike are symmetric, also when they are not 0", async () => {
    const findings = await judged(
      "dense(8, init: constant(0.3)) as h1 -> tanh -> dense(8) as h2 -> tanh",
    );
    expect(findings.get("h1")).toContainEqual({
      ailment: "symmetric",
      of: "values",
      words: "units are all alike",
    });
    expect(findings.get("h2")).toEqual([]);
  });

  test("ReLU units that no row moves are dead, and nothing reaches the layers below them", async () => {
    const findings = await judged("dense(16) as h1 -> below -> relu");
    expect(findings.get("relu_1")).toEqual([
      expect.objectContaining({ ailment: "zero", of: "values", words: "values are all 0" }),
    ]);
    expect(findings.get("h1")).toContainEqual({
      ailment: "zero",
      of: "gradients",
      words: "gradient is 0",
    });
  });
});

test("whatever a run adds to its training, its beginning can be seen: averages, stopping rules, a model of parameters alone", async () => {
  for (const [name, run] of [
    ["averages", "Mean"],
    ["averages", "Ending"],
    ["surfaces", "Steep"],
  ] as const) {
    const path = resolve(`examples/${name}.nnspec`);
    const { value } = check(
      { path, text: readFileSync(path, "utf8") },
      { set: new Map(), lints: lintsOff, read: importReader(path) },
    );
    const found = await measureInitialization(
      value!,
      value!.runs.find((each) => each.name === run)!,
      { file: path, set: new Map(), data: new Map(), backend: "wasm" },
    );
    expect(found.values.length, run).toBeGreaterThan(0);
    expect(Number.isFinite(found.loss), run).toBe(true);
    expect(judge(found).verdicts, run).toEqual([]);
  }
});

test("weights of another run that are not there yet are asked for in words", async () => {
  const path = resolve("examples/distillation.nnspec");
  const { value } = check(
    { path, text: readFileSync(path, "utf8") },
    { set: new Map(), lints: lintsOff, read: importReader(path) },
  );
  const taught = value!.runs.find(({ teacher }) => teacher !== undefined)!;
  await expect(
    measureInitialization(value!, taught, {
      file: path,
      set: new Map(),
      data: new Map(),
      folder: "/nowhere/runs/pupil",
    }),
  ).rejects.toThrow("Train it first: nnspec train distillation.nnspec --run");
});

describe("the report as text and as a page", () => {
  test("several runs stand side by side, a row for each depth; plain text has no escapes", () => {
    const text = printComparison([...measured.values()], plain);
    expect(text).not.toContain("\u001b");
    expect(text).toMatch(/^values +Small +Large +Xavier +XavierRelu +Kaiming$/m);
    expect(text.match(/^depth 9 .*$/gm)).toHaveLength(2);
    expect(text).toMatch(/^Xavier: healthy$/m);
    expect(text).toMatch(
      /^Small: vanishing \(values at stack\[2\]\.linear … stack\[8\]\.tanh_1, gradients at widen … /m,
    );
  });

  test("a narrow terminal gets the columns one below the other", () => {
    const lines = printComparison([...measured.values()], { color: false, columns: 60 }).split(
      "\n",
    );
    expect(lines.filter((line) => line.startsWith("values "))).toHaveLength(3);
  });

  test("one run in detail: forwards beside the estimate, back, weights; colours only where they are asked for", () => {
    const text = printRun(measured.get("Large")!, plain);
    expect(text).toMatch(
      /^How Large begins: 240 rows of Points through TanhStack \(wasm, seed 0\), loss /,
    );
    expect(text).toMatch(/^stack\[4\]\.tanh_1 +tanh +128 .* 8\d % +█▁+█ +8\d % of values flat$/m);
    expect(text).toMatch(/^widen\.weight /m);
    const colored = printRun(measured.get("Large")!, { color: true, columns: 120 });
    expect(colored).toContain("\u001b[31m");
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(text);
  });

  test("the page needs nothing else, and no text of a spec becomes a tag", () => {
    const hostile = {
      ...measured.get("Xavier")!,
      run: `<script>alert("1")</script>`,
      about: "a & b \u202e <img src=x onerror=alert(1)>",
    };
    const page = htmlReport([measured.get("Small")!, hostile], "How <b>they</b> begin");
    expect(page).not.toMatch(/https?:|<script|<img|<link|@import|url\(|onerror=alert\(1\)>$/m);
    expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    expect(page).toContain("\\u202e");
    expect(page.match(/<svg /g)).toHaveLength(2 * 2 * measured.get("Small")!.values.length);
    expect(page.match(/<section>/g)).toHaveLength(2);
  });
});
