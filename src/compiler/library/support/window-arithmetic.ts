import {
  add,
  ceilDivide,
  equalDims,
  floorDivide,
  known,
  multiply,
  print,
  size,
  subtract,
  type Dim,
} from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import { callAxis, isProblem, spatialPlaces } from "./axes.ts";
import { spatialWindows, type WrittenWindow } from "./windows.ts";

/** How each spatial size is calculated: `h = floor((28 + 2 * 0 - 5) / 1) + 1 = 24`, or with `same` `h = ceil(28 / 2) = 14`. */
export function windowArithmetic(
  layer: string,
  type: TensorType,
  written: WrittenWindow,
): readonly string[] {
  const windows = spatialWindows(layer, type, written);
  if (isProblem(windows)) return [];
  const lines = spatialPlaces(type).map((place, index) => {
    const { kernel, stride, dilation, padding } = windows[index]!;
    const axis = callAxis(type, place).replaceAll("`", "");
    const length = type.axes[place]!.size;
    if (padding === "same")
      return equalDims(stride, size(1))
        ? ""
        : `${axis} = ceil(${print(length)} / ${print(stride)})${equals(ceilDivide(length, stride))}`;
    const zeros = typeof padding === "string" ? size(0) : padding;
    const reach = add(multiply(subtract(kernel, size(1)), dilation), size(1));
    const room = subtract(add(length, multiply(size(2), zeros)), reach);
    const covered = equalDims(dilation, size(1))
      ? print(kernel)
      : `((${print(kernel)} - 1) * ${print(dilation)} + 1)`;
    return `${axis} = floor((${print(length)} + 2 * ${print(zeros)} - ${covered}) / ${print(stride)}) + 1${equals(add(floorDivide(room, stride), size(1)))}`;
  });
  return lines.filter((line) => line !== "");
}

/** The result, where it is a number; otherwise the formula says it all. */
function equals(result: Dim): string {
  return known(result) === undefined ? "" : ` = ${print(result)}`;
}
