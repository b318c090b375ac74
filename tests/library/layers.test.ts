import { expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import type { LayerDefinition } from "../../src/compiler/library/definition.ts";
import cases from "../fixtures/layers.json" with { type: "json" };
import { expectClose } from "../support/close.ts";
import { argumentsOf, typeOf, type Written } from "../support/library-values.ts";
import { inferred, runLayer, shapeOf } from "../support/run-layer.ts";

const named = cases.map(
  (each, place) =>
    [
      `${place}: ${each.layer} ${JSON.stringify(each.arguments)} on [${each.axes.join(", ")}]`,
      each,
    ] as const,
);

// A larger capacity than there are rows: the short last batch must give the very same numbers.
test.each(named.flatMap(([name, each]) => [0, 3].map((spare) => [name, spare, each] as const)))(
  "%s, %i rows to spare, as PyTorch",
  (_, spare, each) => {
    const layer = library.find("layer", each.layer) as LayerDefinition;
    const rows = each.shape[0]!;
    const run = {
      layer,
      values: argumentsOf(layer, each.arguments as Written),
      inputTypes: [typeOf([rows + spare, ...each.shape.slice(1)], each.axes)],
      training: each.training,
    };
    expect(shapeOf(inferred(run)).slice(1)).toEqual(each.outputShape.slice(1));
    const weights = each.weights as unknown as Readonly<Record<string, number[]>>;
    const states = each.states as unknown as Readonly<Record<string, number[]>>;
    const order = (layer.weights?.(run.inputTypes, run.values) ?? []).map(({ name }) => name);
    expect(order.toSorted()).toEqual(Object.keys(weights).toSorted());
    const found = runLayer(run, {
      inputs: [Float64Array.from(each.x)],
      weights: order.map((name) => Float64Array.from(weights[name]!)),
      factors: Float64Array.from(each.factors),
      others: new Map(
        Object.entries(states).map(([name, values]) => [name, Float64Array.from(values)]),
      ),
      rows,
    });
    expectClose(found.get("output")!, each.output);
    const gradients = each.gradients as unknown as Readonly<Record<string, number[]>>;
    expectClose(found.get("gradient of input 0")!, gradients.x!);
    for (const [place, name] of order.entries())
      expectClose(found.get(`gradient of weight ${place}`)!, gradients[name]!);
    for (const [name, values] of Object.entries(
      each.after as unknown as Readonly<Record<string, number[]>>,
    ))
      expectClose(found.get(name)!, values);
    if (Object.keys(each.after).length === 0)
      expect([...found.keys()].filter((name) => name in states)).toEqual([]);
  },
);
