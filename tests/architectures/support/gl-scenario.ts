import { readFileSync } from "node:fs";
import { createDevice } from "../../../src/runtime/device.ts";
import { pack, runStep, unpack, type StepCall } from "./step-call.ts";

/** Runs every step of the file at `path` on one device, so that networks share their kernels: what each left, by name, as text. */
export async function run(path: string): Promise<{
  readonly backend: string;
  readonly outcomes: Readonly<Record<string, string>>;
}> {
  const calls = unpack(readFileSync(path, "utf8")) as Readonly<Record<string, StepCall>>;
  let draws: StepCall["draws"] = {};
  const device = await createDevice({
    backend: "gpu",
    fillUniform: (target, stream) => target.set(draws[stream]!),
  });
  const outcomes: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls)) {
    draws = call.draws;
    outcomes[name] = pack(Object.fromEntries(await runStep(device, call)));
  }
  return { backend: device.backend, outcomes };
}
