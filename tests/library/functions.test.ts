import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { FunctionDefinition } from "../../src/compiler/library/definition.ts";
import { interpretNode } from "../support/every-backend.ts";
import { expectClose } from "../support/close.ts";
import { gradientProblems, randomOperand } from "../support/gradient-check.ts";

const functions = library.all("function") as readonly FunctionDefinition[];
/** Where a function is defined and has a gradient. */
const domain: Readonly<Record<string, readonly [number, number]>> = {
  log: [0.1, 4],
  sqrt: [0.1, 4],
};

describe.each(functions.map((each) => [each.name, each] as const))("%s", (name, definition) => {
  const [low, high] = domain[name] ?? [-3, 3];
  const operands = definition.operands.map((_, place) =>
    randomOperand({ shape: [3, 4], batched: true }, 11 + place, {
      low: name === "mod" && place === 1 ? 0.7 : low,
      high,
    }),
  );

  test("the host's value is the graph's", () => {
    const graph = createBuilder();
    const nodes = operands.map(({ type }, place) => graph.input(String(place), type));
    const values = new Map(
      operands.map((operand, place) => [String(place), operand.values] as const),
    );
    const found = interpretNode(definition.lower(graph, nodes), {
      values,
      scalars: new Map(),
      rows: 3,
    });
    expectClose(
      found,
      operands[0]!.values.map((_, place) =>
        definition.evaluate(...operands.map(({ values: each }) => each[place]!)),
      ),
      { relative: 1e-12, absolute: 1e-12 },
    );
  });

  test("finite differences", () => {
    expect(
      gradientProblems({ build: (graph, nodes) => definition.lower(graph, nodes), operands }),
    ).toEqual([]);
  });
});

function value(name: string, ...operands: readonly number[]): number {
  return (library.find("function", name) as FunctionDefinition).evaluate(...operands);
}

test("known values", () => {
  expect([value("mod", 7, 3), value("mod", -1, 3), value("mod", 1, -3)]).toEqual([1, 2, -2]);
  expect([value("min", 3, 1, 2), value("max", 3, 1, 2)]).toEqual([1, 3]);
  expect([value("floor", -1.5), value("ceil", -1.5), value("sign", -2), value("abs", -2)]).toEqual([
    -2, -1, -1, 2,
  ]);
});
