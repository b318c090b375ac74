import { describe, expect, test } from "vitest";
import type { ArrayType } from "../../src/compiler/ir/array-type.ts";
import type { GraphBuilder } from "../../src/compiler/ir/builder.ts";
import { fit } from "../../src/compiler/ir/constants.ts";
import type { Node, Op, Window } from "../../src/compiler/ir/graph.ts";
import { ops, primitiveOf } from "../../src/compiler/ir/primitives/index.ts";
import type { Gradient } from "../../src/compiler/ir/primitives/primitive.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import { gradientProblems, randomOperand, type Operand } from "../support/gradient-check.ts";
import { scanCases } from "../support/scans.ts";

interface Case {
  readonly types: readonly ArrayType[];
  readonly build: (graph: GraphBuilder, operands: readonly Node[]) => Node;
  /** The interval of random values, for each operand. */
  readonly ranges?: readonly (readonly [low: number, high: number])[];
  /** Rows below the capacity. */
  readonly rows?: number;
}

const array = (...shape: number[]): ArrayType => ({ shape, batched: false });
const batch = (...shape: number[]): ArrayType => ({ shape, batched: true });

const shapes = [
  array(),
  array(1),
  array(5),
  array(2, 3),
  batch(4, 3),
  batch(3, 2, 2),
  array(2, 2, 2, 2),
  batch(6),
];

function unary(op: Op, low = -2, high = 2): readonly Case[] {
  return shapes.map((type) => ({
    types: [type],
    build: (graph, inputs) => graph.make(op, inputs, {}),
    ranges: [[low, high]],
  }));
}

const pairs: readonly (readonly [ArrayType, ArrayType])[] = [
  [array(), array()],
  [array(), array(5)],
  [batch(4, 3), array()],
  [array(2, 3), array(2, 3)],
  [batch(4, 3), batch(4, 3)],
  [batch(3, 2, 2), array()],
  [array(2, 2, 2, 2), array(2, 2, 2, 2)],
  [array(), batch(6)],
];

function binary(
  op: Op,
  ranges: Case["ranges"] = [
    [-2, 2],
    [-2, 2],
  ],
): readonly Case[] {
  return pairs.map((types) => ({
    types,
    build: (graph, inputs) => graph.make(op, inputs, {}),
    ranges,
  }));
}

const repeated: readonly (readonly [ArrayType, ArrayType, readonly number[]])[] = [
  [array(), array(3), []],
  [array(), batch(3, 2), []],
  [array(3), batch(4, 3), [1]],
  [batch(4), batch(4, 3), [0]],
  [array(2, 3), batch(2, 2, 2, 3), [1, 3]],
  [batch(3, 2), batch(3, 4, 2), [0, 2]],
  [array(2), array(2, 3), [0]],
  [array(1), array(1, 2, 2), [0]],
];

const reduced: readonly (readonly [ArrayType, readonly number[]])[] = [
  [array(5), [0]],
  [array(2, 3), [0]],
  [array(2, 3), [1]],
  [batch(4, 3), [0]],
  [batch(4, 3), [1]],
  [batch(3, 2, 2), [0, 1, 2]],
  [batch(3, 2, 2), [0, 2]],
  [array(2, 2, 2, 2), [1, 3]],
];

const contracted: readonly (readonly [ArrayType, ArrayType, string])[] = [
  [array(3), array(3), "k,k->"],
  [batch(4, 3), array(3, 2), "rk,kn->rn"],
  [batch(4, 3), batch(4, 2), "rp,rn->pn"],
  [batch(4, 2), array(3, 2), "rn,pn->rp"],
  [array(2), array(3), "m,n->nm"],
  [batch(3, 2, 2), batch(3, 2, 4), "bmk,bkn->bmn"],
  [batch(3, 2, 2), array(2, 2), "bxy,yx->b"],
  [batch(5, 2), batch(5), "rn,r->n"],
];

const window = (size: number[], options: Partial<Window> = {}): Window => ({
  size,
  stride: size.map(() => 1),
  dilation: size.map(() => 1),
  low: size.map(() => 0),
  high: size.map(() => 0),
  ...options,
});

const windows: readonly (readonly [ArrayType, Window, groups: number])[] = [
  [batch(2, 5, 2), window([3]), 1],
  [batch(2, 7, 2), window([3], { stride: [2], low: [1], high: [0] }), 2],
  [batch(2, 4, 4, 2), window([3, 3], { low: [1, 1], high: [1, 1] }), 1],
  [batch(2, 5, 4, 2), window([2, 3], { stride: [2, 1] }), 1],
  [batch(1, 6, 5, 4), window([3, 2], { dilation: [2, 1], stride: [1, 2] }), 2],
  [batch(2, 4, 3, 4), window([2, 2], { stride: [3, 2], high: [1, 0] }), 4],
  [batch(1, 3, 3, 3, 2), window([2, 2, 2], { low: [0, 1, 0], stride: [1, 2, 1] }), 1],
  [array(2, 4, 4, 1), window([1, 1]), 1],
];

/** Weights for one output channel more a group than there are inputs. */
const weights = (type: ArrayType, { size }: Window, groups: number): ArrayType =>
  array(...size, type.shape.at(-1)! / groups, type.shape.at(-1)! + groups);
const convolved = (x: ArrayType, each: Window, groups: number): ArrayType =>
  primitiveOf("convolve").type([x, weights(x, each, groups)], { window: each, groups });
const summed = (x: ArrayType, each: Window): ArrayType =>
  primitiveOf("window_sum").type([x], { window: each });

function windowed(
  make: (type: ArrayType, window: Window, groups: number) => Case,
): readonly Case[] {
  return windows.map(([type, each, groups]) => make(type, each, groups));
}

/** A complete list: a primitive without a row here does not compile. */
const cases = {
  constant: "a leaf",
  input: "a leaf",
  parameter: "a leaf",
  state: "a leaf",
  scalar: "a leaf",
  rows: "a leaf",
  random: "a leaf",
  iota: "a leaf",
  local: "a leaf",
  negate: unary("negate"),
  exp: unary("exp"),
  log: unary("log", 0.2, 3),
  sqrt: unary("sqrt", 0.2, 3),
  tanh: unary("tanh"),
  sigmoid: unary("sigmoid"),
  erf: unary("erf"),
  sine: unary("sine"),
  cosine: unary("cosine"),
  absolute: unary("absolute"),
  sign: unary("sign"),
  floor: unary("floor"),
  ceil: unary("ceil"),
  add: binary("add"),
  subtract: binary("subtract"),
  multiply: binary("multiply"),
  divide: binary("divide", [
    [-2, 2],
    [0.3, 2],
  ]),
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  power: binary("power", [
    [0.3, 2],
    [-2, 2],
  ]),
  modulo: binary("modulo", [
    [-2, 2],
    [0.7, 2],
  ]),
  less: binary("less"),
  less_equal: binary("less_equal"),
  equal: binary("equal"),
  select: shapes.map((type, place) => ({
    types: [place % 2 === 0 ? type : array(), place % 3 === 0 ? array() : type, type],
    build: (graph, [condition, then, otherwise]) =>
      graph.select(graph.less(condition!, 0), then!, otherwise!),
  })),
  broadcast: repeated.map(([from, to, axes]) => ({
    types: [from],
    build: (graph, [x]) => graph.broadcast(x!, to, axes),
  })),
  reshape: [
    [array(6), [2, 3]],
    [array(2, 3), [6]],
    [array(1), []],
    [array(), [1, 1]],
    [batch(4, 6), [4, 2, 3]],
    [batch(3, 2, 2), [3, 4]],
    [batch(3, 1), [3]],
    [array(2, 2, 3), [3, 2, 2]],
  ].map(([type, shape]) => ({
    types: [type as ArrayType],
    build: (graph, [x]) => graph.reshape(x!, shape as number[]),
  })),
  transpose: [
    [array(2, 3), [1, 0]],
    [array(2, 3, 2), [2, 0, 1]],
    [array(2, 3, 2), [1, 2, 0]],
    [batch(2, 3, 2), [0, 2, 1]],
    [batch(2, 3, 2, 1), [0, 3, 1, 2]],
    [array(2, 1, 2, 3), [3, 1, 0, 2]],
    [array(4), [0]],
    [array(1, 4), [1, 0]],
  ].map(([type, order]) => ({
    types: [type as ArrayType],
    build: (graph, [x]) => graph.transpose(x!, order as number[]),
  })),
  slice: [
    [array(5), [1], [3]],
    [array(5), [4], [1]],
    [array(3, 4), [1, 0], [2, 2]],
    [array(3, 4), [0, 3], [3, 1]],
    [batch(3, 4), [0, 1], [3, 2]],
    [batch(2, 3, 4), [0, 1, 1], [2, 1, 3]],
    [batch(2, 3, 4), [0, 0, 2], [2, 3, 2]],
    [array(2, 2, 2, 2), [1, 0, 1, 0], [1, 2, 1, 2]],
  ].map(([type, start, size]) => ({
    types: [type as ArrayType],
    build: (graph, [x]) => graph.slice(x!, start as number[], size as number[]),
  })),
  pad: [
    [array(3), [1], [2]],
    [array(3), [0], [1]],
    [array(2, 2), [1, 0], [0, 2]],
    [array(2, 2), [1, 1], [1, 1]],
    [batch(3, 2), [0, 1], [0, 0]],
    [batch(2, 3, 2), [0, 1, 0], [0, 1, 3]],
    [array(1, 1, 1), [1, 2, 0], [0, 0, 1]],
    [array(2, 1, 2, 1), [0, 0, 1, 0], [1, 0, 0, 0]],
  ].map(([type, low, high]) => ({
    types: [type as ArrayType],
    build: (graph, [x]) => graph.pad(x!, low as number[], high as number[]),
  })),
  concatenate: [
    [[array(2), array(3)], 0],
    [[array(2, 3), array(1, 3)], 0],
    [[array(2, 3), array(2, 2)], 1],
    [[batch(3, 2), batch(3, 1)], 1],
    [[batch(2, 3, 2), batch(2, 1, 2), batch(2, 2, 2)], 1],
    [[batch(2, 3, 2), batch(2, 3, 1)], 2],
    [[array(1), array(1), array(1)], 0],
    [[array(2, 2, 1, 2), array(2, 2, 2, 2)], 2],
  ].map(([types, axis]) => ({
    types: types as ArrayType[],
    build: (graph, parts) => graph.concatenate(parts, axis as number),
  })),
  reduce_sum: reduced.map(([type, axes]) => ({
    types: [type],
    build: (graph, [x]) => graph.sum(x!, axes),
  })),
  reduce_max: reduced.map(([type, axes]) => ({
    types: [type],
    build: (graph, [x]) => graph.max(x!, axes),
  })),
  contract: contracted.map(([a, b, labels]) => ({
    types: [a, b],
    build: (graph, [x, y]) => graph.contract(x!, y!, labels),
  })),
  convolve: windowed((x, each, groups) => ({
    types: [x, weights(x, each, groups)],
    build: (graph, [input, weight]) => graph.convolve(input!, weight!, each, groups),
  })),
  convolve_input_gradient: windowed((x, each, groups) => ({
    types: [convolved(x, each, groups), weights(x, each, groups)],
    build: (graph, inputs) =>
      graph.make("convolve_input_gradient", inputs, { window: each, groups, shape: x.shape }),
  })),
  convolve_weight_gradient: windowed((x, each, groups) => ({
    types: [x, convolved(x, each, groups)],
    build: (graph, inputs) =>
      graph.make("convolve_weight_gradient", inputs, { window: each, groups }),
  })),
  window_max: windowed((x, each) => ({
    types: [x],
    build: (graph, [input]) => graph.windowMax(input!, each),
  })),
  window_argmax: windowed((x, each) => ({
    types: [x],
    build: (graph, inputs) => graph.make("window_argmax", inputs, { window: each }),
  })),
  window_max_gradient: windowed((x, each) => ({
    types: [summed(x, each), x],
    build: (graph, [gradient, input]) =>
      graph.make(
        "window_max_gradient",
        [gradient!, graph.make("window_argmax", [input!], { window: each })],
        { window: each, shape: x.shape },
      ),
  })),
  window_sum: windowed((x, each) => ({
    types: [x],
    build: (graph, [input]) => graph.windowSum(input!, each),
  })),
  window_sum_gradient: windowed((x, each) => ({
    types: [summed(x, each)],
    build: (graph, inputs) =>
      graph.make("window_sum_gradient", inputs, { window: each, shape: x.shape }),
  })),
  scan: scanCases,
} satisfies Record<Op, readonly Case[] | string>;

function operandsOf({ types, ranges }: Case, seed: number, rows?: number): readonly Operand[] {
  return types.map((type, place) => {
    const [low, high] = ranges?.[place] ?? [-2, 2];
    return randomOperand(type, seed * 100 + place, {
      low,
      high,
      ...(rows && type.batched ? { rows } : {}),
    });
  });
}

describe("gradients equal central differences", () => {
  for (const op of ops) {
    const list = cases[op];
    if (typeof list === "string") continue;
    test(`${op}, ${list.length} shapes, 3 seeds`, () => {
      expect(list).toHaveLength(8);
      for (const each of list) {
        for (const seed of [1, 2, 3])
          expect(gradientProblems({ ...each, operands: operandsOf(each, seed) })).toEqual([]);
      }
    });
  }
});

describe("gradients have gradients, as a Hessian needs them", () => {
  for (const op of ops) {
    const list: readonly Case[] | string = cases[op];
    if (typeof list === "string") continue;
    test(op, () => {
      for (const each of list.slice(1, 6)) {
        const build: Case["build"] = (graph, inputs) => {
          const y = each.build(graph, inputs);
          const gradients = differentiate(graph, graph.sum(graph.multiply(y, y)), inputs);
          return inputs
            .map((input) => graph.sum(graph.multiply(gradients.get(input)!, gradients.get(input)!)))
            .reduce((sum, part) => graph.add(sum, part));
        };
        expect(gradientProblems({ ...each, build, operands: operandsOf(each, 5) })).toEqual([]);
      }
    });
  }
});

describe("with fewer rows than the capacity", () => {
  for (const op of ops) {
    const list: readonly Case[] | string = cases[op];
    if (typeof list === "string") continue;
    const short = list.filter(({ types }) =>
      types.some(({ batched, shape }) => batched && shape[0]! > 1),
    );
    if (short.length === 0) continue;
    test(op, () => {
      for (const each of short)
        expect(gradientProblems({ ...each, operands: operandsOf(each, 4, 1), rows: 1 })).toEqual(
          [],
        );
    });
  }
});

describe("at extreme values", () => {
  const extremes = {
    negate: [-1e3, 0, 1e3],
    exp: [-1e3, -700, 0, 300],
    log: [1e-3, 1, 1e3],
    sqrt: [1e-3, 1, 1e3],
    tanh: [-1e3, -20, 0, 20, 1e3],
    sigmoid: [-1e3, -40, 0, 40, 1e3],
    erf: [-1e3, -6, 0, 6, 1e3],
    sine: [-1e3, 0, 1e3],
    cosine: [-1e3, 0, 1e3],
    absolute: [-1e3, -1e-3, 1e-3, 1e3],
  } satisfies Partial<Record<Op, readonly number[]>>;
  for (const [op, values] of Object.entries(extremes)) {
    test(op, () => {
      const operand = { type: array(values.length), values: Float64Array.from(values) };
      expect(
        gradientProblems({
          operands: [operand],
          build: (graph, inputs) => graph.make(op as "exp", inputs, {}),
        }),
      ).toEqual([]);
    });
  }
  const apart = [-1e3, -1e-4, 0, 1e-4, 1e3, 1e3 - 0.1];
  const near = [1e3, 0, 1e-4, 0, 1e3 - 0.1, 1e3];
  const two = [apart, near].map((values) => ({
    type: array(6),
    values: Float64Array.from(values),
  }));
  for (const op of ["add", "subtract", "multiply", "maximum", "minimum"] as const) {
    test(op, () =>
      expect(
        gradientProblems({ operands: two, build: (graph, inputs) => graph.make(op, inputs, {}) }),
      ).toEqual([]),
    );
  }
  test("a maximum far from and near to the others", () => {
    const operand = {
      type: array(2, 3),
      values: Float64Array.of(-1e3, 1e3, 0, 1, 1 + 1e-4, 1 - 1e-4),
    };
    expect(
      gradientProblems({ operands: [operand], build: (graph, [x]) => graph.max(x!, [1]) }),
    ).toEqual([]);
    expect(
      gradientProblems({
        operands: [operand],
        build: (graph, [x]) => graph.windowMax(graph.reshape(x!, [1, 6, 1]), window([2])),
      }),
    ).toEqual([]);
  });
});

const planted = (victim: Op, wrong: Gradient<never>) => (node: Node) =>
  node.op === victim ? wrong : (primitiveOf(node.op).gradient as Gradient<never>);

const ones: Gradient<never> = (graph, node) =>
  (node as Node).inputs.map(({ type }) => fit(graph, graph.constant(1), type));
const doubled = (op: Op): Gradient<never> => {
  const right = primitiveOf(op).gradient as Gradient<never>;
  return (graph, node, gradient) =>
    right(graph, node, gradient).map((product) => product && graph.multiply(product, 2));
};

describe("a wrong gradient is noticed", () => {
  const flat: readonly Op[] = [
    "sign",
    "floor",
    "ceil",
    "less",
    "less_equal",
    "equal",
    "window_argmax",
  ];

  test.each(ops.filter((op) => typeof cases[op] !== "string"))("%s", (op) => {
    const each = (cases[op] as readonly Case[])[3]!;
    const rule = planted(op, flat.includes(op) ? ones : doubled(op));
    expect(gradientProblems({ ...each, operands: operandsOf(each, 1) })).toEqual([]);
    expect(gradientProblems({ ...each, operands: operandsOf(each, 1), rule })).not.toEqual([]);
  });

  test("the sine's and the cosine's swapped", () => {
    const [each] = cases.sine;
    const swapped = planted("sine", primitiveOf("cosine").gradient as Gradient<never>);
    expect(
      gradientProblems({ ...each!, operands: operandsOf(each!, 1), rule: swapped }),
    ).not.toEqual([]);
  });
});
