import type { GPU } from "gpu.js";
import { runsInNode } from "./platform.ts";
import { displayAnswers } from "./x-display.ts";

/** The ways in which gpu.js runs kernels here; everything but `cpu` is WebGL. */
export type Backend = "webgl2" | "webgl" | "headlessgl" | "cpu";

export interface Mode {
  readonly backend: Backend;
  readonly available: boolean;
  /** Why not, or on what. */
  readonly detail: string;
}

type GpuClass = typeof import("gpu.js").GPU;

/** Which WebGL modes can run float32 kernels here, best first: each is tried with a kernel, not only asked for. */
export async function glModes(): Promise<readonly Mode[]> {
  const problem = await problemOfDisplay();
  if (problem !== undefined) return [withoutContext(problem)];
  const { GPU } = await import("gpu.js");
  const inBrowser = typeof document !== "undefined" || typeof OffscreenCanvas !== "undefined";
  return inBrowser
    ? [
        probe(GPU, "webgl2", GPU.isWebGL2Supported, "this browser has no WebGL 2"),
        probe(GPU, "webgl", GPU.isWebGLSupported, "this browser has no WebGL"),
      ]
    : [
        probe(
          GPU,
          "headlessgl",
          GPU.isHeadlessGLSupported,
          'no OpenGL context: gpu.js\'s optional package "gl" is missing, or there is no display (xvfb-run gives one)',
        ),
      ];
}

function withoutContext(why: string): Mode {
  return { backend: "headlessgl", available: false, detail: `no OpenGL context: ${why}` };
}

/** On Linux the package `gl` draws through X: without it nothing of the package needs to be loaded to know. */
async function problemOfDisplay(): Promise<string | undefined> {
  if (!runsInNode() || process.platform !== "linux") return undefined;
  const display = process.env["DISPLAY"];
  if (!display) return "there is no display (xvfb-run gives one)";
  return (await displayAnswers(display)) ? undefined : `the display ${display} does not answer`;
}

function probe(GPU: GpuClass, backend: Backend, supported: boolean, whyNot: string): Mode {
  if (!supported) return { backend, available: false, detail: whyNot };
  const gpu = new GPU({ mode: backend });
  try {
    const kernel = gpu.createKernel("function probe(x) { return x[this.thread.x] * 2.0; }", {
      output: [2],
      precision: "single",
      tactic: "precision",
    });
    const [first, second] = kernel(new Float32Array([1.5, 3e-3])) as Float32Array;
    const right = first === 3 && Math.abs(second! - 6e-3) < 1e-8;
    const ran = (kernel as unknown as { kernel: { constructor: { mode?: string } } }).kernel
      .constructor.mode;
    if (right && ran !== "cpu") return { backend, available: true, detail: rendererOf(gpu) };
    return { backend, available: false, detail: `${backend} computes wrongly here` };
  } catch (error) {
    return {
      backend,
      available: false,
      detail: `${backend} fails here: ${error instanceof Error ? error.message.split("\n")[0]! : String(error)}`,
    };
  } finally {
    void gpu.destroy();
  }
}

/** What draws: the name of the graphics card, where it is told. */
function rendererOf(gpu: GPU): string {
  const context = gpu.context as {
    getExtension?(name: string): { UNMASKED_RENDERER_WEBGL: number } | null;
    getParameter?(name: number): unknown;
  } | null;
  const extension = context?.getExtension?.("WEBGL_debug_renderer_info");
  return extension ? String(context!.getParameter?.(extension.UNMASKED_RENDERER_WEBGL) ?? "") : "";
}
