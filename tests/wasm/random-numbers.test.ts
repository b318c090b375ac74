import { expect, test } from "vitest";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { fillUniform, randomStream } from "../../src/runtime/random.ts";
import { WasmDevice } from "../../src/runtime/wasm-device.ts";
import { Layers } from "../support/networks.ts";
import { wasmProgram } from "../support/wasm-program.ts";

/** A plan whose results are two random arrays of these sizes. */
function drawing(sizes: readonly number[]): ReturnType<typeof schedule> {
  const g = new Layers().root;
  const outputs = new Map(
    sizes.map(
      (size, place) =>
        [
          `u${place}`,
          g.add(
            g.random(`layer_${place}.dropout`, { shape: [size], batched: false }),
            g.constant(0),
          ),
        ] as const,
    ),
  );
  return schedule("train", { outputs, updates: new Map() }, 1);
}

test("the module draws the same bits as the host: any seed, step, stream and length", async () => {
  for (const sizes of [
    [1, 4],
    [15, 16],
    [17, 1000],
    [4099, 3],
  ]) {
    const plan = drawing(sizes);
    const program = wasmProgram({ train: plan });
    for (const seed of [0, 7, 2 ** 53 - 1]) {
      const device = await WasmDevice.create(
        program,
        () => expect.unreachable("the host draws nothing"),
        seed,
      );
      for (const step of [1, 2, 123_456_789, 2 ** 31 + 5]) {
        device.run(plan, { inputs: {}, numbers: {}, rows: 1, step });
        for (const [place, size] of sizes.entries()) {
          const expected = new Float32Array(size);
          fillUniform(expected, randomStream(seed, `layer_${place}.dropout`), step);
          expect(
            await device.result(plan, `u${place}`),
            `${size} numbers of seed ${seed} at step ${step}`,
          ).toEqual(expected);
        }
      }
    }
  }
});

test("without a seed the host fills them in, and the module leaves them as they are", async () => {
  const plan = drawing([33, 5]);
  const device = await WasmDevice.create(wasmProgram({ train: plan }), (target, stream, step) =>
    target.fill(stream === "layer_0.dropout" ? step : -step),
  );
  device.run(plan, { inputs: {}, numbers: {}, rows: 1, step: 9 });
  expect([...(await device.result(plan, "u0"))]).toEqual(Array.from({ length: 33 }, () => 9));
  expect([...(await device.result(plan, "u1"))]).toEqual([-9, -9, -9, -9, -9]);
});
