import type { Buffer, Kernel, Plan } from "../../compiler/plan/plan.ts";
import { Expressions } from "../../compiler/plan/expressions.ts";
import { Names } from "../../compiler/plan/identifiers.ts";
import { functionSource } from "./text/function-source.ts";
import { HostNumbers } from "../../compiler/plan/host-numbers.ts";
import { byPlaces } from "./places.ts";
import type { GpuJsKernel, GpuJsProgram, GpuJsStep } from "./program.ts";
import { projectionsOf, type Workshop } from "./projections.ts";
import { verifyProgram } from "./verify-program.ts";
import { sizeOf } from "./text/writer.ts";

/** Lowers a plan to gpu.js functions over flat arrays, one a store. */
export function gpuJsProgram(plan: Plan, pool: FunctionPool = new Map()): GpuJsProgram {
  const host = new HostNumbers();
  const expressions = new Expressions();
  const names = new Names();
  for (const { name } of plan.buffers) names.reserve(name);
  const workshop = { expressions, names, pool };
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

/** Functions by what they are but for the names of their parameters: all plans of a run share them. */
export type FunctionPool = Map<string, Pick<GpuJsKernel, "name" | "source" | "extents">>;

function kernelFunctions(
  kernel: Kernel,
  workshop: Workshop & { readonly pool: FunctionPool },
  host: HostNumbers,
): readonly GpuJsKernel[] {
  return projectionsOf(kernel, workshop).map((projection) => {
    const { key, name, source, arrays, numbers, extents } = functionSource(projection, host);
    const known = workshop.pool.get(key) ?? { name, source, extents };
    workshop.pool.set(key, known);
    return {
      about: projection.comment,
      ...known,
      arrays,
      numbers,
      makes: projection.to.name,
      size: sizeOf(projection.to),
    };
  });
}
