import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../array-type.ts";
import { nodesOf, type Attributes, type Node, type NodeOf } from "../graph.ts";
import { sameType, showType } from "../types.ts";
import { countOf, type Evaluation, type Value } from "./evaluation.ts";
import { noGradient, type Primitive } from "./primitive.ts";

/** The nodes of a body, operands before users. */
export function bodyNodes(body: readonly Node[]): readonly Node[] {
  return nodesOf({
    outputs: new Map(body.map((node, place) => [String(place), node])),
    updates: new Map(),
  });
}

/** [b, t, …] at one place: [b, …]. */
export function placeType({ shape: [rows, , ...rest] }: ArrayType): ArrayType {
  return { shape: [rows!, ...rest], batched: true };
}

/** The values of one place at `length` places. */
export function placesType({ shape: [rows, ...rest] }: ArrayType, length: number): ArrayType {
  return { shape: [rows!, length, ...rest], batched: true };
}

export const scan: Primitive<"scan"> = {
  type: (inputs, attributes) => {
    const { body, sequences, output } = attributes;
    const [first] = inputs;
    const length = first?.shape[1];
    const areSequences =
      sequences >= 1 &&
      inputs
        .slice(0, sequences)
        .every(
          ({ shape, batched }) => batched && shape[1] === length && shape[0] === first!.shape[0],
        );
    invariant(
      length !== undefined && areSequences,
      `a scan goes along axis 1 of ${inputs.slice(0, sequences).map(showType).join(", ")}`,
    );
    for (const node of bodyNodes(body))
      if (node.op === "local") checkLocal(node.attributes, inputs, attributes);
    const value = body[output];
    invariant(value?.type.batched === true, `a scan has no value ${output}`);
    return placesType(value.type, length);
  },
  evaluate: (evaluation) =>
    evaluation.once(() => atAllPlaces(evaluation))[evaluation.attributes.output]!,
  // The gradient is a scan in the other direction, over the derivative of the body: differentiate makes it.
  gradient: noGradient,
};

/** Scans that agree in this are one loop. */
export function loopOf({ inputs, attributes }: NodeOf<"scan">): string {
  const { body, sequences, reverse } = attributes;
  const ids = (nodes: readonly Node[]): string => nodes.map(({ id }) => id).join(" ");
  return `${reverse} ${sequences}: ${ids(inputs)}: ${ids(body)}`;
}

/** Every value of the body at all places, [b, t, …]. */
function atAllPlaces({
  inputs,
  attributes: { body, sequences, reverse },
  bindings,
  within,
}: Evaluation<"scan">): readonly Float64Array[] {
  const [rows, length] = inputs[0]!.shape as readonly [number, number];
  const sizes = body.map(({ type }) => countOf(type.shape.slice(1)));
  const results = sizes.map((size) => new Float64Array(rows * length * size));
  const values = within(body);
  let before: readonly Float64Array[] = sizes.map((size) => new Float64Array(rows * size));
  for (let step = 0; step < length; step++) {
    const place = reverse ? length - 1 - step : step;
    const locals = new Map([
      ...before.map((value, number) => [`before ${number}`, value] as const),
      ...inputs.map((input, number) =>
        number < sequences
          ? ([`here ${number}`, at(input, place)] as const)
          : ([`constant ${number - sequences}`, input.data] as const),
      ),
    ]);
    before = values({ ...bindings, locals });
    for (const [number, size] of sizes.entries())
      for (let row = 0; row < rows; row++)
        results[number]!.set(
          before[number]!.subarray(row * size, (row + 1) * size),
          (row * length + place) * size,
        );
  }
  return results;
}

function checkLocal(
  { role, number, type }: Attributes["local"],
  inputs: readonly ArrayType[],
  { body, sequences }: Attributes["scan"],
): void {
  const [sequence, constant, value] = [
    inputs.slice(0, sequences)[number],
    inputs[sequences + number],
    body[number],
  ];
  const expected =
    role === "before"
      ? value?.type
      : role === "constant"
        ? constant
        : sequence && placeType(sequence);
  invariant(
    expected !== undefined && sameType(expected, type),
    `${role} ${number} of a scan is ${showType(type)}, not ${expected ? showType(expected) : "there"}`,
  );
}

/** One place of [b, t, …]: [b, …]. */
function at({ shape, data }: Value, place: number): Float64Array {
  const [rows, length, ...rest] = shape as readonly [number, number, ...number[]];
  const size = countOf(rest);
  const result = new Float64Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const from = (row * length + place) * size;
    result.set(data.subarray(from, from + size), row * size);
  }
  return result;
}
