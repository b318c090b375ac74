import { binaryFunctions } from "../ir/primitives/binary.ts";
import { unaryFunctions } from "../ir/primitives/unary.ts";
import type { ScalarOp } from "./plan.ts";

/** What every scalar operation means on the host, in double precision; unary ones ignore the second argument. */
export const scalarOperations = { ...unaryFunctions, ...binaryFunctions } satisfies Record<
  Exclude<ScalarOp, "select">,
  (a: number, b: number) => number
>;
