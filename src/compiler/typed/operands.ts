import type { Value } from "./program.ts";

/** The values that a value is computed from. */
export function operandsOf({ body }: Value): readonly Value[] {
  switch (body.kind) {
    case "layer":
      return body.inputs;
    case "activation":
      return [body.input];
    case "call":
    case "arithmetic":
    case "compare":
      return body.operands;
    case "select":
      return [body.condition, body.then, body.else];
    default:
      return [];
  }
}
