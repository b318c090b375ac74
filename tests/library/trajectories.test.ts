import { expect, test } from "vitest";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import { library } from "../../src/compiler/library/index.ts";
import type {
  ActivationDefinition,
  DefinitionKind,
  LayerDefinition,
  LossDefinition,
  OptimizerDefinition,
  RegularizerDefinition,
  ScheduleDefinition,
} from "../../src/compiler/library/definition.ts";
import { differentiate } from "../../src/compiler/passes/4-differentiate/differentiate.ts";
import cases from "../fixtures/trajectories.json" with { type: "json" };
import { interpret } from "../support/every-backend.ts";
import { expectClose } from "../support/close.ts";
import { argumentsOf, typeOf, type Written } from "../support/library-values.ts";
import { lowered } from "../support/run-layer.ts";

const fixture = cases[0]!;
const shapes = { w1: [6, 5], b1: [5], scale: [5], shift: [5], w2: [5, 3], b2: [3] };

function item<D>(
  kind: DefinitionKind,
  name: string,
  written: Written = {},
): { readonly definition: D; readonly values: ReturnType<typeof argumentsOf> } {
  const definition = library.find(kind, name)!;
  return { definition: definition as D, values: argumentsOf(definition, written) };
}

/** dense → batch_norm → elu → dense, smoothed cross-entropy, elastic net, weight elimination, rewarded entropy, Adam. */
function trainingStep() {
  const graph = createBuilder();
  const x = graph.input("x", { shape: [5, 6], batched: true });
  const y = graph.input("y", { shape: [5], batched: true });
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      graph.parameter(name, { shape, batched: false }),
    ]),
  );
  const states = new Map<string, Node>();
  const layer = (
    name: string,
    written: Written,
    inputs: number,
    input: Node,
    own: readonly Node[],
  ) => {
    const { definition, values } = item<LayerDefinition>("layer", name, written);
    const result = lowered(
      graph,
      { layer: definition, values, inputTypes: [typeOf([5, inputs], ["c"])], training: true },
      [input],
      own,
    );
    for (const [state, value] of result.updates) states.set(state, value);
    return result.output;
  };
  const elu = item<ActivationDefinition>("activation", "elu");
  const normal = layer(
    "batch_norm",
    {},
    5,
    layer("dense", { units: 5 }, 6, x, [weights.w1!, weights.b1!]),
    [weights.scale!, weights.shift!],
  );
  const logits = layer(
    "dense",
    { units: 3 },
    5,
    elu.definition.lower(graph, normal, elu.values, 1),
    [weights.w2!, weights.b2!],
  );
  const loss = item<LossDefinition>("loss", "cross_entropy", { smoothing: 0.1 });
  const penalty = (name: string, written: Written, of: Node) => {
    const { definition, values } = item<RegularizerDefinition>("regularizer", name, written);
    return definition.penalty(graph, of, values, 1);
  };
  const objective = [
    graph.mean(loss.definition.perExample(graph, [logits, y], loss.values), [0]),
    penalty("elastic", { l1: 1e-3, l2: 1e-2 }, weights.w1!),
    penalty("elastic", { l1: 1e-3, l2: 1e-2 }, weights.w2!),
    penalty("weight_elimination", { lambda: 0.05, w0: 0.5 }, weights.w2!),
    penalty("entropy", { lambda: 0.02, sense: "maximize" }, logits),
  ].reduce((sum, term) => graph.add(sum, term));
  const gradients = differentiate(graph, objective, Object.values(weights));
  const adam = item<OptimizerDefinition>("optimizer", "adam");
  const updates = new Map(states);
  const slots: string[] = [];
  for (const [name, parameter] of Object.entries(weights)) {
    const own = Object.fromEntries(
      Object.keys(adam.definition.slots(adam.values)).map((slot) => [
        slot,
        graph.state(`${name}/${slot}`, parameter.type, { role: "slot", initial: 0, of: name }),
      ]),
    );
    const number = (argument: string, index?: number) =>
      graph.constant(
        index === undefined
          ? (adam.values[argument] as number)
          : (adam.values[argument] as readonly number[])[index]!,
      );
    const context = {
      graph,
      parameter,
      gradient: gradients.get(parameter)!,
      rate: graph.scalar("rate"),
      step: graph.scalar("step"),
      slots: own,
      number,
      hosted: (_: string, formula: Node) => formula,
      values: adam.values,
    };
    const result = adam.definition.update(context);
    updates.set(name, result.parameter);
    for (const [slot, value] of Object.entries(result.slots)) {
      updates.set(`${name}/${slot}`, value);
      slots.push(`${name}/${slot}`);
    }
  }
  return { graph: { outputs: new Map([["objective", objective]]), updates }, slots };
}

/** `warmup(10 steps) then cosine(to: 0.001)` of 100 steps at 0.02. */
function rateAt(step: number): number {
  const graph = createBuilder();
  const part = (name: string, written: Written, ownStep: number, length: number): number => {
    const { definition, values } = item<ScheduleDefinition>("schedule", name, written);
    const [base, stepsPerEpoch, totalSteps] = [0.02, 10, 100].map((value) =>
      graph.constant(value),
    ) as [Node, Node, Node];
    const number = (argument: string) => graph.constant(values[argument] as number);
    const rate = definition.rate({
      graph,
      step: graph.constant(ownStep),
      length: graph.constant(length),
      stepsPerEpoch,
      totalSteps,
      base,
      previous: base,
      drops: graph.constant(0),
      number,
      count: () => 1,
      values,
    });
    return interpret(
      { outputs: new Map([["rate", rate]]), updates: new Map() },
      { values: new Map(), scalars: new Map(), rows: 1 },
    ).outputs.get("rate")![0]!;
  };
  return step <= 10
    ? part("warmup", { duration: { amount: 10, unit: "step" } }, step, 10)
    : part("cosine", { to: 0.001 }, step - 10, 90);
}

test("100 steps of a whole training, short batches among them, take PyTorch's path", () => {
  const { graph, slots } = trainingStep();
  const start = Object.entries(fixture.start).map(
    ([name, values]) => [name, Float64Array.from(values)] as const,
  );
  const zeros = slots.map(
    (slot) =>
      [
        slot,
        new Float64Array(
          shapes[slot.split("/")[0] as keyof typeof shapes].reduce(
            (product, size) => product * size,
            1,
          ),
        ),
      ] as const,
  );
  let state = new Map<string, Float64Array>([
    ...start,
    ...zeros,
    ["mean", new Float64Array(5)],
    ["variance", new Float64Array(5).fill(1)],
  ]);
  const objectives: number[] = [];
  for (let step = 1; step <= 100; step++) {
    const rows = Array.from(
      { length: step % 3 === 0 ? 4 : 5 },
      (_, place) => (step * 5 + place) % 12,
    );
    const batch = [
      ["x", Float64Array.from(rows.flatMap((row) => fixture.x.slice(6 * row, 6 * row + 6)))],
      ["y", Float64Array.from(rows, (row) => fixture.y[row]!)],
    ] as const;
    const scalars = new Map([
      ["step", step],
      ["rate", rateAt(step)],
    ]);
    // The bias in front of the normalisation has no effect, so its gradient is 0 but for rounding.
    const { outputs, updates } = interpret(
      graph,
      { values: new Map([...state, ...batch]), scalars, rows: rows.length },
      { undetermined: ["b1"] },
    );
    objectives.push(outputs.get("objective")![0]!);
    state = new Map([...state, ...updates]);
  }
  const close = { relative: 1e-5, absolute: 1e-7 };
  expectClose(objectives, fixture.objectives, close);
  for (const [name, values] of Object.entries(fixture.end))
    expectClose(state.get(name)!, values, close);
  expectClose(state.get("mean")!, fixture.mean, close);
  expectClose(state.get("variance")!, fixture.variance, close);
  expect(objectives.at(-1)).toBeLessThan(objectives[0]!);
});
