import { setFlagsFromString } from "node:v8";
import { beforeAll, expect, test } from "vitest";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { emitWasmFiles } from "../../src/backends/wasm/emit-module.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice } from "../../src/runtime/device.ts";
import { convolutionalNetwork, multilayerPerceptron } from "../support/networks.ts";
import { wasmAgainstPlan } from "../support/wasm-against-plan.ts";
import { wasmProgram } from "../support/wasm-program.ts";

const network = multilayerPerceptron(16, 21, 37, 5);
const plans = { train: schedule("train", network.graph, 16) };

test("without the option no module has an instruction of relaxed SIMD, with it the sums of products have", () => {
  const [plain, relaxed] = [emitWasm(plans), emitWasm(plans, { relaxedSimd: true })];
  expect(plain.wat).not.toContain("relaxed");
  expect(relaxed.wat).toContain("f32x4.relaxed_madd");
  expect(emitWasmFiles(plans).table).not.toContain("relaxedSimd");
  expect(emitWasmFiles(plans, undefined, undefined, { relaxedSimd: true }).table).toContain(
    "relaxedSimd: true",
  );
});

test("an engine that does not run it says so", async () => {
  const program = {
    ...wasmProgram(plans),
    relaxedSimd: true,
    bytes: () => Promise.resolve(emitWasm(plans).bytes.slice(0, 40)),
  };
  const options = { fillUniform: () => undefined, wasm: program };
  await expect(createDevice({ ...options, backend: "wasm" })).rejects.toThrow(
    "There is no wasm backend here.",
  );
  await createDevice({ ...options, backend: "wasm" }).catch(
    (error: { readonly details?: readonly string[] }) =>
      expect(JSON.stringify(error)).toContain("build without --relaxed-simd"),
  );
  expect((await createDevice({ ...options, backend: "auto" })).reason).toContain(
    "build without --relaxed-simd",
  );
});

const { bytes } = emitWasm(plans, { relaxedSimd: true });
beforeAll(() => setFlagsFromString("--experimental-wasm-relaxed-simd"));

test("its results agree with the float64 interpreter", async (context) => {
  if (!WebAssembly.validate(bytes)) context.skip("this engine has no relaxed SIMD");
  for (const one of [network, convolutionalNetwork(6, 13, 11)]) {
    const plan = schedule("train", one.graph, one.capacity);
    expect(
      await wasmAgainstPlan(
        plan,
        { values: one.values, scalars: one.scalars(3), rows: one.capacity },
        { relaxedSimd: true },
      ),
    ).toBeLessThan(1e-4);
  }
});
