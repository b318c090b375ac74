import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice, type Device } from "../../src/runtime/device.ts";
import { devicePlan, variablesOf } from "../support/device-plans.ts";
import { multilayerPerceptron } from "../support/networks.ts";

const network = multilayerPerceptron(6, 4, 5, 3);
const plan = devicePlan(schedule("train", network.graph, network.capacity));
const inputs = Object.fromEntries(
  network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
);
const variables = new Map(
  variablesOf(plan).map((name) => [name, Float32Array.from(network.values.get(name)!)] as const),
);
const callAt = (step: number) => ({
  inputs,
  numbers: Object.fromEntries(network.scalars(step)),
  rows: 5,
  step,
});

async function losses(device: Device): Promise<readonly number[]> {
  for (const [name, values] of variables) device.write(name, values);
  const found: number[] = [];
  for (let step = 1; step <= 12; step++) {
    device.run(plan, callAt(step));
    found.push((await device.result(plan, "loss"))[0]!);
  }
  return found;
}

export interface Choice {
  readonly backend: string;
  readonly reason: string;
  /** Losses after choosing by measurement, and on the same backend without measuring. */
  readonly measured: readonly number[];
  readonly plain: readonly number[];
  /** What writing an array of 2²⁴ elements to WebGL says. */
  readonly tooLarge: string;
}

async function tooLarge(): Promise<string> {
  try {
    const device = await createDevice({ backend: "gpu", fillUniform: () => {} });
    device.write("w", new Float32Array(2 ** 24));
    return "nothing";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Lets `auto` choose by measuring a training step, and trains. */
export async function run(): Promise<Choice> {
  const device = await createDevice({
    backend: "auto",
    fillUniform: () => {},
    calibration: { plan, call: () => callAt(1), variables: () => variables },
  });
  const measured = await losses(device);
  await device.dispose();
  const same = await createDevice({
    backend: device.backend === "cpu" ? "cpu" : "gpu",
    fillUniform: () => {},
  });
  const plain = await losses(same);
  await same.dispose();
  return {
    backend: device.backend,
    reason: device.reason,
    measured,
    plain,
    tooLarge: await tooLarge(),
  };
}
