import { invariant } from "../../compiler/base/invariant.ts";
import type { GpuJsKernel, GpuJsLoop, GpuJsProgram } from "./program.ts";

/**
 * Holds a program against its own rules, because its arrays are known by name only: each name is made once in a call and is neither
 * an input nor a variable, everything is made before it is read, and results and new values are among what was made. Throws on the
 * first thing wrong: that is a fault of the emitter.
 */
export function verifyProgram({ inputs, variables, steps, results, updates }: GpuJsProgram): void {
  const known = new Set([...inputs.keys(), ...variables.keys()]);
  invariant(known.size === inputs.size + variables.size, "an input has the name of a variable");
  for (const step of steps) {
    if ("fill" in step) make(step.fill, known);
    else if ("body" in step) verifyLoop(step, known);
    else verifyKernel(step, known);
  }
  for (const name of [...results.values(), ...updates.values()])
    invariant(known.has(name), `${name} is never made`);
}

function make(name: string, known: Set<string>): void {
  invariant(!known.has(name), `${name} is made twice`);
  known.add(name);
}

function verifyKernel({ arrays, makes }: GpuJsKernel, known: Set<string>): void {
  for (const array of arrays)
    invariant(known.has(array), `${makes} reads ${array} before it is made`);
  make(makes, known);
}

/** What a round makes is gone after the loop, but for the arrays over all places. */
function verifyLoop({ body, stacks }: GpuJsLoop, known: Set<string>): void {
  const own = new Set(known);
  for (const { before } of stacks) make(before, own);
  for (const kernel of body) verifyKernel(kernel, own);
  for (const { here, makes } of stacks) {
    invariant(own.has(here), `${here} is never made`);
    make(makes, known);
  }
}
