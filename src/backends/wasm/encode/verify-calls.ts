import { invariant } from "../../../compiler/base/invariant.ts";
import type { WasmFunction } from "./encoder.ts";
import type { Instruction } from "./instructions.ts";
import type { FunctionReference } from "./module-functions.ts";

/** What a plan has to call, in its order, and with which addresses. */
export interface ExpectedCalls {
  readonly name: string;
  readonly calls: readonly {
    readonly reference: FunctionReference;
    readonly bases: readonly number[];
  }[];
}

/**
 * Holds a module against its plans, from the instructions alone: every name is used once, and each plan calls each of its kernels
 * exactly once, in order and with its own addresses, both as one thread does it and as several do. Throws on the first thing wrong:
 * that is a fault of the emitter.
 */
export function verifyCalls(
  functions: readonly WasmFunction[],
  plans: readonly ExpectedCalls[],
): void {
  const names = new Set(functions.map(({ name }) => name));
  invariant(names.size === functions.length, "two functions of a module bear one name");
  const kernels = new Set(
    plans.flatMap(({ calls }) => calls.map(({ reference }) => reference.index)),
  );
  for (const plan of plans) {
    for (const caller of functions.filter(({ name }) => isCallOf(name, plan.name)))
      verifyCaller(caller, plan, functions, kernels);
  }
}

/** The function of a plan, and its share where threads divide it. */
function isCallOf(name: string, plan: string): boolean {
  return name === plan || name === `${plan}, divided`;
}

/** Parameters of every kernel: the first part and the one after the last. */
const ownParameters = 2;

function verifyCaller(
  { name, body }: WasmFunction,
  { calls }: ExpectedCalls,
  functions: readonly WasmFunction[],
  kernels: ReadonlySet<number>,
): void {
  const found = body.flatMap(({ op, immediates: [index] }, place) => {
    if (op !== "call" || !kernels.has(index!)) return [];
    const count = functions[index!]!.parameters.length - ownParameters;
    return [keyOf(index!, body.slice(place - count, place).map(constantOf))];
  });
  const expected = calls.map(({ reference, bases }) => keyOf(reference.index, bases));
  const wrong = expected.findIndex((key, place) => found[place] !== key);
  invariant(
    wrong < 0 && found.length === expected.length,
    `${name} does not call ${calls[wrong]?.reference.name ?? "its kernels"} once and in order`,
  );
}

function keyOf(index: number, bases: readonly number[]): string {
  return [index, ...bases].join(" ");
}

function constantOf({ op, immediates }: Instruction): number {
  return op === "i32.const" ? immediates[0]! : Number.NaN;
}
