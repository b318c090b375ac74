import { equalDims, isDim, known, print, type Dim } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import { features, printAxes } from "../support/axes.ts";
import { productOf } from "../support/windows.ts";
import { defineLayer } from "../define.ts";

/** The axes that were written, in the order in which they were written. */
function axesOf(
  values: Readonly<Record<string, unknown>>,
): readonly { readonly name: string; readonly size: Dim }[] {
  return Object.entries(values).flatMap(([name, size]) => (isDim(size) ? [{ name, size }] : []));
}

function counted(axes: readonly { readonly size: Dim }[]): string {
  return `${axes.map((axis) => print(axis.size)).join(" * ")} = ${print(productOf(axes.map((axis) => axis.size)))}`;
}

export const reshape = defineLayer({
  name: "reshape",
  summary:
    "The same values under other axes, in row-major order; all axes but the batch are written, with their names.",
  formula: "y[b, h, w, c] = x[b, i] with i = (h * W + w) * C + c",
  arguments: {},
  axisArguments: true,
  example: "x -> reshape(h: 8, w: 8, c: 1) -> conv(16, 3)",
  pitfalls: "`reshape` reads the values in order; it does not swap axes.",
  techniques: ["D5"],
  arranges: true,
  between: "a change of shape",
  window: () => "all",
  infer: ([type], values) => {
    const axes = axesOf(values);
    const found = features(type!);
    if (axes.length === 0)
      return {
        problem: "`reshape` expects the axes of its result with their sizes, and found none",
        help: "write them by name: `reshape(h: 8, w: 8, c: 1)`",
      };
    const result: TensorType = { ...type!, axes: [type!.axes[0]!, ...axes] };
    const [before, after] = [
      productOf(found.map((axis) => axis.size)),
      productOf(axes.map((axis) => axis.size)),
    ];
    if (equalDims(before, after)) return result;
    const certain = known(before) !== undefined && known(after) !== undefined;
    return {
      problem: `\`reshape\` must keep the number of values: it finds ${print(before)} in each row, [${printAxes(found)}], and is told to make ${print(after)}, [${printAxes(axes)}]`,
      notes: [`found: ${counted(found)}`, `written: ${counted(axes)}`],
      help: "write sizes with the same product",
      ...(certain ? {} : { unproved: result }),
    };
  },
  lower: ({ graph, size }, [x], values) =>
    graph.reshape(x!, [x!.type.shape[0]!, ...axesOf(values).map((axis) => size(axis.size))]),
});
