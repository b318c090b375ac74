import { elementCount } from "../../ir/array-type.ts";
import type { Node } from "../../ir/graph.ts";
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

/** Gathers the roots into kernels: elementwise roots join the kernel that makes an operand, or one with equal space and inputs. */
export function formClusters(choice: Roots): readonly Cluster[] {
  const clusters: Cluster[] = [];
  const home = new Map<Node, Cluster>();
  for (const node of choice.graph.order) {
    if (!choice.roots.has(node) || classOf(node) === "leaf") continue;
    const reach = reachOf(node, choice);
    const joined = isReduction(node) ? undefined : findHome(node, reach, clusters, home);
    const cluster = joined ?? { number: clusters.length, members: [], reduction: isReduction(node) ? node : undefined, reads: new Set() };
    if (joined === undefined) clusters.push(cluster);
    cluster.members.push(node);
    home.set(node, cluster);
    for (const root of reach.keys()) if (home.get(root) !== cluster) cluster.reads.add(root);
  }
  return clusters;
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
  return a.type.batched === b.type.batched && a.type.shape.length === b.type.shape.length && a.type.shape.every((size, axis) => size === b.type.shape[axis]);
}

/** The kernel that an elementwise root joins: the latest reduction that makes an operand, else the latest kernel that shares inputs. */
function findHome(node: Node, reach: Reach, clusters: readonly Cluster[], home: ReadonlyMap<Node, Cluster>): Cluster | undefined {
  const allowed = clusters.filter((cluster) => sameShape(cluster.members[0]!, node) && mayJoin(node, reach, cluster, home));
  const makesOperand = (cluster: Cluster): boolean => cluster.members.some((member) => reach.has(member));
  const shares = (cluster: Cluster): boolean => makesOperand(cluster) || [...reach.keys()].some((read) => cluster.reads.has(read) && elementCount(read.type) > 1);
  const latest = (list: readonly Cluster[]): Cluster | undefined => list[list.length - 1];
  return latest(allowed.filter((cluster) => cluster.reduction !== undefined && makesOperand(cluster)))
    ?? latest(allowed.filter((cluster) => cluster.reduction === undefined && shares(cluster)));
}

/** More reads than this in one kernel would not fit the textures of a shader. */
const mostReads = 12;

function mayJoin(node: Node, reach: Reach, cluster: Cluster, home: ReadonlyMap<Node, Cluster>): boolean {
  // The optimiser stays out of the tile of the weight gradient: gradients then exist as buffers, and it is no slower.
  if (cluster.reduction !== undefined && node.origin.role === "update") return false;
  const others: Cluster[] = [];
  let added = 0;
  for (const [read, how] of reach) {
    const from = home.get(read);
    if (from === cluster) {
      if (how === "elsewhere") return false;
    } else {
      if (from !== undefined) others.push(from);
      if (!cluster.reads.has(read)) added++;
    }
  }
  return cluster.reads.size + added <= mostReads && !dependsOn(others, cluster, home);
}

/** Whether any of the clusters needs, directly or through others, what `target` makes. */
function dependsOn(from: readonly Cluster[], target: Cluster, home: ReadonlyMap<Node, Cluster>): boolean {
  const seen = new Set<Cluster>();
  const stack = [...from];
  while (stack.length > 0) {
    const cluster = stack.pop()!;
    if (cluster === target) return true;
    if (seen.has(cluster)) continue;
    seen.add(cluster);
    for (const read of cluster.reads) {
      const next = home.get(read);
      if (next !== undefined) stack.push(next);
    }
  }
  return false;
}
