import { describe, expect, test } from "vitest";
import { print } from "../../src/compiler/ir/dim.ts";
import { operandsOf } from "../../src/compiler/typed/operands.ts";
import type { TypedModel } from "../../src/compiler/typed/program.ts";
import { checkFiles, modelOf } from "../support/in-memory.ts";

/** All that a model is, by names: values with what they are made of, layers, weights, states. */
function described(model: TypedModel): unknown {
  return {
    outputs: model.outputs.map(({ name, value }) => [name, value.id]),
    values: model.values.map((value) => ({
      id: value.id,
      name: value.name,
      aliases: value.aliases,
      axes: value.type.axes.map(({ name, size }) => `${name}: ${print(size)}`),
      kind: value.body.kind,
      path:
        value.body.kind === "layer"
          ? value.body.layer.path
          : value.body.kind === "activation"
            ? value.body.path
            : value.body.kind === "parameter"
              ? value.body.weight.path
              : undefined,
      operands: operandsOf(value).map(({ id }) => id),
    })),
    layers: model.layers.map(({ path, states, weights, automatic }) => ({
      path,
      automatic,
      weights: weights.map((weight) => weight.path),
      states: states.map((state) => state.path),
    })),
    weights: model.weights.map(({ path, shape, initializer, tied, fanIn }) => ({
      path,
      tied,
      shape: shape.map(print),
      fanIn: print(fanIn),
      initializer: initializer.definition.name,
      activation: JSON.stringify(initializer.arguments),
    })),
    rules: model.rules?.map(({ paths }) => paths.map(({ steps }) => steps)),
  };
}

const blocks = `nnspec 1
dim B
block Norm()(x: f32[B, c]) -> f32[B, c] { return x -> dense(c) as main -> batch_norm -> relu }
block Residual(width = 6)(x: f32[B, c: 6]) -> f32[B, c: 6] {
  shared twice = dense(width)
  first = x -> twice as inner -> relu
  parameter scale: f32[c: 6] = constant(1)
  return (first -> twice) * scale + (x -> Norm) -> Norm
}
block Ruled()(x: f32[B, c]) -> f32[B, c] {
  return x -> dense(c) as last
  for weights(last) { init: zeros }
}
block Growing()(x: f32[B, c]) -> f32[B, c: c + 2] { return x -> dense(c + 2) -> tanh }
block Same()(x: f32[B, c]) -> f32[B, c] { return x }
block Tied()(x: f32[B, c]) -> f32[B, c] {
  return x -> dense(c) as a -> dense(c, weight: transpose(a.weight)) as b
}
`;

describe("a turn on the type of the turn before is the same, written out or copied", () => {
  test.each([
    "Norm",
    "Residual",
    "Residual(6)",
    "Ruled",
    "Growing",
    "Same",
    "Tied",
    "dense(6)",
    "dense(6, init: zeros)",
    "relu",
    "batch_norm",
    "dropout(0.1)",
  ])("%s", (stage) => {
    const model = (repeat: string): string =>
      `${blocks}model Net(x: f32[B, c: 6]) -> f32[B, 3] {
  return x -> dense(6) -> repeat ${repeat} ${stage} as many -> dense(3) as logits
}
`;
    // A turn with an index is never copied.
    expect(described(modelOf(model("5")))).toEqual(described(modelOf(model("i in 1 .. 5"))));
  });
});

test("what a later turn leads to is told with its own shapes", () => {
  const text = (repeat: string): string => `${blocks}model Net(x: f32[B, c: 6]) -> f32[B, 3] {
  return x -> repeat ${repeat} Norm -> dense(7) + x -> dense(3)
}
`;
  const said = (repeat: string) =>
    checkFiles({ "main.nnspec": text(repeat) })
      .diagnostics.filter(({ severity }) => severity === "error")
      .map(({ code, message, notes }) => ({ code, message, notes }));
  expect(said("4")).toHaveLength(1);
  expect(said("4")).toEqual(said("i in 1 .. 4"));
});

test("the limit of stages counts copies too", () => {
  const text = `${blocks}model Net(x: f32[B, c: 6]) -> f32[B, c: 6] { return x -> repeat 4000 Norm }\n`;
  expect(checkFiles({ "main.nnspec": text }).diagnostics.map(({ code }) => code)).toContain(
    "NN0313",
  );
});
