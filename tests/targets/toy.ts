import { laterRun } from "../../src/compiler/base/diagnostics/catalogue/later.ts";
import { diagnostic } from "../../src/compiler/base/diagnostics/diagnostic.ts";
import { nodesOf } from "../../src/compiler/ir/graph.ts";
import { printType } from "../../src/compiler/cost.ts";
import type { Target } from "../../src/targets/target.ts";

/** A whole target: the layers of a run with their results, and what its prediction is made of. It refuses recurrent networks. */
export const layerList: Target = {
  name: "layers",
  summary: "the layers of a run, one a line",
  refuses: ({ run }) =>
    run.model.layers
      .filter(({ definition }) => definition.name === "gru")
      .map(({ span }) => diagnostic(laterRun, span, { what: "`gru`" })),
  files: async (compilation) => {
    const { model } = compilation.run;
    const layers = model.layers.map(({ path, definition, outputType }) =>
      [path, definition.name, printType(outputType)].join("  "),
    );
    const { parameters, capacity } = compilation.interface;
    const primitives = new Set(nodesOf(compilation.graph("predict")!).map(({ op }) => op));
    const kernels = compilation.plan("predict")!.steps.length;
    return [
      { path: "layers.txt", text: `${layers.join("\n")}\n` },
      {
        path: "cost/summary.txt",
        text: `${parameters.length} tensors, ${capacity} rows, ${primitives.size} kinds of primitives, ${kernels} steps\n`,
      },
    ];
  },
};
