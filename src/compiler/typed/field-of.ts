import type { TypedRun, Value } from "./program.ts";

/** The field of the data that a value is, as it is or fed to the model; undefined where something is calculated with it. */
export function fieldOf(run: TypedRun, { body }: Value): string | undefined {
  if (body.kind === "field") return body.name;
  if (body.kind === "input") return run.inputs.get(body.name) ?? body.name;
  const isRenamed = body.kind === "arithmetic" && body.operator === "+";
  return isRenamed && body.operands.length === 1 ? fieldOf(run, body.operands[0]!) : undefined;
}
