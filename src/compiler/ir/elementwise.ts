import type { Op } from "./graph.ts";
import { binaryFunctions } from "./primitives/binary.ts";
import { unaryFunctions } from "./primitives/unary.ts";

const elementwise: ReadonlySet<string> = new Set([
  ...Object.keys(unaryFunctions),
  ...Object.keys(binaryFunctions),
  "select",
]);

/** Whether every element of the result depends on the operands' elements at the same place only. */
export function isElementwise(op: Op): boolean {
  return elementwise.has(op);
}
