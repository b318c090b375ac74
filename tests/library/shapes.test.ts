import { describe, expect, test } from "vitest";
import {
  ceilDivide,
  floorDivide,
  multiply,
  print,
  size,
  symbol,
  add,
} from "../../src/compiler/ir/dim.ts";
import type { TensorType } from "../../src/compiler/ir/type.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { LayerDefinition, ShapeProblem } from "../../src/compiler/library/definition.ts";
import { argumentsOf, typeOf, type Written } from "../support/library-values.ts";

const b = symbol("B");
const h = symbol("h");
const image = typeOf([b, 28, 28, 3], ["h", "w", "c"]);
const flat = typeOf([b, 64], ["px"]);

function infer(name: string, written: Written, ...inputs: readonly TensorType[]) {
  const layer = library.find("layer", name) as LayerDefinition;
  return layer.infer(inputs, argumentsOf(layer, written));
}

function shape(name: string, written: Written, ...inputs: readonly TensorType[]): string {
  const found = infer(name, written, ...inputs);
  if ("problem" in found) return found.problem;
  return found.axes
    .map((axis) =>
      axis.name === undefined ? print(axis.size) : `${axis.name}: ${print(axis.size)}`,
    )
    .join(", ");
}

function problem(name: string, written: Written, ...inputs: readonly TensorType[]): ShapeProblem {
  const found = infer(name, written, ...inputs);
  if (!("problem" in found)) throw new Error(`no problem: ${shape(name, written, ...inputs)}`);
  return found;
}

test.each([
  ["dense", { units: 10 }, [flat], "B, c: 10"],
  ["dense", { units: 10, over: "c" }, [image], "B, h: 28, w: 28, c: 10"],
  ["conv", { channels: 8, kernel: 3 }, [image], "B, h: 28, w: 28, c: 8"],
  [
    "conv",
    { channels: 8, kernel: 3, stride: 2 },
    [typeOf([b, h, 7, 3], ["h", "w", "c"])],
    "B, h: ceil(h / 2), w: 4, c: 8",
  ],
  ["conv", { channels: 8, kernel: 5, padding: "valid" }, [image], "B, h: 24, w: 24, c: 8"],
  [
    "conv",
    { channels: 64, kernel: 11, stride: 4, padding: 2 },
    [typeOf([b, 224, 224, 3], ["h", "w", "c"])],
    "B, h: 55, w: 55, c: 64",
  ],
  ["conv", { channels: 8, kernel: [3, 1], stride: [1, 2] }, [image], "B, h: 28, w: 14, c: 8"],
  ["conv", { channels: 8, kernel: 3 }, [typeOf([b, 100, 4], ["t", "c"])], "B, t: 100, c: 8"],
  [
    "conv",
    { channels: 8, kernel: 3 },
    [typeOf([b, 3, 28, 28], ["c", "h", "w"])],
    "B, c: 8, h: 28, w: 28",
  ],
  ["max_pool", { window: 2 }, [image], "B, h: 14, w: 14, c: 3"],
  [
    "max_pool",
    { window: 3, stride: 2 },
    [typeOf([b, 55, 55, 3], ["h", "w", "c"])],
    "B, h: 27, w: 27, c: 3",
  ],
  ["max_pool", { window: 3, stride: 2, padding: "same" }, [image], "B, h: 14, w: 14, c: 3"],
  ["avg_pool", { over: ["h", "w"] }, [image], "B, c: 3"],
  ["avg_pool", { over: "t" }, [typeOf([b, 9, 4], ["t", "c"])], "B, c: 4"],
  ["avg_pool", { grid: 7 }, [image], "B, h: 7, w: 7, c: 3"],
  ["flatten", {}, [image], "B, c: 2352"],
  ["flatten", { over: ["h", "w"], into: "t" }, [image], "B, t: 784, c: 3"],
  ["reshape", { h: 8, w: 8, c: 1 }, [flat], "B, h: 8, w: 8, c: 1"],
  ["concat", {}, [typeOf([b, 4], ["c"]), typeOf([b, 6], ["c"])], "B, c: 10"],
  ["concat", {}, [typeOf([b, 4], ["c"]), typeOf([b, 6], ["fact"])], "B, c: 10"],
  [
    "concat",
    { over: "t" },
    [typeOf([b, 4, 2], ["t", "c"]), typeOf([b, 6, 2], ["t", "c"])],
    "B, t: 10, c: 2",
  ],
  ["add", {}, [image, image], "B, h: 28, w: 28, c: 3"],
  ["dropout", { drop: 0.5 }, [image], "B, h: 28, w: 28, c: 3"],
  ["batch_norm", {}, [image], "B, h: 28, w: 28, c: 3"],
  ["attention", { heads: 4 }, [typeOf([b, h, 32], ["t", "c"])], "B, t: h, c: 32"],
  [
    "attention",
    { heads: 2 },
    [typeOf([b, 5, 6], ["t", "c"]), typeOf([b, h, 7], ["s", "c"])],
    "B, t: 5, c: 6",
  ],
  ["maxout", { units: 10, pieces: 3 }, [flat], "B, c: 10"],
  ["maxout", { units: 10, over: "c" }, [image], "B, h: 28, w: 28, c: 10"],
  ["prelu", { over: "c" }, [image], "B, h: 28, w: 28, c: 3"],
  ["stochastic_depth", { drop: 0.5 }, [image], "B, h: 28, w: 28, c: 3"],
  ["fractional_max_pool", { ratio: 1.5 }, [image], "B, h: 18, w: 18, c: 3"],
  ["fractional_max_pool", { ratio: 1.44 }, [typeOf([b, 36, 4], ["t", "c"])], "B, t: 25, c: 4"],
  [
    "concat",
    { over: "t" },
    [
      typeOf([b, 9, 4], ["t", "c"]),
      {
        element: { kind: "f32" },
        axes: [
          { name: "t", size: size(1) },
          { name: "c", size: size(4) },
        ],
      },
    ],
    "B, t: 10, c: 4",
  ],
  ["layer_norm", {}, [flat], "B, px: 64"],
] as const)("%s %j", (name, written, inputs, expected) => {
  expect(shape(name, written, ...inputs)).toBe(expected);
});

test("symbolic sizes stay exact", () => {
  const [halved, windowed] = [
    ceilDivide(h, size(2)),
    add(floorDivide(add(h, size(-2)), size(2)), size(1)),
  ];
  const wide = typeOf([b, symbol("h", { from: 3 }), 3], ["t", "c"]);
  expect(shape("conv", { channels: 8, kernel: 3, stride: 2 }, typeOf([b, h, 3], ["t", "c"]))).toBe(
    `B, t: ${print(halved)}, c: 8`,
  );
  expect(shape("max_pool", { window: 2 }, wide)).toBe(`B, t: ${print(windowed)}, c: 3`);
  expect(shape("flatten", {}, typeOf([b, h, 3], ["t", "c"]))).toBe(
    `B, c: ${print(multiply(h, size(3)))}`,
  );
});

describe("what is said of a shape that does not fit", () => {
  test("dense after a convolution", () => {
    expect(problem("dense", { units: 10 }, image)).toEqual({
      problem: "`dense` expects one axis besides the batch, and found 3: [h: 28, w: 28, c: 3]",
      help: "write `flatten -> dense(…)` to use every value, or `avg_pool(over: (h, w)) -> dense(…)` to average these axes away, or `dense(…, over: c)` to map `c` alone at every place",
      insertBefore: "flatten -> ",
    });
  });
  test("dense over an axis that is not there", () => {
    expect(problem("dense", { units: 10, over: "c" }, flat)).toMatchObject({
      problem: "`dense` was told `over: c`, but its operand has `px` besides the batch: [px: 64]",
      argument: "over",
    });
  });
  test("convolution without channels", () => {
    expect(problem("conv", { channels: 8, kernel: 3 }, typeOf([b, 28, 28, 1], []))).toEqual({
      problem:
        "`conv` expects an axis `c` (the channels) and found [28, 28, 1]: which axis is `c`?",
      help: "name the channels `c` in the type of the input, as in f32[B, 28, 28, c: 1], or give them an axis with `reshape`",
    });
  });
  test("convolution after flatten", () => {
    expect(problem("conv", { channels: 8, kernel: 3 }, typeOf([b, 12], ["c"])).problem).toBe(
      "`conv` expects 1 to 3 spatial axes besides the batch and `c`, and found 0: [c: 12]",
    );
  });
  test("a window larger than the image, with the arithmetic", () => {
    expect(problem("max_pool", { window: 5 }, typeOf([b, 4, 8, 2], ["h", "w", "c"]))).toEqual({
      problem: "the window of `max_pool` is larger than the axis `h`: it needs 5 and finds 4",
      notes: ["the result would be floor((4 + 2 * 0 - 5) / 5) + 1"],
      help: "use a smaller window, or `padding: same`",
    });
  });
  test("a dilated kernel larger than the padded image", () => {
    expect(
      problem(
        "conv",
        { channels: 1, kernel: 3, dilation: 4, padding: 1 },
        typeOf([b, 6, 2], ["t", "c"]),
      ),
    ).toMatchObject({
      problem: "the window of `conv` is larger than the axis `t`: it needs 9 and finds 8",
      notes: ["the result would be floor((6 + 2 * 1 - ((3 - 1) * 4 + 1)) / 1) + 1"],
    });
  });
  test("a window that is not proved to fit names the type that holds where it does", () => {
    const found = problem(
      "conv",
      { channels: 1, kernel: 5, padding: "valid" },
      typeOf([b, symbol("T"), 2], ["t", "c"]),
    );
    expect(found.problem).toBe(
      "the window of `conv` needs 5 places along `t`, and T is not proved to be as large",
    );
    expect(found.help).toBe(
      "use `padding: same`, or give the size a lower bound (`dim T in 5 .. 512`)",
    );
    expect(found.unproved?.axes.map((axis) => print(axis.size))).toEqual(["B", "T - 4", "1"]);
  });
  test("groups that do not divide", () => {
    expect(problem("conv", { channels: 8, kernel: 3, groups: 2 }, image)).toEqual({
      problem: "`groups: 2` must divide the channels of the operand, and there are 3",
      notes: ["mod(3, 2) is 1"],
      argument: "groups",
      help: "choose a number of groups that divides both",
    });
    expect(problem("conv", { channels: 8, kernel: 3, groups: 3 }, image).problem).toBe(
      "`groups: 3` must divide the channels of the result, and there are 8",
    );
  });
  test("one entry for each spatial axis, or one for all", () => {
    expect(problem("conv", { channels: 8, kernel: [3, 3, 3] }, image)).toMatchObject({
      problem:
        "`conv` expects one `kernel` for all spatial axes or one for each of the 2, and found 3",
      argument: "kernel",
    });
  });
  test("padding as wide as the window", () => {
    expect(problem("avg_pool", { window: 2, padding: 2 }, image)).toMatchObject({
      problem: "the padding of `avg_pool` must be smaller than its window (2), and it is 2",
      argument: "padding",
    });
  });
  test("pooling with no window, or with two", () => {
    expect(problem("max_pool", {}, image)).toEqual({
      problem: "`max_pool` expects a window, `over` or `grid`, and found none of them",
      help: "write `max_pool(2)` for windows of 2, or `max_pool(over: (h, w))` to pool whole axes away",
    });
    expect(problem("max_pool", { window: 2, grid: 3 }, image).problem).toBe(
      "`max_pool` expects one of a window, `over` and `grid`, and found `window` and `grid`",
    );
  });
  test("a grid larger than the image", () => {
    expect(problem("avg_pool", { grid: 30 }, image)).toMatchObject({
      problem: "`avg_pool` cannot keep 30 places along `h`: there are 28",
      argument: "grid",
    });
  });
  test("pooling after flatten", () => {
    expect(problem("max_pool", { window: 2 }, typeOf([b, 12], ["c"])).problem).toBe(
      "`max_pool` expects 1 to 3 spatial axes besides the batch and `c`, and found 0: [c: 12]",
    );
  });
  test("reshape that loses values", () => {
    expect(problem("reshape", { h: 8, w: 9 }, flat)).toEqual({
      problem:
        "`reshape` must keep the number of values: it finds 64 in each row, [px: 64], and is told to make 72, [h: 8, w: 9]",
      notes: ["found: 64 = 64", "written: 8 * 9 = 72"],
      help: "write sizes with the same product",
    });
  });
  test("branches of different sizes", () => {
    expect(problem("concat", {}, image, typeOf([b, 14, 28, 3], ["h", "w", "c"]))).toEqual({
      problem:
        "`concat` joins `c`, so the other axes must agree, but `h` is 28 in operand 1 and 14 in operand 2",
      notes: ["operand 1 is [h: 28, w: 28, c: 3], operand 2 is [h: 14, w: 28, c: 3]"],
      help: "give both the same size: check strides and paddings of the branches",
    });
    expect(problem("concat", {}, image, flat).problem).toBe(
      "`concat` expects operands with the same number of axes: operand 1 is [h: 28, w: 28, c: 3], operand 2 is [px: 64]",
    );
    expect(problem("add", {}, image, typeOf([b, 28, 28, 8], ["h", "w", "c"])).problem).toBe(
      "`add` expects operands with the same axes, but `c` of operand 1 has 3 places and `c` of operand 2 has 8",
    );
  });
  test("labels are not numbers", () => {
    const labels: TensorType = {
      element: { kind: "class", count: size(10) },
      axes: [{ size: b }, { name: "t", size: size(4) }],
    };
    for (const [name, written] of [
      ["dense", { units: 3 }],
      ["dropout", { drop: 0.5 }],
      ["stochastic_depth", { drop: 0.5 }],
    ] as const)
      expect(problem(name, written, labels).problem).toBe(
        `\`${name}\` expects numbers (\`f32\`) and found labels (\`class\` of 10)`,
      );
  });
  test("normalisation with no axis to choose", () => {
    expect(problem("layer_norm", {}, typeOf([b, 4, 5], ["h", "w"]))).toEqual({
      problem:
        "`layer_norm` works over `c`, or over the only axis besides the batch, and found [h: 4, w: 5]",
      help: "say which axis it works over: `layer_norm(over: …)`",
    });
  });
  test("normalisation of instances and groups", () => {
    expect(problem("instance_norm", {}, flat)).toEqual({
      problem: "`instance_norm` expects `c` and spatial axes to normalise over, and found [px: 64]",
      help: "without spatial axes use `layer_norm`",
    });
    expect(problem("group_norm", { groups: 2 }, image)).toEqual({
      problem: "the groups of `group_norm` must divide the channels: 2 does not divide 3",
      argument: "groups",
      help: "choose a number of groups that divides `c`",
    });
    expect(problem("group_norm", { groups: 2 }, typeOf([b, 4, h], ["t", "c"])).unproved).toEqual(
      typeOf([b, 4, h], ["t", "c"]),
    );
    expect(problem("group_norm", { groups: 2 }, flat).problem).toBe(
      "`group_norm` expects an axis `c` and found [px: 64]",
    );
  });
  test("attention over several spatial axes, over none, without features", () => {
    expect(problem("attention", { heads: 4 }, image)).toEqual({
      problem:
        "`attention` expects one axis of places besides the batch and `c`, and found 2: [h: 28, w: 28, c: 3]",
      help: "make one sequence of them first: `flatten(over: (h, w), into: t) -> attention(…)`",
      insertBefore: "flatten(over: (h, w), into: t) -> ",
    });
    expect(problem("attention", { heads: 4 }, typeOf([b, 12], ["c"])).problem).toBe(
      "`attention` expects one axis of places besides the batch and `c`, and found 0: [c: 12]",
    );
    expect(problem("attention", { heads: 4 }, typeOf([b, 12, 4], ["t", "px"])).problem).toBe(
      "`attention` expects an axis `c` (the features of a place) and found [t: 12, px: 4]",
    );
  });
  test("heads that do not divide the features, or are not proved to", () => {
    expect(problem("attention", { heads: 5 }, typeOf([b, 9, 48], ["t", "c"]))).toEqual({
      problem: "the heads of `attention` must divide the features: 5 does not divide 48",
      notes: ["mod(48, 5) is 3"],
      argument: "heads",
      help: "write one of 1, 2, 3, 4, 6, 8, 12, 16, 24, 48, or change the features",
    });
    const open = typeOf([b, 9, h], ["t", "c"]);
    expect(problem("attention", { heads: 5 }, open)).toMatchObject({
      problem: "the heads of `attention` must divide the features: 5 is not proved to divide h",
      unproved: open,
    });
    expect(
      shape("attention", { heads: h }, typeOf([b, 9, multiply(h, size(16))], ["t", "c"])),
    ).toBe("B, t: 9, c: 16 * h");
  });
  test("attention across: rows must agree, and causal speaks of one sequence", () => {
    const [query, memory] = [typeOf([b, 9, 8], ["t", "c"]), typeOf([b, 5, 4], ["t", "c"])];
    expect(problem("attention", { heads: 2, causal: true }, query, memory)).toMatchObject({
      problem: "`causal: on` speaks of the places of one sequence, and `attention` was given two",
      argument: "causal",
    });
    expect(problem("attention", { heads: 2 }, query, typeOf([7, 5, 4], ["t", "c"])).problem).toBe(
      "`attention` expects a query and a memory of the same rows, and found B and 7",
    );
    expect(problem("attention", { heads: 2 }, query, memory, memory).problem).toBe(
      "`attention` takes one value, or a query and a memory, and found 3",
    );
  });
  test("maxout and prelu on axes that are not there", () => {
    expect(problem("maxout", { units: 3 }, image)).toMatchObject({
      problem: "`maxout` expects one axis besides the batch, and found 3: [h: 28, w: 28, c: 3]",
      insertBefore: "flatten -> ",
    });
    expect(problem("maxout", { units: 3, over: "h" }, image).problem).toBe(
      "`maxout` over `h` would make a second axis `c`: its operand is [h: 28, w: 28, c: 3]",
    );
    expect(problem("prelu", { over: "t" }, image)).toMatchObject({
      problem:
        "`prelu` was told `over: t`, but its operand has `h`, `w`, `c` besides the batch: [h: 28, w: 28, c: 3]",
      argument: "over",
    });
  });
  test("fractional pooling with no room, or none that is proved", () => {
    expect(problem("fractional_max_pool", { ratio: 1.5 }, typeOf([b, 1, 4], ["t", "c"]))).toEqual({
      problem: "`fractional_max_pool` cannot keep floor(1 / 1.5) places of `t` with windows of 2",
      notes: [
        "the result would be floor(1 / 1.5) = 0, which must be at least 1, and 0 + 2 - 1 must be at most 1",
      ],
      help: "use a larger ratio or a smaller window",
    });
    const open = problem("fractional_max_pool", { ratio: 1.5 }, typeOf([b, h, 4], ["t", "c"]));
    expect(open.help).toBe("give the size a lower bound (`dim T in 4 .. 512`)");
    expect(open.unproved?.axes.map((axis) => print(axis.size))).toEqual([
      "B",
      "floor((2 * h) / 3)",
      "4",
    ]);
    const long = symbol("T", { from: 4 });
    expect(shape("fractional_max_pool", { ratio: 1.5 }, typeOf([b, long, 4], ["t", "c"]))).toBe(
      "B, t: floor((2 * T) / 3), c: 4",
    );
    expect(problem("fractional_max_pool", { ratio: 1.5 }, typeOf([b, 12], ["c"])).problem).toBe(
      "`fractional_max_pool` expects 1 to 3 spatial axes besides the batch and `c`, and found 0: [c: 12]",
    );
  });
  test("one_hot of numbers, and of labels that have an axis `c`", () => {
    expect(problem("one_hot", {}, flat)).toMatchObject({
      problem: "`one_hot` expects labels (`class`) and found numbers (`f32`)",
    });
    const labels: TensorType = {
      element: { kind: "class", count: size(7) },
      axes: [{ size: b }, { name: "c", size: size(4) }],
    };
    expect(problem("one_hot", {}, labels).problem).toBe(
      "`one_hot` would make a second axis `c`: its operand is [c: 4]",
    );
  });
  test("two axes of one name", () => {
    expect(problem("flatten", { over: ["h", "w"], into: "c" }, image).problem).toBe(
      "`flatten` would make a second axis `c`: its operand is [h: 28, w: 28, c: 3]",
    );
    expect(problem("dense", { units: 4, over: "h" }, image).problem).toBe(
      "`dense` over `h` would make a second axis `c`: its operand is [h: 28, w: 28, c: 3]",
    );
  });
});

test("fans are the connections into and out of one unit", () => {
  const conv = library.find("layer", "conv") as LayerDefinition;
  const weight = conv.weights!(
    [typeOf([b, 28, 28, 4], ["h", "w", "c"])],
    argumentsOf(conv, { channels: 6, kernel: [3, 5], groups: 2 }),
  )[0]!;
  expect([print(weight.fanIn), print(weight.fanOut), weight.shape.map(print)]).toEqual([
    "30",
    "45",
    ["3", "5", "2", "6"],
  ]);
});
