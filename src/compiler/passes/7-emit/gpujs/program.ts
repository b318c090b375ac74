import type { Buffer, Kernel, Plan } from "../../../plan/plan.ts";
import { Expressions } from "../../../plan/expressions.ts";
import { Names } from "../../6-schedule/names.ts";
import { functionSource } from "./function-source.ts";
import { HostNumbers } from "./host-numbers.ts";
import { byPlaces, type GpuJsStack } from "./places.ts";
import { projectionsOf, type Workshop } from "./projections.ts";
import { verifyProgram } from "./verify-program.ts";
import { sizeOf } from "./writer.ts";

export interface GpuJsKernel {
  readonly about: string;
  readonly source: string;
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

/** Lowers a plan to gpu.js functions over flat arrays, one a store. */
export function gpuJsProgram(plan: Plan): GpuJsProgram {
  const host = new HostNumbers();
  const expressions = new Expressions();
  const names = new Names();
  for (const { name } of plan.buffers) names.reserve(name);
  const workshop = { expressions, names };
  const steps = plan.steps.flatMap((step): readonly GpuJsStep[] => {
    if (step.kind === "fill random")
      return [{ fill: step.buffer.name, stream: step.stream, size: sizeOf(step.buffer) }];
    if (step.kind === "kernel") return kernelFunctions(step, workshop, host);
    const { loop, stacks } = byPlaces(step, expressions);
    return [
      {
        about: step.comment,
        places: step.axis.extent,
        reverse: step.reverse,
        body: loop.body.flatMap((kernel) => kernelFunctions(kernel, workshop, host)),
        stacks,
      },
    ];
  });
  const own = plan.buffers.filter((buffer) => buffer.aliasOf === undefined);
  const sizes = (role: (buffer: Buffer) => boolean): ReadonlyMap<string, number> =>
    new Map(own.filter(role).map((buffer) => [buffer.name, sizeOf(buffer)] as const));
  const variables = new Map(
    sizes((buffer) => buffer.role === "parameter" || buffer.role === "state"),
  );
  for (const [path, buffer] of plan.updates) variables.set(path, sizeOf(buffer));
  const namesOf = (buffers: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> =>
    new Map([...buffers].map(([name, buffer]) => [name, buffer.name] as const));
  const program: GpuJsProgram = {
    name: plan.name,
    capacity: plan.capacity,
    inputs: sizes((buffer) => buffer.role === "input"),
    variables,
    given: plan.scalars,
    derived: host.formulas(),
    steps,
    results: namesOf(plan.results),
    updates: namesOf(plan.updates),
  };
  verifyProgram(program);
  return program;
}

function kernelFunctions(
  kernel: Kernel,
  workshop: Workshop,
  host: HostNumbers,
): readonly GpuJsKernel[] {
  return projectionsOf(kernel, workshop).map((projection) => ({
    about: projection.comment,
    ...functionSource(projection, host),
    makes: projection.to.name,
    size: sizeOf(projection.to),
  }));
}
