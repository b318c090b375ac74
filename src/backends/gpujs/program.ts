import type { Plan } from "../../compiler/plan/plan.ts";
import type { GpuJsStack } from "./places.ts";

export interface GpuJsKernel {
  readonly about: string;
  /** What it computes, as a name; kernels of one source have one name. */
  readonly name: string;
  readonly source: string;
  /** How far its axes go, by their names in the source. */
  readonly extents: ReadonlyMap<string, number>;
  readonly arrays: readonly string[];
  readonly numbers: readonly string[];
  readonly makes: string;
  readonly size: number;
}

export interface GpuJsFill {
  readonly fill: string;
  readonly stream: string;
  readonly size: number;
}

export type GpuJsStep = GpuJsKernel | GpuJsFill | GpuJsLoop;

/** Kernels that run in turn for every place of a sequence: see `DeviceLoop`. */
export interface GpuJsLoop {
  readonly about: string;
  readonly places: number;
  readonly reverse: boolean;
  readonly body: readonly GpuJsKernel[];
  readonly stacks: readonly GpuJsStack[];
}

/** A plan as gpu.js runs it: pure data. `derived` are formulas over `given`, as TypeScript text. */
export interface GpuJsProgram {
  readonly name: Plan["name"];
  readonly capacity: number;
  readonly inputs: ReadonlyMap<string, number>;
  readonly variables: ReadonlyMap<string, number>;
  readonly given: readonly string[];
  readonly derived: ReadonlyMap<string, string>;
  readonly steps: readonly GpuJsStep[];
  readonly results: ReadonlyMap<string, string>;
  readonly updates: ReadonlyMap<string, string>;
}
