import { expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import type { LayerDefinition } from "../../src/compiler/library/definition.ts";
import furtherLayers from "../fixtures/further-layers.json" with { type: "json" };
import upscaling from "../fixtures/upscaling.json" with { type: "json" };
import { expectClose } from "../support/close.ts";
import { argumentsOf, typeOf, type Written } from "../support/library-values.ts";
import { inferred, runLayer, shapeOf } from "../support/run-layer.ts";

type Numbers = Readonly<Record<string, number[]>>;
const named = [...furtherLayers, ...upscaling].map(
  (each, place) =>
    [
      `${place}: ${each.layer} ${JSON.stringify(each.arguments)} on ${each.shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")}`,
      each,
    ] as const,
);

// A larger capacity than there are rows: the short last batch must give the very same numbers.
test.each(named.flatMap(([name, each]) => [0, 3].map((spare) => [name, spare, each] as const)))(
  "%s, %i rows to spare, as PyTorch",
  (_, spare, each) => {
    const layer = library.find("layer", each.layer) as LayerDefinition;
    const rows = each.shapes[0]![0]!;
    const run = {
      layer,
      values: argumentsOf(layer, each.arguments as Written),
      inputTypes: each.shapes.map((shape, place) =>
        typeOf([rows + spare, ...shape.slice(1)], each.axes[place]!),
      ),
      training: each.training,
    };
    expect(shapeOf(inferred(run)).slice(1)).toEqual(each.outputShape.slice(1));
    const weights = each.weights as unknown as Numbers;
    const order = (layer.weights?.(run.inputTypes, run.values) ?? []).map(({ name }) => name);
    expect(order.toSorted()).toEqual(Object.keys(weights).toSorted());
    const found = runLayer(run, {
      inputs: each.inputs.map((numbers) => Float64Array.from(numbers)),
      weights: order.map((name) => Float64Array.from(weights[name]!)),
      factors: Float64Array.from(each.factors),
      others: new Map(
        Object.entries(each.randoms as unknown as Numbers).map(([name, values]) => [
          name,
          Float64Array.from(values),
        ]),
      ),
      rows,
    });
    expectClose(found.get("output")!, each.output);
    for (const [place, gradient] of each.inputGradients.entries())
      expectClose(found.get(`gradient of input ${place}`)!, gradient);
    for (const [place, name] of order.entries())
      expectClose(
        found.get(`gradient of weight ${place}`)!,
        (each.weightGradients as unknown as Numbers)[name]!,
      );
  },
);
