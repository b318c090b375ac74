import type { Backend } from "../../compiler/plan/backend.ts";
import { emitKernels, type EmittedKernels } from "./emit-kernels.ts";

/** gpu.js: functions that run on WebGL, and on the processor where there is none. */
export const gpujs: Backend<EmittedKernels> = {
  name: "gpu.js",
  module: (plans) => emitKernels(plans),
};
