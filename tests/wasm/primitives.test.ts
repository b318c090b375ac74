import { describe, test } from "vitest";
import type { Graph } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { cases, leaves, rows } from "../gpujs/primitives-scenario.ts";
import { interpret } from "../support/every-backend.ts";

describe("every operation equals the interpreter, at extreme values and NaN too", () => {
  test.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const graph: Graph = {
      outputs: new Map([["out", one.build(createBuilder({ path: one.name, role: "forward" }))]]),
      updates: new Map(),
    };
    interpret(
      graph,
      { values: leaves(graph, one.values), scalars: new Map(), rows },
      { tolerance: one.tolerance ?? 2e-6 },
    );
  });
});
