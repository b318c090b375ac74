import { memoryOf } from "../../compiler/plan/accesses.ts";
import type { Expressions } from "../../compiler/plan/expressions.ts";
import type { Access, Affine, Buffer, Expr, Kernel, Loop } from "../../compiler/plan/plan.ts";
import { rewriteKernel } from "../../compiler/plan/rewrite-kernel.ts";
import { sizeOf } from "./text/writer.ts";

/** An array over all places that a loop makes: see `DeviceStack`. */
export interface GpuJsStack {
  readonly makes: string;
  readonly here: string;
  readonly before: string;
  readonly rows: number;
  readonly width: number;
}

/**
 * A loop whose kernels make arrays of one place, because gpu.js cannot write a part of an array: what they read of an array that the
 * loop makes, they read of this place or of the one before.
 */
export function byPlaces(
  loop: Loop,
  expressions: Expressions,
): { readonly loop: Loop; readonly stacks: readonly GpuJsStack[] } {
  const { axis, body } = loop;
  const isMoving = (index: readonly Affine[]): boolean =>
    index.some(({ terms }) => terms.some(([name]) => name === axis.name));
  const made = body.flatMap((kernel) =>
    kernel.stores.flatMap(({ to }) => (isMoving(to.index) ? [to.buffer] : [])),
  );
  const parts = new Map<string, Buffer>();
  const part = (access: Access): Access => {
    const { buffer, index } = access;
    const where = index[1]!.constant === 0 ? "here" : "before";
    const name = `${memoryOf(buffer).name} ${where}`;
    const shape = buffer.shape.filter((_, dimension) => dimension !== 1);
    const key = `${name} ${shape.join("x")}`;
    const memory = parts.get(name) ?? { name, shape, batched: true, role: "temporary" };
    parts.set(name, memory);
    const known =
      parts.get(key) ??
      (buffer.aliasOf === undefined ? memory : { ...memory, name: key, shape, aliasOf: memory });
    parts.set(key, known);
    return { buffer: known, index: index.filter((_, dimension) => dimension !== 1) };
  };
  const load = (expression: Extract<Expr, { kind: "load" }>): Expr => {
    if (!made.includes(memoryOf(expression.access.buffer))) return expression;
    const { buffer, index } = part(expression.access);
    return expressions.load(buffer, index);
  };
  const rewritten = body.map((kernel): Kernel => {
    const read = rewriteKernel(kernel, { load }, expressions);
    return {
      ...read,
      stores: read.stores.map(({ to, value }) => ({
        to: made.includes(to.buffer) ? part(to) : to,
        value,
      })),
    };
  });
  const stacks = made.map((buffer): GpuJsStack => {
    const [rows, places] = buffer.shape as readonly [number, number];
    return {
      makes: buffer.name,
      here: `${buffer.name} here`,
      before: `${buffer.name} before`,
      rows,
      width: sizeOf(buffer) / (rows * places),
    };
  });
  return { loop: { ...loop, body: rewritten }, stacks };
}
