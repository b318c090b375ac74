import { add, equalDims, known, print } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import {
  callAxis,
  features,
  featurePlace,
  findAxis,
  noSuchAxis,
  notNumbers,
  printAxes,
  withAxis,
} from "../support/axes.ts";
import { defineLayer } from "../define.ts";
import type { ShapeProblem } from "../definition.ts";

/**
 * A value without the batch (a `parameter`, such as the class token of a vision transformer) is the same for every row: it takes
 * part with the rows of the others. Its axes must be the others' axes besides the batch, by name.
 */
function withRows(types: readonly TensorType[]): readonly TensorType[] {
  const rank = Math.max(...types.map(({ axes }) => axes.length));
  const whole = types.find(({ axes }) => axes.length === rank)!;
  return types.map((type) =>
    lacksRows(type, whole) ? { ...type, axes: [whole.axes[0]!, ...type.axes] } : type,
  );
}

function lacksRows(type: TensorType, whole: TensorType): boolean {
  return (
    type.axes.length === whole.axes.length - 1 &&
    type.axes.every(({ name }, index) => name !== undefined && name === whole.axes[index + 1]!.name)
  );
}

function place(type: TensorType, over: string | undefined): number | undefined {
  return over === undefined ? featurePlace(type) : findAxis(type, over);
}

/** Besides the joined axis, sizes must be equal, and names too where both sides have one. */
function disagreement(
  first: TensorType,
  other: TensorType,
  number: number,
  at: number,
): ShapeProblem | undefined {
  const shown = `operand 1 is [${printAxes(features(first))}], operand ${number} is [${printAxes(features(other))}]`;
  if (first.axes.length !== other.axes.length)
    return {
      problem: `\`concat\` expects operands with the same number of axes: ${shown}`,
      help: "bring them to one rank first: pool or `flatten` the larger one",
    };
  for (const [index, axis] of first.axes.entries()) {
    const against = other.axes[index]!;
    const namesDiffer =
      axis.name !== undefined && against.name !== undefined && axis.name !== against.name;
    if (index !== at && namesDiffer)
      return { problem: `\`concat\` expects the same axes in the same order: ${shown}` };
    if (index === at || equalDims(axis.size, against.size)) continue;
    return {
      problem: `\`concat\` joins ${callAxis(first, at)}, so the other axes must agree, but ${callAxis(first, index)} is ${print(axis.size)} in operand 1 and ${print(against.size)} in operand ${number}`,
      notes: [shown],
      help: "give both the same size: check strides and paddings of the branches",
    };
  }
  return undefined;
}

/** What is joined is averaged by its size. */
function averageBySize(types: readonly TensorType[], incoming: readonly number[]): number {
  const sizes = types.map(({ axes }) =>
    axes.slice(1).reduce((product, axis) => product * (known(axis.size) ?? 1), 1),
  );
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return incoming.reduce((sum, each, place) => sum + (each * sizes[place]!) / all, 0);
}

export const concat = defineLayer({
  name: "concat",
  summary:
    "Joins several values along one axis, by default `c`; the other axes must agree. A `parameter` joins every row.",
  formula: "y = (a, b, ...) one after the other along `over`",
  arguments: {
    over: {
      kind: "axis",
      named: true,
      optional: true,
      summary: "The axis to join; `c`, or the only axis besides the batch, when left out.",
    },
  },
  inputs: "many",
  example: "(seen, told) -> concat -> dense(32)",
  pitfalls:
    "Branches of an Inception module must keep the spatial size: `padding: same` and one stride.",
  techniques: ["D5", "D14"],
  arranges: true,
  spread: ({ inputTypes }) => ({
    forward: (incoming) => averageBySize(inputTypes, incoming),
    backward: 1,
  }),
  infer: (operands, { over }) => {
    const types = withRows(operands);
    const first = types[0]!;
    const at = place(first, over);
    if (at === undefined && over !== undefined) return noSuchAxis("concat", "over", over, first);
    if (at === undefined)
      return {
        problem: `\`concat\` finds no axis \`c\` in [${printAxes(features(first))}]`,
        help: "say which axis to join: `concat(over: t)`",
      };
    for (const [index, other] of types.entries()) {
      const wrong = notNumbers("concat", other) ?? disagreement(first, other, index + 1, at);
      if (wrong) return wrong;
    }
    const size = add(...types.map((type) => type.axes[at]!.size));
    const name = types.map((type) => type.axes[at]!.name).find((each) => each !== undefined) ?? "c";
    return withAxis(first, at, {
      name: types.every((type) => type.axes[at]!.name === name) ? name : "c",
      size,
    });
  },
  lower: ({ graph, inputTypes }, inputs, { over }) => {
    const rows = inputs.find(({ type }) => type.batched)?.type.shape[0];
    const whole = inputs.map((input) =>
      input.type.batched || rows === undefined
        ? input
        : graph.broadcast(
            input,
            { shape: [rows, ...input.type.shape], batched: true },
            input.type.shape.map((_, axis) => axis + 1),
          ),
    );
    return graph.concatenate(whole, place(withRows(inputTypes)[0]!, over)!);
  },
});
