import type { TensorType } from "../../ir/type.ts";
import { axesOf } from "../support/arrange.ts";
import { asList, features, findAxis, noSuchAxis, printAxes } from "../support/axes.ts";
import { productOf } from "../support/windows.ts";
import { defineLayer } from "../define.ts";

/** The places that merge, in the order of the type. */
function merged(type: TensorType, over: string | readonly string[] | undefined): readonly number[] {
  if (over === undefined) return axesOf(type.axes.length).slice(1);
  const names = asList(over);
  return axesOf(type.axes.length).filter(
    (place) => place > 0 && names.includes(type.axes[place]!.name ?? ""),
  );
}

export const flatten = defineLayer({
  name: "flatten",
  summary: "Merges axes into one, in the order of the type, the last varying fastest.",
  formula: "y[b, i] = x[b, h, w, c] with i = (h * W + w) * C + c",
  arguments: {
    over: {
      kind: "axis",
      list: true,
      named: true,
      optional: true,
      summary: "The axes to merge; all but the batch when left out.",
    },
    into: { kind: "axis", named: true, default: "c", summary: "What the merged axis is called." },
  },
  example: "x -> conv(16, 3) -> relu -> flatten -> dense(10)",
  pitfalls:
    "`flatten` keeps every value, so the dense layer after it is large; `avg_pool(over: (h, w))` keeps one value a channel.",
  techniques: ["D5"],
  arranges: true,
  between: "a change of shape",
  window: () => "all",
  infer: ([type], { over, into }) => {
    if (type!.axes.length < 2)
      return {
        problem: "`flatten` expects at least one axis besides the batch, and found the batch alone",
      };
    for (const name of over === undefined ? [] : asList(over))
      if (findAxis(type!, name) === undefined) return noSuchAxis("flatten", "over", name, type!);
    const places = merged(type!, over);
    const rest = type!.axes.filter(
      (axis, place) => place > 0 && !places.includes(place) && axis.name === into,
    );
    if (rest.length > 0)
      return {
        problem: `\`flatten\` would make a second axis \`${into}\`: its operand is [${printAxes(features(type!))}]`,
        argument: "into",
        help: "choose another name: `into: t`",
      };
    const axis = { name: into, size: productOf(places.map((place) => type!.axes[place]!.size)) };
    return {
      ...type!,
      axes: type!.axes.flatMap((each, place) =>
        place === places[0] ? [axis] : places.includes(place) ? [] : [each],
      ),
    };
  },
  lower: ({ graph, inputTypes }, [x], { over }) => {
    const places = merged(inputTypes[0]!, over);
    const shape = x!.type.shape;
    const first = places[0]!;
    const before = axesOf(first);
    const after = axesOf(shape.length).filter((place) => place > first && !places.includes(place));
    const together = graph.transpose(x!, [...before, ...places, ...after]);
    const size = places.reduce((product, place) => product * shape[place]!, 1);
    return graph.reshape(together, [
      ...before.map((place) => shape[place]!),
      size,
      ...after.map((place) => shape[place]!),
    ]);
  },
});
