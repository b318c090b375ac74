import { createDevice, type BackendChoice } from "../../src/runtime/device.ts";
import type { DeviceKernel, DevicePlan } from "../../src/runtime/device-plan.ts";

/** Kernels that are equal but for names, or nearly so. */
const kernels = {
  halfOfSmall: times("half_of_small", "small", "half"),
  halfOfThat: times("half_of_that", "half_of_small", "half"),
  halfOfOther: times("half_of_other", "other", "half"),
  twiceOther: times("twice_other", "other", "two"),
  beginOfSmall: begin("begin_of_small", "small"),
  beginOfLarge: begin("begin_of_large", "large"),
};

function times(makes: string, array: string, number: string): DeviceKernel {
  const source = `function ${makes}(${array}, ${number}) { return ${array}[this.thread.x] * ${number}; }`;
  return [makes, 3, source, [array], [number]];
}

function begin(makes: string, array: string): DeviceKernel {
  const source = `function ${makes}(${array}) { return ${array}[this.thread.x + 1]; }`;
  return [makes, 2, source, [array]];
}

const made = Object.values(kernels).map(([makes]) => makes);

const plan: DevicePlan = {
  name: "alike",
  capacity: 1,
  inputs: {},
  given: ["half", "two"],
  derived: {},
  steps: Object.values(kernels),
  results: Object.fromEntries(made.map((name) => [name, name])),
  updates: {},
};

/** What each of the kernels makes. */
export async function run(
  backend: BackendChoice,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const device = await createDevice({ backend, fillUniform: () => {} });
  device.write("small", Float32Array.of(1, 2, 3));
  device.write("other", Float32Array.of(10, 20, 30));
  device.write(
    "large",
    Float32Array.from({ length: 5000 }, (_, place) => 100 + place),
  );
  device.run(plan, { inputs: {}, numbers: { half: 0.5, two: 2 }, rows: 1, step: 1 });
  const results: Record<string, readonly number[]> = {};
  for (const name of made) results[name] = [...(await device.result(plan, name))];
  await device.dispose();
  return results;
}
