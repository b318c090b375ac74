import { invariant } from "../../base/invariant.ts";
import type { Graph, Node } from "../../ir/graph.ts";
import { bodyNodes } from "../../ir/primitives/scan.ts";
import { expressionsOf, extentsOf, kernelsOf, lifetimesOf } from "../../plan/accesses.ts";
import type { Buffer, Kernel, Loop, Plan } from "../../plan/plan.ts";
import { verifyPlan } from "../../plan/verify-plan.ts";
import { rangeOf } from "../../plan/affine.ts";
import { aliasFor, finish, storedNodes, type Aliases, type GrowingBuffer } from "./buffers.ts";
import { formClusters } from "./clusters.ts";
import { Expressions } from "../../plan/expressions.ts";
import { buildKernel, type Workshop } from "./kernel.ts";
import { Names, sanitize } from "../../plan/identifiers.ts";
import { describeNode } from "./describe-node.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { buildLoop } from "./recurrence.ts";
import { chooseRoots } from "./roots.ts";
import { orderSteps } from "./steps.ts";

/**
 * Orders a graph into kernels over a fixed set of buffers: which values are stored and which are computed where they are used,
 * what is fused into one kernel, in which order, and how long each buffer lives. `capacity` is the batch size of the plan.
 */
export function schedule(name: Plan["name"], graph: Graph, capacity: number): Plan {
  const prepared = prepare(graph);
  const forced = new Set<Node>();
  for (;;) {
    const attempt = attemptPlan(name, prepared, capacity, forced);
    if ("plan" in attempt) return attempt.plan;
    const before = forced.size;
    for (const node of attempt.missing) forced.add(node);
    invariant(forced.size > before, "scheduling makes no progress");
  }
}

function attemptPlan(
  name: Plan["name"],
  graph: Prepared,
  capacity: number,
  forced: ReadonlySet<Node>,
): { plan: Plan } | { missing: ReadonlySet<Node> } {
  const choice = chooseRoots(graph, forced);
  const clusters = formClusters(choice);
  const names = new Names();
  const leaves = leafBuffers(graph, names);
  const stored = storedNodes(clusters, graph);
  const made = madeBuffers(stored, graph, names);
  const aliases: Aliases = new Map();
  const workshop: Workshop = {
    expressions: new Expressions(),
    operands: graph.operands,
    bufferOf: (node) => leaves.get(node) ?? made.get(node),
    aliasOf: (buffer, node) => aliasFor(buffer, node.type, aliases, names),
  };
  const kernels: (Kernel | Loop)[] = [];
  const inLoops: GrowingBuffer[] = [];
  for (const cluster of clusters) {
    if (cluster.reduction?.op === "scan") {
      const built = buildLoop(cluster, workshop, names, (buffer, type) =>
        aliasFor(buffer, type, aliases, names),
      );
      if ("missing" in built) return built;
      kernels.push(built.loop);
      inLoops.push(...built.buffers);
      continue;
    }
    const built = buildKernel(
      cluster,
      cluster.members.filter((node) => stored.has(node)),
      workshop,
    );
    if ("missing" in built) return built;
    kernels.push(finish(cluster, built.kernel, names));
  }
  const views = [...aliases.values()].flatMap((own) => [...own.values()]);
  const buffers = [...leaves.values(), ...made.values(), ...inLoops, ...views];
  recordHalos(kernels.flatMap(kernelsOf), new Set(buffers));
  return { plan: assemble(name, capacity, graph, kernels, buffers, leaves, made) };
}

function assemble(
  name: Plan["name"],
  capacity: number,
  graph: Prepared,
  kernels: readonly (Kernel | Loop)[],
  buffers: readonly Buffer[],
  leaves: ReadonlyMap<Node, Buffer>,
  made: ReadonlyMap<Node, Buffer>,
): Plan {
  const streams = new Map<Buffer, string>();
  for (const [node, buffer] of leaves)
    if (node.op === "random") streams.set(buffer, node.attributes.stream);
  const steps = orderSteps(kernels, streams);
  invariant(
    steps.filter((step) => step.kind !== "fill random").length === kernels.length,
    "kernels depend on each other in a circle",
  );
  const results = new Map(
    [...graph.outputs].map(([output, node]) => [output, made.get(node)!] as const),
  );
  const updates = new Map(
    [...graph.updates].map(([path, node]) => [path, made.get(node)!] as const),
  );
  const scalars = [
    ...new Set(
      nodesWithBodies(graph.order).flatMap((node) =>
        node.op === "scalar" ? [node.attributes.name] : [],
      ),
    ),
  ].sort();
  const lifetimes = lifetimesOf(steps, new Set([...results.values(), ...updates.values()]));
  const plan: Plan = { name, capacity, buffers, steps, scalars, results, updates, lifetimes };
  verifyPlan(plan);
  return plan;
}

/** Parameters and states have their paths, random numbers their streams, inputs their fields. */
function leafBuffers(graph: Prepared, names: Names): Map<Node, GrowingBuffer> {
  const buffers = new Map<Node, GrowingBuffer>();
  for (const node of graph.order) {
    if (node.op === "input" || node.op === "parameter" || node.op === "state") {
      names.reserve(node.attributes.name);
      buffers.set(node, { name: node.attributes.name, ...node.type, role: node.op });
    }
  }
  for (const node of graph.order) {
    if (node.op === "random")
      buffers.set(node, {
        name: names.unique(sanitize(`random_${node.attributes.stream}`)),
        ...node.type,
        role: "random",
      });
  }
  return buffers;
}

function madeBuffers(
  stored: ReadonlySet<Node>,
  graph: Prepared,
  names: Names,
): Map<Node, GrowingBuffer> {
  const results = new Set(graph.outputs.values());
  const buffers = new Map<Node, GrowingBuffer>();
  // Outputs and updates get the plain names, then the last value of each layer: that is what the layer gives.
  for (const node of new Set([
    ...graph.outputs.values(),
    ...graph.updates.values(),
    ...graph.order.toReversed(),
  ])) {
    if (!stored.has(node)) continue;
    buffers.set(node, {
      name: names.unique(describeNode(node, graph)),
      ...node.type,
      role: results.has(node) ? "result" : "temporary",
    });
  }
  return buffers;
}

/** With the nodes in the bodies of scans. */
function nodesWithBodies(order: readonly Node[]): readonly Node[] {
  return [
    ...new Set(
      order.flatMap((node) =>
        node.op === "scan" ? [node, ...bodyNodes(node.attributes.body)] : [node],
      ),
    ),
  ];
}

/** Notes on each buffer how far outside of it kernels read. */
function recordHalos(kernels: readonly Kernel[], buffers: ReadonlySet<GrowingBuffer>): void {
  const known = new Map<Buffer, GrowingBuffer>([...buffers].map((buffer) => [buffer, buffer]));
  for (const kernel of kernels) {
    const extents = extentsOf(kernel);
    for (const expression of expressionsOf(kernel)) {
      if (expression.kind !== "load") continue;
      const { buffer, index } = expression.access;
      const reach = index.map((one, axis) => {
        const [low, high] = rangeOf(one, extents);
        const [before, after] = buffer.halo?.[axis] ?? [0, 0];
        return [Math.max(before, -low), Math.max(after, high - buffer.shape[axis]! + 1)] as const;
      });
      if (reach.some(([low, high]) => low > 0 || high > 0)) known.get(buffer)!.halo = reach;
    }
  }
}
