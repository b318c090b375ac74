import type { Node } from "../../ir/graph.ts";
import { memoryOf } from "../../plan/accesses.ts";
import type { Buffer, Kernel } from "../../plan/plan.ts";
import type { ArrayType } from "../../ir/array-type.ts";
import type { Cluster } from "./clusters.ts";
import { commentOf } from "./comments.ts";
import { sanitize, type Names } from "../../plan/identifiers.ts";
import type { Prepared } from "./prepare.ts";
import { classOf } from "./roots.ts";

/** A buffer whose border grows while kernels are built. */
export type GrowingBuffer = { -readonly [Key in keyof Buffer]: Buffer[Key] };

/** Outputs, updates, and whatever another kernel reads. */
export function storedNodes(clusters: readonly Cluster[], graph: Prepared): ReadonlySet<Node> {
  const stored = new Set<Node>([...graph.outputs.values(), ...graph.updates.values()]);
  for (const cluster of clusters)
    for (const node of cluster.reads) if (classOf(node) !== "leaf") stored.add(node);
  return stored;
}

/** Memories under other shapes: memory → what the view is like → view. */
export type Aliases = Map<Buffer, Map<string, GrowingBuffer>>;

/** The same memory under another shape. */
export function aliasFor(buffer: Buffer, type: ArrayType, aliases: Aliases, names: Names): Buffer {
  const memory = memoryOf(buffer);
  const shape = type.shape.join("x");
  const own = aliases.get(memory) ?? new Map<string, GrowingBuffer>();
  aliases.set(memory, own);
  const key = `${shape} ${type.batched}`;
  const known = own.get(key);
  if (known !== undefined) return known;
  const name = names.unique(`${memory.name}_as_${shape}`);
  const alias: GrowingBuffer = { name, ...type, role: memory.role, aliasOf: memory };
  own.set(key, alias);
  return alias;
}

/** A kernel is called what its last stored value is called: that is what it is for. */
export function finish(
  cluster: Cluster,
  kernel: Omit<Kernel, "name" | "comment" | "path">,
  names: Names,
): Kernel {
  const last = kernel.stores[kernel.stores.length - 1]!.to.buffer;
  const name = /^[A-Za-z]\w*$/.test(last.name) ? last.name : names.unique(sanitize(last.name));
  return {
    ...kernel,
    name,
    comment: commentOf(name, cluster.members, kernel),
    path: cluster.members[cluster.members.length - 1]!.origin.path,
  };
}
