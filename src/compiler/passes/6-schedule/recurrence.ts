import { invariant } from "../../base/invariant.ts";
import type { ArrayType } from "../../ir/array-type.ts";
import type { Node, NodeOf } from "../../ir/graph.ts";
import { bodyNodes, placesType } from "../../ir/primitives/scan.ts";
import { expressionsOf, memoryOf } from "../../plan/accesses.ts";
import { affine, affineKey, shiftAffine } from "../../plan/affine.ts";
import type { Affine, Buffer, Kernel, Loop, PlanAxis } from "../../plan/plan.ts";
import { finish, storedNodes, type GrowingBuffer } from "./buffers.ts";
import { formClusters, type Cluster } from "./clusters.ts";
import { buildKernel, type Workshop } from "./kernel.ts";
import { sanitize, type Names } from "../../plan/identifiers.ts";
import { describeNode } from "./describe-node.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { chooseRoots } from "./roots.ts";
import { inOrder } from "./steps.ts";
import { valueAt, type LoopScope } from "./value.ts";

type Scan = NodeOf<"scan">;
type Alias = (buffer: Buffer, type: ArrayType) => Buffer;

/** A loop with the buffers that it needs besides those of its members, or the nodes that need buffers before it can be built. */
type Built =
  | { readonly loop: Loop; readonly buffers: readonly GrowingBuffer[] }
  | { readonly missing: ReadonlySet<Node> };

/** More copies than one body makes. */
const copiesOfBody = 100_000;

/**
 * The loop of scans with one body. Its body is scheduled as a graph of its own; values that are asked for, or that the next place
 * needs, are stored at their place of an array over all places.
 */
export function buildLoop(cluster: Cluster, workshop: Workshop, names: Names, alias: Alias): Built {
  const scan = cluster.members[0] as Scan;
  const { body, reverse } = scan.attributes;
  const axis: PlanAxis = { name: "place", extent: scan.type.shape[1]! };
  const numbers = storedValues(cluster.members as readonly Scan[]);
  const prepared = prepare(
    { outputs: namedValues(body, numbers), updates: new Map() },
    (cluster.number + 1) * copiesOfBody,
  );
  const made = new Map<Node, GrowingBuffer>();
  const stacks = new Map<number, Buffer>();
  [...prepared.outputs.values()].forEach((value, place) => {
    const number = numbers[place]!;
    const member = cluster.members.find((node) => (node as Scan).attributes.output === number);
    const known = member && workshop.bufferOf(member);
    if (known === undefined)
      made.set(value, {
        name: names.unique(describeNode(value, prepared)),
        ...placesType(value.type, axis.extent),
        role: "temporary",
      });
    stacks.set(number, known ?? made.get(value)!);
  });
  const outputs = new Map(
    [...prepared.outputs.values()].map(
      (value, place) => [value, stacks.get(numbers[place]!)!] as const,
    ),
  );
  const inner: Workshop = {
    ...workshop,
    operands: prepared.operands,
    bufferOf: (node) => outputs.get(node) ?? made.get(node) ?? workshop.bufferOf(node),
    aliasOf: (buffer, node) =>
      alias(buffer, isStack(buffer) ? placesType(node.type, axis.extent) : node.type),
    loop: loopScope(scan, axis, stacks, workshop, isStack),
  };
  function isStack(buffer: Buffer): boolean {
    return [...stacks.values()].includes(memoryOf(buffer));
  }
  const kernels = buildBody(prepared, inner, made, names);
  if ("missing" in kernels) return kernels;
  const ordered = inOrder(kernels.kernels, (kernel) => readsOfRound(kernel, axis, isStack));
  invariant(
    ordered.length === kernels.kernels.length,
    "the kernels of a loop depend on each other in a circle",
  );
  const { path } = scan.origin;
  const name = names.unique(sanitize(`${path}_places`));
  const comment = `${name}: ${axis.extent} places of ${path}, ${reverse ? "the last" : "the first"} first`;
  return {
    loop: { kind: "loop", name, axis, reverse, body: ordered, comment, path },
    buffers: [...made.values()],
  };
}

/** The outputs that are asked for, and all that the next place needs for these. */
function storedValues(members: readonly Scan[]): readonly number[] {
  const { body } = members[0]!.attributes;
  const found = new Set(members.map(({ attributes }) => attributes.output));
  for (const number of found) {
    for (const node of bodyNodes([body[number]!]))
      if (node.op === "local" && node.attributes.role === "before")
        found.add(node.attributes.number);
  }
  return [...found].sort((a, b) => a - b);
}

/** Values by the names of their arrays: the layer, and what computes them. */
function namedValues(body: readonly Node[], numbers: readonly number[]): ReadonlyMap<string, Node> {
  const named = new Map<string, Node>();
  for (const number of numbers) {
    const { op, origin } = body[number]!;
    const wanted = `${origin.path}${origin.role === "gradient" ? "_gradient" : ""}_${op}`;
    let name = wanted;
    for (let next = number; named.has(name); next++) name = `${wanted}_${next}`;
    named.set(name, body[number]!);
  }
  return named;
}

function loopScope(
  scan: Scan,
  axis: PlanAxis,
  stacks: ReadonlyMap<number, Buffer>,
  workshop: Workshop,
  isStack: (buffer: Buffer) => boolean,
): LoopScope {
  const { sequences, reverse } = scan.attributes;
  const place = affine(0, [[axis.name, 1]]);
  const before = shiftAffine(place, reverse ? 1 : -1);
  const at = (index: readonly Affine[], where: Affine): readonly Affine[] => [
    index[0]!,
    where,
    ...index.slice(1),
  ];
  return {
    around: axis,
    indexIn: (buffer, index) => (isStack(buffer) ? at(index, place) : index),
    localAt: (scope, { attributes: { role, number } }, index) => {
      if (role === "before") return scope.expressions.load(stacks.get(number)!, at(index, before));
      const outside = {
        ...scope,
        bufferOf: workshop.bufferOf,
        aliasOf: workshop.aliasOf,
        here: undefined,
        memo: new Map(),
      };
      return role === "constant"
        ? valueAt(outside, scan.inputs[sequences + number]!, index)
        : valueAt(outside, scan.inputs[number]!, at(index, place));
    },
  };
}

/** Schedules the body, again with more buffers where something could not be computed where it is used. */
function buildBody(
  graph: Prepared,
  workshop: Workshop,
  made: Map<Node, GrowingBuffer>,
  names: Names,
): { readonly kernels: readonly Kernel[] } | { readonly missing: ReadonlySet<Node> } {
  const own = new Set(graph.order);
  const forced = new Set<Node>();
  for (;;) {
    const clusters = formClusters(chooseRoots(graph, forced));
    const stored = storedNodes(clusters, graph);
    for (const node of stored)
      if (workshop.bufferOf(node) === undefined)
        made.set(node, {
          name: names.unique(describeNode(node, graph)),
          ...node.type,
          role: "temporary",
        });
    const built = clusters.map(
      (cluster) =>
        [
          cluster,
          buildKernel(
            cluster,
            cluster.members.filter((node) => stored.has(node)),
            workshop,
          ),
        ] as const,
    );
    const missing = new Set(
      built.flatMap(([, result]) => ("missing" in result ? [...result.missing] : [])),
    );
    if (missing.size === 0)
      return {
        kernels: built.flatMap(([cluster, result]) =>
          "kernel" in result ? [finish(cluster, result.kernel, names)] : [],
        ),
      };
    const outside = [...missing].filter((node) => !own.has(node));
    if (outside.length > 0) return { missing: new Set(outside) };
    for (const node of missing) forced.add(node);
  }
}

/** What a kernel reads that its own round makes. */
function readsOfRound(
  kernel: Kernel,
  axis: PlanAxis,
  isStack: (buffer: Buffer) => boolean,
): readonly Buffer[] {
  const here = affineKey(affine(0, [[axis.name, 1]]));
  return expressionsOf(kernel).flatMap((expression) => {
    if (expression.kind !== "load") return [];
    const { buffer, index } = expression.access;
    return !isStack(buffer) || affineKey(index[1]!) === here ? [buffer] : [];
  });
}
