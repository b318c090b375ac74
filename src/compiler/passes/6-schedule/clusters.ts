import { elementCount } from "../../ir/array-type.ts";
import type { Node, NodeOf } from "../../ir/graph.ts";
import { classOf, type Roots } from "./roots.ts";

/** The nodes that one kernel computes at every point of one space; the first may be a reduction. */
export interface Cluster {
  readonly number: number;
  readonly members: Node[];
  readonly reduction: Node | undefined;
  /** Roots and leaves that the members read from buffers. */
  readonly reads: Set<Node>;
}

/** How an inlined expression reaches a root: only ever at the same point, or anywhere. */
type Reach = Map<Node, "same point" | "elsewhere">;

/** Where things are while clusters form. */
interface Homes {
  readonly order: ReadonlyMap<Node, number>;
  readonly clusterOf: Map<Node, Cluster>;
  readonly readersOf: Map<Node, Set<Cluster>>;
}

/** Gathers the roots into kernels: elementwise roots join the kernel that makes an operand, or one with equal space and inputs. */
export function formClusters(choice: Roots): readonly Cluster[] {
  const clusters: Cluster[] = [];
  const homes: Homes = {
    order: new Map(choice.graph.order.map((node, place) => [node, place])),
    clusterOf: new Map(),
    readersOf: new Map(),
  };
  for (const node of choice.graph.order) {
    if (!choice.roots.has(node) || classOf(node) === "leaf") continue;
    const reach = reachOf(node, choice);
    const joined =
      node.op === "scan"
        ? clusters.find(({ reduction }) => reduction?.op === "scan" && isSameLoop(reduction, node))
        : isReduction(node)
          ? undefined
          : findHome(node, reach, homes);
    const cluster = joined ?? {
      number: clusters.length,
      members: [],
      reduction: isReduction(node) ? node : undefined,
      reads: new Set(),
    };
    if (joined === undefined) clusters.push(cluster);
    cluster.members.push(node);
    homes.clusterOf.set(node, cluster);
    for (const root of reach.keys())
      if (homes.clusterOf.get(root) !== cluster) addRead(cluster, root, homes);
  }
  return clusters;
}

/** Scans with equal inputs, body and direction. */
function isSameLoop(a: NodeOf<"scan">, b: NodeOf<"scan">): boolean {
  const { body, reverse } = a.attributes;
  const isSame = (one: readonly Node[], other: readonly Node[]): boolean =>
    one.length === other.length && one.every((node, place) => node === other[place]);
  return (
    reverse === b.attributes.reverse &&
    isSame(body, b.attributes.body) &&
    isSame(a.inputs, b.inputs)
  );
}

function addRead(cluster: Cluster, root: Node, { readersOf }: Homes): void {
  cluster.reads.add(root);
  const readers = readersOf.get(root) ?? new Set();
  readersOf.set(root, readers.add(cluster));
}

function isReduction(node: Node): boolean {
  return classOf(node) === "reduction" || classOf(node) === "product";
}

/** The buffers that the value of a root is computed from. */
function reachOf(root: Node, { roots, graph }: Roots): Reach {
  const reach: Reach = new Map();
  const seen = new Map<Node, boolean>();
  const visit = (node: Node, samePoint: boolean): void => {
    if (node !== root && (roots.has(node) || classOf(node) === "leaf")) {
      if (!samePoint || !reach.has(node)) reach.set(node, samePoint ? "same point" : "elsewhere");
      return;
    }
    if (seen.get(node) === false || (seen.has(node) && samePoint)) return;
    seen.set(node, samePoint);
    for (const input of graph.operands(node)) visit(input, samePoint && keepsPoint(node, input));
  };
  visit(root, true);
  return reach;
}

function keepsPoint(node: Node, input: Node): boolean {
  return classOf(node) === "elementwise" && sameShape(node, input);
}

function sameShape(a: Node, b: Node): boolean {
  return (
    a.type.batched === b.type.batched &&
    a.type.shape.length === b.type.shape.length &&
    a.type.shape.every((size, axis) => size === b.type.shape[axis])
  );
}

/** The kernel that an elementwise root joins: the latest reduction that makes an operand, else the latest kernel that shares inputs. */
function findHome(node: Node, reach: Reach, homes: Homes): Cluster | undefined {
  const makers = [...reach.keys()].flatMap((read) => homes.clusterOf.get(read) ?? []);
  const sharers = [...reach.keys()]
    .filter((read) => elementCount(read.type) > 1)
    .flatMap((read) => [...(homes.readersOf.get(read) ?? [])]);
  const preferred = makers.filter((cluster) => cluster.reduction !== undefined);
  const others = [...makers, ...sharers].filter((cluster) => cluster.reduction === undefined);
  const latestFirst = (list: readonly Cluster[]): readonly Cluster[] =>
    [...new Set(list)].sort((a, b) => b.number - a.number);
  return [...latestFirst(preferred), ...latestFirst(others)].find(
    (cluster) =>
      cluster.reduction?.op !== "scan" &&
      sameShape(cluster.members[0]!, node) &&
      mayJoin(node, reach, cluster, homes),
  );
}

/** More reads than this in one kernel would not fit the textures of a shader. */
const mostReads = 12;

function mayJoin(node: Node, reach: Reach, cluster: Cluster, homes: Homes): boolean {
  // The optimiser stays out of the tile of the weight gradient: gradients then exist as buffers, and it is no slower.
  if (cluster.reduction !== undefined && node.origin.role === "update") return false;
  const others: Cluster[] = [];
  let added = 0;
  for (const [read, how] of reach) {
    const from = homes.clusterOf.get(read);
    if (from === cluster) {
      if (how === "elsewhere") return false;
    } else {
      if (from !== undefined) others.push(from);
      if (!cluster.reads.has(read)) added++;
    }
  }
  return cluster.reads.size + added <= mostReads && !dependsOn(others, cluster, homes);
}

/**
 * Whether any of the clusters needs, directly or through others, what `target` makes. Nodes come in the order of data flow, so
 * a kernel whose last member lies before the target's first cannot.
 */
function dependsOn(
  from: readonly Cluster[],
  target: Cluster,
  { clusterOf, order }: Homes,
): boolean {
  const start = order.get(target.members[0]!)!;
  const seen = new Set<Cluster>();
  const stack = [...from];
  while (stack.length > 0) {
    const cluster = stack.pop()!;
    if (cluster === target) return true;
    if (seen.has(cluster) || order.get(cluster.members[cluster.members.length - 1]!)! < start)
      continue;
    seen.add(cluster);
    for (const read of cluster.reads) {
      const next = clusterOf.get(read);
      if (next !== undefined) stack.push(next);
    }
  }
  return false;
}
