import { expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { interpretPlan } from "../../src/compiler/plan/interpret-plan.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { randomArray } from "../support/random-numbers.ts";

// Second derivatives of pooling compare the place of a maximum with each tap, in the kernel that finds the place.
test.each([false, true])(
  "what is calculated with the place of a maximum in its own kernel is right (the place is stored too: %s)",
  (stored) => {
    const graph = createBuilder();
    const x = graph.input("x", { shape: [2, 5, 2], batched: true });
    const place = graph.make("window_argmax", [x], {
      window: { size: [3], stride: [1], dilation: [1], low: [0], high: [0] },
    });
    const outputs = new Map([
      ["chosen", graph.equal(place, 1)],
      ["twice", graph.multiply(place, 2)],
      ...(stored ? [["place", place] as const] : []),
    ]);
    const values = new Map([["x", randomArray(20, 3)]]);
    const bindings = { scalars: new Map<string, number>(), rows: 2 };
    const expected = interpret({ outputs, updates: new Map() }, { values, ...bindings }).outputs;
    const { results } = interpretPlan(schedule("predict", { outputs, updates: new Map() }, 2), {
      buffers: values,
      ...bindings,
    });
    for (const [name, array] of expected) expect([...results.get(name)!], name).toEqual([...array]);
    expect(new Set(expected.get("twice"))).toEqual(new Set([0, 2, 4]));
  },
);
