import { invariant } from "../../../compiler/base/invariant.ts";
import type { WasmFunction } from "./encoder.ts";
import type { FunctionReference } from "./module-functions.ts";

/** What a plan has to call, in its order. */
export interface ExpectedCalls {
  readonly name: string;
  readonly kernels: readonly FunctionReference[];
}

/**
 * Holds a module against its plans, from the instructions alone: every name is used once, and each plan calls each of its kernels
 * exactly once and in order, both as one thread does it and as several do. Throws on the first thing wrong: that is a fault of the
 * emitter.
 */
export function verifyCalls(
  functions: readonly WasmFunction[],
  plans: readonly ExpectedCalls[],
): void {
  const names = new Set(functions.map(({ name }) => name));
  invariant(names.size === functions.length, "two functions of a module bear one name");
  const own = plans.flatMap(({ kernels }) => kernels.map(({ index }) => index));
  invariant(new Set(own).size === own.length, "two kernels are one function");
  const kernels = new Set(own);
  for (const plan of plans) {
    for (const caller of functions.filter(({ name }) => isCallOf(name, plan.name)))
      verifyCaller(caller, plan, kernels);
  }
}

/** The function of a plan, and its share where threads divide it. */
function isCallOf(name: string, plan: string): boolean {
  return name === plan || name === `${plan}, divided`;
}

function verifyCaller(
  { name, body }: WasmFunction,
  plan: ExpectedCalls,
  kernels: ReadonlySet<number>,
): void {
  const called = body
    .filter(({ op, immediates }) => op === "call" && kernels.has(immediates[0]!))
    .map(({ immediates }) => immediates[0]!);
  const expected = plan.kernels.map(({ index }) => index);
  const wrong = expected.findIndex((index, place) => called[place] !== index);
  invariant(
    wrong < 0 && called.length === expected.length,
    `${name} does not call ${plan.kernels[wrong]?.name ?? "its kernels"} once and in order`,
  );
}
