import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ts } from "ts-morph";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { emitKernels } from "../../src/backends/gpujs/emit-kernels.ts";
import { createDevice } from "../../src/runtime/device.ts";
import { foldLines } from "../../src/backends/gpujs/text/fold-lines.ts";
import type { DevicePlan, DeviceStep } from "../../src/runtime/device-plan.ts";
import { devicePlan } from "../../src/tools/training/plans.ts";
import { convolutionalNetwork, multilayerPerceptron } from "../support/networks.ts";

/** A dense layer with a mask, every name of which comes from outside. */
function named(name: (part: string) => string): Graph {
  const root = createBuilder();
  const graph = root.at({ path: name("layer"), role: "forward" });
  const x = root.input(name("field"), { shape: [4, 3], batched: true });
  const weight = root.parameter(name("weight"), { shape: [3, 2], batched: false });
  const mask = graph.less(
    root.random(name("stream"), { shape: [4, 2], batched: true }),
    root.scalar(name("number")),
  );
  const y = graph.multiply(graph.contract(x, weight, "rk,kn->rn"), mask);
  const state = root.state(
    name("state"),
    { shape: [2], batched: false },
    { role: "slot", initial: 0, of: "weight" },
  );
  return {
    outputs: new Map([[name("output"), y]]),
    updates: new Map([[name("state"), graph.add(state, graph.sum(y, [0]))]]),
  };
}

function nodesOf(text: string): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile("kernels.ts", text, ts.ScriptTarget.ES2022, true));
  return nodes;
}

/** A key stands without quotes where it is a name. */
const syntaxOf = (text: string): readonly string[] =>
  nodesOf(text).map((node) =>
    node.parent && ts.isPropertyAssignment(node.parent) && node.parent.name === node
      ? "PropertyName"
      : ts.SyntaxKind[node.kind],
  );
/** The kernels: the texts between backticks. */
const kernelsOf = (text: string): readonly string[] =>
  nodesOf(text).flatMap((node) =>
    ts.isNoSubstitutionTemplateLiteral(node)
      ? [node.text]
      : ts.isTemplateExpression(node)
        ? [node.getText()]
        : [],
  );

const hostile = [
  "`",
  "${process.exit(1)}",
  '"];process.exit(1)//',
  "*/ process.exit(1) /*",
  "\n process.exit(1)",
  "\u2028process.exit(1)",
  "</script>",
  "\\",
  "class",
  "Math",
  "__proto__",
  "constructor",
  "i",
  "accumulator",
  "rows",
  "number_1",
  "return",
  "b",
  "k",
  "ё",
  "",
  " ",
  "this",
  "a".repeat(300),
  "9",
  "_",
  "h1.weight",
  "x/m",
];

describe("names of the spec", () => {
  const benign = syntaxOf(
    emitKernels({
      train: schedule(
        "train",
        named((part) => `plain_${part}`),
        4,
      ),
    }).text,
  );

  test("cannot change the syntax of the file, nor reach a kernel", () => {
    for (const text of hostile) {
      const { text: emitted } = emitKernels({
        train: schedule(
          "train",
          named((part) => `${text}${part}`),
          4,
        ),
      });
      expect(syntaxOf(emitted), JSON.stringify(text)).toEqual(benign);
      expect(kernelsOf(emitted)).toHaveLength(2);
      for (const source of kernelsOf(emitted))
        expect(source).toMatch(/^[\w\s()[\]{}.,;=<>!?:&|+*/-]*$/);
    }
  });

  test("do not change what is computed", async () => {
    for (const text of hostile) {
      const name = (part: string): string => `${text}${part}`;
      const plan = devicePlan(schedule("train", named(name), 4), new Map());
      const device = await createDevice({
        backend: "cpu",
        fillUniform: (target) => target.fill(0.5),
      });
      device.write(name("weight"), Float32Array.of(1, 2, 3, 4, 5, 6));
      device.write(name("state"), Float32Array.of(10, 20));
      device.run(plan, {
        inputs: { [name("field")]: Float32Array.of(1, 0, 0, 0, 1, 1) },
        numbers: { [name("number")]: 0.75 },
        rows: 2,
        step: 1,
      });
      expect((await device.result(plan, name("output"))).slice(0, 4)).toEqual(
        Float32Array.of(1, 2, 8, 10),
      );
      expect(await device.read(name("state"))).toEqual(Float32Array.of(19, 32));
      await device.dispose();
    }
  });
});

test("the same plans give the same text, and it passes a strict compiler", () => {
  const emit = (): string =>
    emitKernels({
      train: schedule("train", convolutionalNetwork().graph, 4),
      evaluate: schedule("evaluate", multilayerPerceptron().graph, 8),
    }).text;
  const text = emit();
  expect(emit()).toBe(text);
  expect(kernelsOf(text).length).toBeGreaterThan(50);
  const folder = mkdtempSync(join(tmpdir(), "kernels-"));
  try {
    writeFileSync(
      join(folder, "kernels.ts"),
      text.replace("./runtime/device.ts", "./device-plan.ts"),
    );
    copyFileSync("src/runtime/device-plan.ts", join(folder, "device-plan.ts"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const options =
      "--ignoreConfig --noEmit --strict --noUnusedLocals --noUncheckedIndexedAccess --exactOptionalPropertyTypes --erasableSyntaxOnly --verbatimModuleSyntax --allowImportingTsExtensions --module nodenext --target es2022".split(
        " ",
      );
    expect(
      spawnSync("node_modules/.bin/tsc", [...options, join(folder, "kernels.ts")], {
        encoding: "utf8",
      }).stdout,
    ).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 30_000);

test("kernels that are equal up to names are one, in all plans of a run", () => {
  const { graph } = multilayerPerceptron();
  const text = emitKernels({
    train: schedule("train", graph, 8),
    evaluate: schedule("evaluate", graph, 8),
  }).text;
  const rows = [...text.matchAll(/\[\s*"[^"]+",\s*\d+,\s*(\w+)(?:\([\d, ]*\))?,/g)].map(
    ([, name]) => name,
  );
  expect(kernelsOf(text)).toHaveLength(new Set(rows).size);
  expect(rows.length).toBeGreaterThan(2 * new Set(rows).size);
  expect(new Set(kernelsOf(text)).size).toBe(kernelsOf(text).length);
});

test("kernels that are equal up to sizes are written once, and with their sizes they are what they were", async () => {
  const plans = {
    train: schedule("train", multilayerPerceptron(16, 8, 24, 3).graph, 16),
    predict: schedule("predict", convolutionalNetwork().graph, 4),
  };
  const { text } = emitKernels(plans);
  expect(text).toMatch(/^const product\w* = \((?:[A-Z]+: number(?:, )?)+\) => `function/m);
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
  });
  const written = (await import(
    `data:text/javascript,${encodeURIComponent(outputText)}`
  )) as Record<string, DevicePlan>;
  const sources = (steps: readonly DeviceStep[]): readonly string[] =>
    steps.flatMap((step) =>
      "stream" in step || "body" in step ? [] : [step[2].replaceAll(/\s+/g, " ")],
    );
  const pool = new Map();
  for (const [name, plan] of Object.entries(plans))
    expect(sources(written[name]!.steps), name).toEqual(sources(devicePlan(plan, pool).steps));
  expect(kernelsOf(text).length).toBeLessThan(
    new Set(Object.values(plans).flatMap((plan) => sources(devicePlan(plan, new Map()).steps)))
      .size,
  );
});

test("no line of a kernel is longer than a line; what is, is broken before an operator", () => {
  const text = `  const v1 = ${Array.from({ length: 30 }, (_, index) => `(v${index} * 2.0)`).join(" + ")};`;
  const folded = foldLines([text, "  return v1;"]);
  expect(folded.length).toBeGreaterThan(3);
  expect(Math.max(...folded.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(folded.slice(1, -1).every((line) => line.startsWith("    + "))).toBe(true);
  expect(
    folded
      .slice(0, -1)
      .map((line) => line.trim())
      .join(" "),
  ).toBe(text.trim());
  expect(folded.at(-1)).toBe("  return v1;");
});

test("a dense layer reads like this", () => {
  const root = createBuilder();
  const h = root.at({ path: "h1", role: "forward" });
  const type = { shape: [128, 64], batched: true };
  const product = h.contract(
    root.input("x", type),
    root.parameter("h1.weight", { shape: [64, 32], batched: false }),
    "rk,kn->rn",
  );
  const out = h.maximum(
    h.add(
      product,
      h.broadcast(root.parameter("h1.bias", { shape: [32], batched: false }), product.type, [1]),
    ),
    0,
  );
  const { text } = emitKernels({
    predict: schedule("predict", { outputs: new Map([["h1", out]]), updates: new Map() }, 128),
  });
  expect(text).toBe(
    `import type { DevicePlan } from "./runtime/device.ts";

// The tensor work as gpu.js functions. Arrays are flat and row-major; \`i\` is the element that a
// thread computes, capital letters are sizes. A step of a plan: what it makes, how many elements
// that has, the function, and the arrays and numbers that it is given.

// h1: [128, 64] · [64, 32] (rk,kn->rn) + bias → relu → [128, 32]
const product_relu = \`function product_relu(bias, input, weight) {
  const i = this.thread.x;
  const r = Math.floor((i + 0.5) / 32.0);
  const n = i - r * 32;
  let accumulator = bias[n];
  for (let k = 0; k < 64; k += 4) {
    accumulator += input[r * 64 + k] * weight[k * 32 + n]
      + input[r * 64 + k + 1] * weight[k * 32 + n + 32]
      + input[r * 64 + k + 2] * weight[k * 32 + n + 64]
      + input[r * 64 + k + 3] * weight[k * 32 + n + 96];
  }
  return accumulator < 0.0 ? 0.0 : (0.0 <= accumulator ? accumulator : accumulator + 1.0);
}\`;

export const predict = {
  name: "predict",
  capacity: 128,
  inputs: { x: 8192 },
  given: [],
  derived: {},
  steps: [["h1", 4096, product_relu, ["h1.bias", "x", "h1.weight"]]],
  results: { h1: "h1" },
  updates: {},
} satisfies DevicePlan;
`.replaceAll("\\u003e", ">"),
  );
});
