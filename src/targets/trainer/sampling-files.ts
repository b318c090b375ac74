import type { CompiledRun } from "../../compiler/plan/compiled.ts";
import type { EmittedFile } from "../target.ts";
import { gpujs } from "../../backends/gpujs/backend.ts";
import { emitWasmFiles } from "../../backends/wasm/emit-module.ts";

/**
 * The plan that predicts with noise on, as kernels and as a module. They lie in files of their own, because training, and a
 * page that only trains, has no use for them.
 */
export function samplingFiles({ sampling }: CompiledRun): readonly EmittedFile[] {
  if (sampling === undefined) return [];
  const plans = { sample: sampling.plan };
  return [
    {
      path: "sample-kernels.ts",
      text: `${gpujs.module(plans).text}\nexport const samplePlan = sample;\n`,
    },
    { path: "sample-wasm.ts", text: emitWasmFiles(plans, undefined, "sampleModule").table },
  ];
}
