import type { Device } from "../../../src/runtime/device.ts";
import { withFormulas, type DevicePlanText } from "../../support/device-plans.ts";

type Arrays = Readonly<Record<string, Float32Array>>;

/** A training step as a device wants it; plain data. */
export interface StepCall {
  readonly plan: DevicePlanText;
  readonly variables: Arrays;
  readonly inputs: Arrays;
  /** Uniform numbers by stream. */
  readonly draws: Arrays;
  readonly numbers: Readonly<Record<string, number>>;
  readonly rows: number;
}

type Runs = Pick<Device, "write" | "run" | "result" | "read">;

/** Runs the step once: outputs, new weights and states. */
export async function runStep(device: Runs, call: StepCall): Promise<Map<string, Float32Array>> {
  const plan = withFormulas(call.plan);
  for (const [name, values] of Object.entries(call.variables)) device.write(name, values);
  device.run(plan, { ...call, step: 1 });
  const outcome = new Map<string, Float32Array>();
  for (const name of Object.keys(plan.results)) outcome.set(name, await device.result(plan, name));
  for (const name of Object.keys(plan.updates)) outcome.set(name, await device.read(name));
  return outcome;
}

/** JSON in which arrays of 32-bit numbers are their bytes. */
export function pack(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    each instanceof Float32Array
      ? { bytes: Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString("base64") }
      : each,
  );
}

export function unpack(text: string): unknown {
  return JSON.parse(text, (_, each: { readonly bytes?: unknown } | null) =>
    typeof each?.bytes === "string"
      ? new Float32Array(Uint8Array.from(Buffer.from(each.bytes, "base64")).buffer)
      : each,
  );
}
