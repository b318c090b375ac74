import { describe, expect, test } from "vitest";
import { print } from "../../src/compiler/ir/dim.ts";
import { printType } from "../../src/compiler/passes/2-infer/agreement.ts";
import type { TypedModel } from "../../src/compiler/typed/program.ts";
import { modelOf, parametersOf } from "../support/in-memory.ts";

const header = "nnspec 1\ndim B\n";
const basic = `block Basic(channels, stride = 1)(x: f32[B, h, w, c])
    -> f32[B, ceil(h / stride), ceil(w / stride), c: channels] {
  main = x
    -> conv(channels, 3, stride: stride, bias: off) -> batch_norm -> relu
    -> conv(channels, 3, bias: off) -> batch_norm
  skip = if stride == 1 and c == channels then x
    else x -> conv(channels, 1, stride: stride, bias: off) -> batch_norm
  return main + skip -> relu
}
`;
const paths = (model: TypedModel): readonly string[] => model.weights.map(({ path }) => path);
const output = (model: TypedModel): string =>
  model.outputs.map(({ name, value }) => `${name}: ${printType(value.type)}`).join(", ");
const initializers = (model: TypedModel): readonly string[] =>
  model.weights
    .filter(({ role }) => role === "weights")
    .map(
      ({
        path,
        initializer: {
          definition,
          arguments: { activation },
        },
      }) =>
        `${path} ${definition.name}${activation && typeof activation === "object" && "definition" in activation ? `(${activation.definition.name})` : ""}`,
    );

test("ResNet-20: every stage, every block, 272,474 parameters", () => {
  const model = modelOf(`${header}${basic}
model ResNet20(image: f32[B, h: 32, w: 32, c: 3]) -> f32[B, 10] {
  return image
    -> conv(16, 3, bias: off) as stem -> batch_norm -> relu
    -> repeat 3 Basic(16) as stage1
    -> Basic(32, stride: 2) -> repeat 2 Basic(32)
    -> Basic(64, stride: 2) -> repeat 2 Basic(64)
    -> avg_pool(over: (h, w)) -> dense(10) as logits
}
`);
  const norm = (channels: number): number => 2 * channels;
  const block = (from: number, to: number): number =>
    9 * from * to + 9 * to * to + 2 * norm(to) + (from === to ? 0 : from * to + norm(to));
  const expected =
    9 * 3 * 16 +
    norm(16) +
    3 * block(16, 16) +
    block(16, 32) +
    2 * block(32, 32) +
    block(32, 64) +
    2 * block(64, 64) +
    64 * 10 +
    10;
  expect(expected).toBe(272_474);
  expect(parametersOf(model)).toBe(expected);
  expect(output(model)).toBe("logits: f32[B, c: 10]");
  expect(paths(model)).toContain("stage1[3].batch_norm_2.scale");
  expect(paths(model)).toContain("basic_2.conv_3.weight");
  expect(paths(model)).toContain("basic_3[2].conv_1.weight");
  expect(paths(model)).not.toContain("stage1[1].conv_3.weight");
  expect(new Set(paths(model)).size).toBe(model.weights.length);
});

describe("names of stages", () => {
  test("count every stage of a kind in the text of the body, named or not", () => {
    const model = modelOf(`${header}model Net(x: f32[B, px: 4]) -> f32[B, 2] {
  a = x -> dense(3) -> relu
  b = (x -> dense(3) as named) + a
  return b -> dense(3) -> relu -> dense(2)
}\n`);
    expect(model.layers.map(({ path }) => path)).toEqual([
      "dense_1",
      "named",
      "dense_3",
      "dense_4",
    ]);
    expect(model.layers.map(({ automatic }) => automatic)).toEqual([true, false, true, true]);
    expect(
      model.values.flatMap(({ body }) => (body.kind === "activation" ? [body.path] : [])),
    ).toEqual(["relu_1", "relu_2"]);
  });

  test("a stage in the branch not taken is counted, so that a hyper renames nothing", () => {
    const text = `${header}hyper deep = on in { on, off }\nmodel Net(x: f32[B, px: 4]) -> f32[B, 2] {
  y = if deep then x -> dense(4) -> relu else x -> dense(8)
  return y -> dense(2)
}\n`;
    expect(modelOf(text).layers.map(({ path }) => path)).toEqual(["dense_1", "dense_3"]);
    expect(modelOf(text, undefined, { deep: "off" }).layers.map(({ path }) => path)).toEqual([
      "dense_2",
      "dense_3",
    ]);
  });

  test("`as` and `=` name values for runs; inputs are not among them", () => {
    const model = modelOf(`${header}model Net(x: f32[B, px: 4]) -> f32[B, 2] {
  code = x -> dense(3) as inner -> relu
  return code -> dense(2) as logits
}\n`);
    expect([...model.named.keys()]).toEqual(["inner", "code", "logits"]);
  });
});

describe("repeat", () => {
  const repeated = (stage: string): TypedModel =>
    modelOf(
      `${header}block Grow(n)(x: f32[B, _: m]) -> f32[B, c: n] { return x -> dense(n) -> relu }\nmodel Net(x: f32[B, px: 4]) -> f32[B, c: 2] {\n  return x -> ${stage} -> dense(2)\n}\n`,
    );
  test("unrolls, with an index counted from the start of the range", () => {
    expect(
      repeated("repeat i in 2 .. 4 Grow(2 * i) as grow")
        .weights.filter(({ role }) => role === "weights")
        .map(({ path, shape }) => `${path} ${shape.map(print).join("x")}`),
    ).toEqual([
      "grow[1].dense_1.weight 4x4",
      "grow[2].dense_1.weight 4x6",
      "grow[3].dense_1.weight 6x8",
      "dense_1.weight 8x2",
    ]);
  });
  test("repeat 0 changes nothing, repeat 1 is the first", () => {
    expect(paths(repeated("repeat 0 Grow(4)"))).toEqual(["dense_1.weight", "dense_1.bias"]);
    expect(paths(repeated("repeat 1 Grow(4)"))).toEqual([
      "grow_1[1].dense_1.weight",
      "grow_1[1].dense_1.bias",
      "dense_1.weight",
      "dense_1.bias",
    ]);
  });
});

describe("blocks", () => {
  test("a result may be left out; each use makes new parameters", () => {
    const model = modelOf(
      `${header}block Unit(n)(x: f32[B, _: m]) { return x -> dense(n) -> tanh }\nmodel Net(x: f32[B, px: 4]) -> f32[B, 3] { return x -> Unit(2) -> Unit(3) }\n`,
    );
    expect(paths(model)).toEqual([
      "unit_1.dense_1.weight",
      "unit_1.dense_1.bias",
      "unit_2.dense_1.weight",
      "unit_2.dense_1.bias",
    ]);
  });
  test("a parameter carries an activation with its arguments, or a word", () => {
    const model = modelOf(
      `${header}block Unit(n, act, mode = same)(x: f32[B, h, w, c]) { return x -> conv(n, 3, padding: mode) -> act }\nmodel Net(x: f32[B, h: 8, w: 8, c: 1]) -> f32[B, h: 6, w: 6, c: 2] { return x -> Unit(4, leaky_relu(0.3)) -> Unit(2, tanh, mode: valid) }\n`,
    );
    const activations = model.values.flatMap(({ body }) =>
      body.kind === "activation" ? [body.use] : [],
    );
    expect(activations.map(({ definition }) => definition.name)).toEqual(["leaky_relu", "tanh"]);
    expect(Object.values(activations[0]!.arguments)).toEqual([0.3]);
  });
  test("names that a signature gives to axes without one hold inside", () => {
    const model = modelOf(
      `${header}block Conv(n)(x: f32[B, h, w, c]) -> f32[B, h, w, c: n] { return x -> conv(n, 3) }\nmodel Net(x: f32[B, 8, 8, 1]) -> f32[B, 8, 8, 4] { return x -> Conv(4) }\n`,
    );
    expect(output(model)).toBe("output: f32[B, h: 8, w: 8, c: 4]");
  });
  test("a model may be a stage of another, with parameters of its own", () => {
    const model = modelOf(
      `${header}model Inner(x: f32[B, px: 4]) -> f32[B, px: 4] { return x -> relu }\nmodel Encoder(x: f32[B, px: 4]) -> f32[B, c: 3] { return x -> dense(3) as code }\nmodel Outer(x: f32[B, px: 4]) -> f32[B, 2] { return x -> Inner -> Encoder as enc -> dense(2) }\n`,
      "Outer",
    );
    expect(paths(model)).toEqual([
      "enc.code.weight",
      "enc.code.bias",
      "dense_1.weight",
      "dense_1.bias",
    ]);
  });
  test("several inputs by place or by name", () => {
    const text = (use: string): string =>
      `${header}block Join(n)(a: f32[B, _: p], b: f32[B, _: q]) { return (a -> dense(n)) * (b -> dense(n)) }\nmodel Net(x: f32[B, px: 4], y: f32[B, t: 6]) -> f32[B, 3] { return ${use} -> Join(3) }\n`;
    expect(modelOf(text("(x, y)")).weights[0]!.shape.map(print)).toEqual(["4", "3"]);
    expect(modelOf(text("(b: x, a: y)")).weights[0]!.shape.map(print)).toEqual(["6", "3"]);
  });
  test("a block that uses itself ends by its parameter", () => {
    const model = modelOf(
      `${header}block Loop(times)(x: f32[B, px: n]) { return if times == 0 then x else x -> tanh -> Loop(times - 1) }\nmodel Net(x: f32[B, px: 4]) -> f32[B, 4] { return x -> Loop(3) }\n`,
    );
    expect(model.values.filter(({ body }) => body.kind === "activation").length).toBe(3);
  });
});

describe("shared stages, tied weights, parameters, records", () => {
  test("a shared stage has one set of weights", () => {
    const model = modelOf(
      `${header}block Encoder(n)(x: f32[B, _: m]) { return x -> dense(n) as code -> relu }\nmodel Siamese(a: f32[B, px: 4], b: f32[B, px: 4]) -> f32[B, c: 3] {\n  shared enc = Encoder(3)\n  return abs((a -> enc) - (b -> enc))\n}\n`,
    );
    expect(paths(model)).toEqual(["enc.code.weight", "enc.code.bias"]);
    const uses = model.values.flatMap(({ body }) => (body.kind === "layer" ? [body.layer] : []));
    expect(uses.length).toBe(2);
    expect(uses[0]).toBe(uses[1]);
  });
  test("a shared layer likewise", () => {
    const model = modelOf(
      `${header}model Net(x: f32[B, px: 4]) -> f32[B, c: 4] {\n  shared mix = dense(4)\n  return x -> mix -> relu -> reshape(px: 4) -> mix\n}\n`,
    );
    expect(paths(model)).toEqual(["mix.weight", "mix.bias"]);
  });
  test("tied weights have no tensor of their own", () => {
    const model = modelOf(
      `${header}model Auto(x: f32[B, px: 64]) -> f32[B, 64] {\n  return x -> dense(8) as encode -> relu -> dense(64, weight: transpose(encode.weight)) as decode\n}\n`,
    );
    expect(model.weights.find(({ path }) => path === "decode.weight")?.tied).toEqual({
      to: "encode.weight",
      transposed: true,
    });
    expect(parametersOf(model)).toBe(64 * 8 + 8 + 64);
  });
  test("a parameter is a trainable tensor that broadcasts by names", () => {
    const model = modelOf(
      `${header}model Net(x: f32[B, t: 6, c: 4]) -> f32[B, t: 6, c: 4] {\n  parameter position: f32[t: 6, c: 4] = normal(0.02)\n  return x + position\n}\n`,
    );
    expect(
      model.weights.map(
        ({ path, role, initializer }) => `${path} ${role} ${initializer.definition.name}`,
      ),
    ).toEqual(["position parameters normal"]);
  });
  test("several results are a record", () => {
    const model = modelOf(
      `${header}block Split(n)(x: f32[B, _: m]) -> (low: f32[B, c: n], high: f32[B, c: n]) {\n  return (low: x -> dense(n), high: x -> dense(n))\n}\nmodel Net(x: f32[B, px: 4]) -> (sum: f32[B, 3], low: f32[B, 3]) {\n  parts = x -> Split(3)\n  return (sum: parts.low + parts.high, low: parts.low)\n}\n`,
    );
    expect(output(model)).toBe("sum: f32[B, c: 3], low: f32[B, c: 3]");
  });
});

describe("definitions", () => {
  test("are written out, as a stage and as a call, with `if` place by place", () => {
    const model = modelOf(
      `${header}define soft_cap(x, limit = 5) = limit * tanh(x / limit)\ndefine leaky(x, slope = 0.1) = if x > 0 then x else slope * x\nmodel Net(x: f32[B, px: 4]) -> f32[B, px: 4] { return leaky(soft_cap(x -> soft_cap, 2), slope: 0.3) }\n`,
    );
    const kinds = model.values.map(({ body }) =>
      body.kind === "arithmetic" ? body.operator : body.kind,
    );
    expect(kinds.filter((kind) => kind === "call" || kind === "activation").length).toBe(2);
    expect(kinds).toContain("select");
    expect(
      model.values.flatMap(({ body }) => (body.kind === "number" ? [body.value] : [])),
    ).toEqual(expect.arrayContaining([5, 2, 0.3]));
  });
});

describe("initialisers follow the next activation", () => {
  test("a prelu counts as the leaky relu that it starts as", () => {
    const model = modelOf(
      `${header}model Net(x: f32[B, px: 4]) -> f32[B, 3] { return x -> dense(8) as wide -> prelu(0.1) -> dense(3) as last }\n`,
    );
    expect(initializers(model)).toEqual(["wide.weight kaiming(leaky_relu)", "last.weight xavier"]);
    expect(model.weights[0]!.initializer.arguments["activation"]).toMatchObject({
      arguments: { alpha: 0.1 },
    });
  });

  test("kaiming with its gain before the rectifiers, else xavier; through normalisation, dropout and sums", () => {
    const model = modelOf(`${header}model Net(x: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 10] {
  a = x -> conv(4, 3, bias: off) as through_norm -> batch_norm -> dropout(0.1) -> leaky_relu(0.2)
  b = a -> conv(4, 3) as through_sum
  return a + b -> relu -> flatten -> dense(8) as saturating -> tanh -> dense(8) as bare -> dense(10) as last
}\n`);
    expect(initializers(model)).toEqual([
      "through_norm.weight kaiming(leaky_relu)",
      "through_sum.weight kaiming(relu)",
      "saturating.weight xavier",
      "bare.weight xavier",
      "last.weight xavier",
    ]);
  });
});

test("rules of blocks come with the path of each use", () => {
  const model = modelOf(
    `${header}block Unit(n)(x: f32[B, _: m]) {\n  return x -> dense(n) as last\n  for weights(last) { init: zeros }\n}\nmodel Net(x: f32[B, px: 4]) -> f32[B, 3] {\n  return x -> repeat 2 Unit(3) as unit\n}\n`,
  );
  expect(
    model.rules!.map(({ paths: [path] }) =>
      path!.steps.map(({ name, from }) => name + (from ?? "")).join("."),
    ),
  ).toEqual(["unit1.last", "unit2.last"]);
});

test("sizes stay symbols in a model that takes any size", () => {
  const model = modelOf(
    "nnspec 1\ndim B\ndim T in 1 .. 512\nmodel Net(x: f32[B, t: T, c: 4]) -> f32[B, t: ceil(T / 4), c: 8] {\n  return x -> conv(8, 3, stride: 2) -> relu -> conv(8, 3, stride: 2)\n}\n",
  );
  expect(output(model)).toBe("output: f32[B, t: ceil(T / 4), c: 8]");
});

test("documentation of a statement reaches the last layer of its flow", () => {
  const model = modelOf(
    `${header}model Net(x: f32[B, px: 4]) -> f32[B, 3] {\n  /// The code.\n  h = x -> dense(8) -> dense(5) -> relu\n  /// The answer.\n  return h -> dense(3)\n}\n`,
  );
  expect(model.layers.map(({ documentation }) => documentation)).toEqual([
    undefined,
    "The code.",
    "The answer.",
  ]);
});
