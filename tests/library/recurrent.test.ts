import { expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { size } from "../../src/compiler/ir/dim.ts";
import type { TensorType } from "../../src/compiler/ir/type.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { LayerDefinition } from "../../src/compiler/library/definition.ts";
import fixtures from "../fixtures/recurrent.json" with { type: "json" };
import { expectClose } from "../support/close.ts";
import { firstStates, hostScalars } from "../support/interpreted-run.ts";
import { argumentsOf, typeOf, type Written } from "../support/library-values.ts";
import { inferred, runLayer, shapeOf } from "../support/run-layer.ts";
import { runOf } from "../support/run-of.ts";

const named = fixtures.layers.map(
  (each, place) =>
    [
      `${place}: ${each.layer} ${JSON.stringify(each.arguments)} on [${each.shape.join(", ")}] ${each.axes.join(", ")}`,
      each,
    ] as const,
);

// A larger capacity than there are rows: the short last batch must give the very same numbers.
test.each(named.flatMap(([name, each]) => [0, 3].map((spare) => [name, spare, each] as const)))(
  "%s, %i rows to spare, as PyTorch",
  (_, spare, each) => {
    const layer = library.find("layer", each.layer) as LayerDefinition;
    const rows = each.shape[0]!;
    const numbers = typeOf([rows + spare, ...each.shape.slice(1)], each.axes);
    const type: TensorType =
      each.classes === null
        ? numbers
        : { ...numbers, element: { kind: "class", count: size(each.classes) } };
    const run = {
      layer,
      values: argumentsOf(layer, each.arguments as Written),
      inputTypes: [type],
    };
    expect(shapeOf(inferred(run)).slice(1)).toEqual(each.outputShape.slice(1));
    const weights = each.weights as unknown as Readonly<Record<string, number[]>>;
    const order = (layer.weights?.([type], run.values) ?? []).map(({ name }) => name);
    expect(order.toSorted()).toEqual(Object.keys(weights).toSorted());
    const found = runLayer(run, {
      inputs: [Float64Array.from(each.x)],
      weights: order.map((name) => Float64Array.from(weights[name]!)),
      factors: Float64Array.from(each.factors),
      rows,
    });
    expectClose(found.get("output")!, each.output);
    const gradients = [...each.gradients];
    if (each.classes === null) expectClose(found.get("gradient of input 0")!, gradients.shift()!);
    for (const [place, name] of Object.keys(weights).entries())
      expectClose(found.get(`gradient of weight ${order.indexOf(name)}`)!, gradients[place]!);
  },
);

test.each(fixtures.trainings.map((each, place) => [place, each] as const))(
  "training %i: losses and weights step by step as PyTorch, short batches included",
  (_, { spec, before, after, losses, batches }) => {
    const compiled = compileRun(runOf(spec));
    const values = new Map<string, Float64Array>([...firstStates(compiled)]);
    for (const [name, numbers] of Object.entries(
      before as unknown as Readonly<Record<string, number[]>>,
    ))
      values.set(name, Float64Array.from(numbers));
    expect(compiled.parameters.map(({ path }) => path).toSorted()).toEqual(
      Object.keys(before).toSorted(),
    );
    const [x, y] = compiled.fields.map(({ name }) => name) as [string, string];
    for (const [place, batch] of batches.entries()) {
      values.set(x, Float64Array.from(batch.x)).set(y, Float64Array.from(batch.y));
      const { outputs, updates } = interpret(compiled.graphs.train, {
        values,
        scalars: hostScalars(compiled, place + 1, batches.length),
        rows: batch.rows,
      });
      expectClose(outputs.get("loss")!, [losses[place]!]);
      for (const [name, value] of updates) values.set(name, value);
    }
    for (const [name, numbers] of Object.entries(
      after as unknown as Readonly<Record<string, number[]>>,
    ))
      expectClose(values.get(name)!, numbers);
  },
);
