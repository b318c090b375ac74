import { describe, expect, test } from "vitest";
import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import { nodesOf } from "../../src/compiler/ir/graph.ts";
import type { TensorType } from "../../src/compiler/ir/type.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { LayerDefinition } from "../../src/compiler/library/definition.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { known } from "../../src/compiler/ir/dim.ts";
import { expectClose } from "../support/close.ts";
import { actualCount, gradientProblems, randomOperand } from "../support/gradient-check.ts";
import { interpretFloat32 } from "../support/interpret-float32.ts";
import { argumentsOf, typeOf, type Written } from "../support/library-values.ts";
import { inferred, lowered, runLayer, shapeOf } from "../support/run-layer.ts";
import { randomArray } from "../support/random-numbers.ts";

const image = typeOf([3, 5, 4, 2], ["h", "w", "c"]);
const flat = typeOf([3, 6], ["px"]);

const uses: readonly (readonly [string, Written, readonly TensorType[]])[] = [
  ["dense", { units: 3 }, [flat]],
  ["dense", { units: 3, over: "c" }, [image]],
  ["conv", { channels: 3, kernel: 3 }, [image]],
  ["conv", { channels: 4, kernel: 3, stride: 2, groups: 2, dilation: 2 }, [image]],
  ["conv", { channels: 2, kernel: 3, padding: "valid" }, [typeOf([3, 2, 6], ["c", "t"])]],
  ["conv_transpose", { channels: 3, kernel: 2, stride: 2 }, [image]],
  [
    "conv_transpose",
    { channels: 4, kernel: 3, stride: 2, padding: 1, output_padding: 1, groups: 2 },
    [image],
  ],
  ["upsample", { scale: 2 }, [image]],
  ["upsample", { scale: [2, 3], mode: "bilinear" }, [image]],
  ["upsample", { scale: 2, mode: "bilinear", align_corners: true }, [image]],
  ["max_pool", { window: 2 }, [image]],
  ["max_pool", { window: 3, stride: 2, padding: "same" }, [image]],
  ["max_pool", { window: 2 }, [typeOf([3, 4, 4], ["h", "w"])]],
  ["max_pool", { over: ["h", "w"] }, [image]],
  ["max_pool", { grid: 2 }, [image]],
  ["avg_pool", { window: 2 }, [image]],
  ["avg_pool", { window: 3, stride: 2, padding: "same" }, [image]],
  ["avg_pool", { over: ["h", "w"] }, [image]],
  ["avg_pool", { grid: 2 }, [image]],
  ["flatten", {}, [image]],
  ["flatten", { over: ["h", "c"], into: "t" }, [image]],
  ["reshape", { t: 3, c: 2 }, [flat]],
  ["concat", {}, [image, typeOf([3, 5, 4, 3], ["h", "w", "c"])]],
  ["concat", { over: "h" }, [image, typeOf([3, 2, 4, 2], ["h", "w", "c"])]],
  ["add", {}, [image, image, image]],
  ["dropout", { drop: 0.4 }, [image]],
  ["batch_norm", {}, [image]],
  ["batch_norm", { epsilon: 0.1 }, [flat]],
  ["instance_norm", {}, [image]],
  ["instance_norm", {}, [typeOf([3, 2, 6], ["c", "t"])]],
  ["group_norm", { groups: 2 }, [typeOf([3, 4, 6], ["t", "c"])]],
  ["group_norm", { groups: 2 }, [typeOf([3, 4, 5], ["c", "t"])]],
  ["layer_norm", {}, [image]],
  ["layer_norm", { over: ["h", "w", "c"] }, [image]],
  ["attention", { heads: 2 }, [typeOf([3, 3, 4], ["t", "c"])]],
  ["attention", { heads: 2, causal: true, drop: 0.3 }, [typeOf([3, 4, 3], ["c", "t"])]],
  [
    "attention",
    { heads: 1, bias: false },
    [typeOf([3, 2, 3], ["t", "c"]), typeOf([3, 4, 2], ["t", "c"])],
  ],
  ["maxout", { units: 3, pieces: 2 }, [flat]],
  ["maxout", { units: 3, pieces: 3, over: "c" }, [image]],
  ["prelu", {}, [image]],
  ["prelu", { over: "c" }, [image]],
  ["stochastic_depth", { drop: 0.4 }, [image]],
  ["stochastic_depth", { drop: 0.4, each: "batch" }, [image]],
  ["fractional_max_pool", { ratio: 1.5 }, [image]],
  ["fractional_max_pool", { ratio: 2.5, window: 3 }, [typeOf([3, 2, 7], ["c", "t"])]],
  ["last", { over: "t" }, [typeOf([3, 4, 2], ["t", "c"])]],
  ["rnn", { units: 3 }, [typeOf([3, 4, 2], ["t", "c"])]],
  ["gru", { units: 3 }, [typeOf([3, 4, 2], ["t", "c"])]],
  ["lstm", { units: 2 }, [typeOf([3, 3, 2], ["t", "c"])]],
];

/** Layers of labels, which have no gradient. */
const ofLabels = ["one_hot", "embedding"];

const all = uses.flatMap(([name, written, types]) =>
  [true, false].map(
    (training) => [name, written, training ? "training" : "inference", types] as const,
  ),
);

function runOf(name: string, written: Written, types: readonly TensorType[], training: boolean) {
  const layer = library.find("layer", name) as LayerDefinition;
  return { layer, values: argumentsOf(layer, written), inputTypes: types, training };
}

/** The random streams that the layer draws from, with their types. */
function streamsOf(run: ReturnType<typeof runOf>): ReadonlyMap<string, ArrayType> {
  const graph = createBuilder();
  const inputs = run.inputTypes.map((type, place) =>
    graph.input(`input ${place}`, { shape: shapeOf(type), batched: true }),
  );
  const weights = (run.layer.weights?.(run.inputTypes, run.values) ?? []).map(({ name, shape }) =>
    graph.parameter(name, { shape: shape.map((dim) => known(dim)!), batched: false }),
  );
  const { output } = lowered(graph, run, inputs, weights);
  return new Map(
    nodesOf({ outputs: new Map([["output", output]]), updates: new Map() }).flatMap((node) =>
      node.op === "random" ? [[node.attributes.stream, node.type] as const] : [],
    ),
  );
}

/** States and random streams, all in [0.1, 1). */
function others(run: ReturnType<typeof runOf>, rows: number): Map<string, Float64Array> {
  const states = (run.layer.states?.(run.inputTypes, run.values) ?? []).map(
    ({ name, shape }) =>
      [
        name,
        randomArray(
          shape.reduce((product, dim) => product * known(dim)!, 1),
          9,
          0.1,
          1,
        ),
      ] as const,
  );
  return new Map([
    ...states,
    ...[...streamsOf(run)].map(
      ([stream, type]) => [stream, randomArray(actualCount(type, rows), 8, 0, 1)] as const,
    ),
  ]);
}

test.each(
  all.flatMap((each) =>
    [2, 3].map(
      (rows) =>
        [...each.slice(0, 3), rows, each[3]] as [
          string,
          Written,
          string,
          number,
          readonly TensorType[],
        ],
    ),
  ),
)(
  "%s %j in %s, %i of 3 rows: finite differences in every operand and weight",
  (name, written, phase, rows, types) => {
    const run = runOf(name, written, types, phase === "training");
    const weights = run.layer.weights?.(run.inputTypes, run.values) ?? [];
    const inputs = types.map((type, place) =>
      randomOperand({ shape: shapeOf(type), batched: true }, 20 + place, { rows }),
    );
    const weightOperands = weights.map(({ shape }, place) =>
      randomOperand({ shape: shape.map((dim) => known(dim)!), batched: false }, 40 + place),
    );
    const problems = gradientProblems({
      build: (graph, nodes) =>
        lowered(graph, run, nodes.slice(0, inputs.length), nodes.slice(inputs.length)).output,
      operands: [...inputs, ...weightOperands],
      rows,
      values: others(run, rows),
    });
    expect(problems).toEqual([]);
  },
);

test("every layer is checked", () => {
  const checked = new Set(uses.map(([name]) => name));
  expect(
    library
      .all("layer")
      .map(({ name }) => name)
      .filter((name) => !checked.has(name) && !ofLabels.includes(name)),
  ).toEqual([]);
});

/** What the layer makes of the inputs, with scales of 1 and shifts of 0. */
const numbers = (
  run: ReturnType<typeof runOf>,
  inputs: readonly (readonly number[])[],
  rows: number,
  more = new Map<string, Float64Array>(),
) =>
  runLayer(run, {
    inputs: inputs.map((each) => Float64Array.from(each)),
    weights: (run.layer.weights?.(run.inputTypes, run.values) ?? []).map(({ name, shape }) =>
      new Float64Array(known(shape[0]!)!).fill(name === "scale" ? 1 : 0),
    ),
    factors: new Float64Array(actualCount({ shape: shapeOf(inferred(run)), batched: true }, rows)),
    others: more,
    rows,
  });

describe("values", () => {
  test("reshape reads in row-major order", () => {
    const run = runOf("reshape", { t: 3, c: 2 }, [typeOf([1, 6], ["px"])], false);
    expectClose(numbers(run, [[1, 2, 3, 4, 5, 6]], 1).get("output")!, [1, 2, 3, 4, 5, 6]);
  });

  test("concat puts the operands one after the other", () => {
    const run = runOf("concat", {}, [typeOf([2, 2], ["c"]), typeOf([2, 1], ["c"])], false);
    expectClose(
      numbers(
        run,
        [
          [1, 2, 3, 4],
          [5, 6],
        ],
        2,
      ).get("output")!,
      [1, 2, 5, 3, 4, 6],
    );
  });

  test("add", () => {
    const run = runOf(
      "add",
      {},
      [typeOf([1, 2], ["c"]), typeOf([1, 2], ["c"]), typeOf([1, 2], ["c"])],
      false,
    );
    expectClose(
      numbers(
        run,
        [
          [1, 2],
          [10, 20],
          [100, 200],
        ],
        1,
      ).get("output")!,
      [111, 222],
    );
  });

  test("dropout zeroes where the number is below `drop`, scales the rest up, and does nothing at inference", () => {
    const types = [typeOf([1, 4], ["c"])];
    const mask = new Map([["mask", Float64Array.of(0, 0.24, 0.25, 0.99)]]);
    expectClose(
      numbers(runOf("dropout", { drop: 0.25 }, types, true), [[3, 3, 3, 3]], 1, mask).get(
        "output",
      )!,
      [0, 0, 4, 4],
    );
    expectClose(
      numbers(runOf("dropout", { drop: 0.25 }, types, false), [[3, 3, 3, 3]], 1).get("output")!,
      [3, 3, 3, 3],
    );
    expectClose(
      numbers(runOf("dropout", { drop: 0 }, types, true), [[3, 3, 3, 3]], 1).get("output")!,
      [3, 3, 3, 3],
    );
  });

  test("batch_norm of a single row gives the shift, and keeps a finite variance", () => {
    const run = runOf("batch_norm", {}, [typeOf([4, 2], ["c"])], true);
    const found = numbers(
      run,
      [[5, -7]],
      1,
      new Map([
        ["mean", Float64Array.of(0, 0)],
        ["variance", Float64Array.of(1, 1)],
      ]),
    );
    expectClose(found.get("output")!, [0, 0]);
    expectClose(found.get("mean")!, [0.5, -0.7]);
    expectClose(found.get("variance")!, [0.9, 0.9]);
  });
});

describe("float32 at extremes: all values and gradients finite", () => {
  test.each([
    ["batch_norm", {}, [1e4, -1e4, 1e4, -1e4, 1e4, -1e4]],
    ["batch_norm", {}, [1e15, 1e15, -1e15, 1, 2, 3]],
    ["batch_norm", {}, [7, 7, 7, 7, 7, 7]],
    ["layer_norm", {}, [1e4, -1e4, 1e4, 0, 0, 0]],
    ["layer_norm", {}, [1e15, -1e15, 1, 7, 7, 7]],
  ] as const)("%s %j on %j", (name, written, x) => {
    const run = runOf(name, written, [typeOf([2, 3], ["c"])], true);
    const graph = createBuilder();
    const input = graph.input("x", { shape: [2, 3], batched: true });
    const scale = graph.parameter("scale", { shape: [3], batched: false });
    const shift = graph.parameter("shift", { shape: [3], batched: false });
    const { output, updates } = lowered(graph, run, [input], [scale, shift]);
    const loss = graph.sum(graph.multiply(output, graph.input("factors", output.type)));
    const gradients = differentiate(graph, loss, [input, scale, shift]);
    const outputs = new Map([
      ["output", output],
      ...updates,
      ...[...gradients].map(
        ([leaf, gradient], place) => [`${leaf.op} ${place}`, gradient] as const,
      ),
    ]);
    const values = new Map([
      ["x", Float64Array.from(x)],
      ["scale", Float64Array.of(1, 1, 1)],
      ["shift", new Float64Array(3)],
      ["factors", Float64Array.of(1, -2, 3, 0.5, 1, 2)],
      ["mean", new Float64Array(3)],
      ["variance", new Float64Array(3).fill(1)],
    ]);
    const found = interpretFloat32(
      { outputs, updates: new Map() },
      { values, scalars: new Map(), rows: 2 },
    );
    expect([...found].filter(([, numbers]) => !numbers.every(Number.isFinite))).toEqual([]);
  });
});
