import type { Node } from "../../ir/graph.ts";
import type { Access, Affine, Buffer, Expr, Kernel } from "../../plan/plan.ts";
import type { Cluster } from "./clusters.ts";
import { subexpressions, type Expressions } from "../../plan/expressions.ts";
import { labelsOf, loopsOf, type Loops } from "./loops.ts";
import { makeAxes, withCut, type Cuts, type Wanted } from "./scope.ts";
import { definition, pointKey, reductionValue, type LoopScope, type Scope } from "./value.ts";

/** What every kernel of a plan is built with. */
export interface Workshop {
  readonly expressions: Expressions;
  readonly bufferOf: (node: Node) => Buffer | undefined;
  readonly aliasOf: (buffer: Buffer, node: Node) => Buffer;
  readonly operands: (node: Node) => readonly Node[];
  /** In the body of a loop. */
  readonly loop?: LoopScope;
}

/** A kernel without its name and comment, or the nodes that need buffers before it can be built. */
export type Built =
  | { readonly kernel: Omit<Kernel, "name" | "comment" | "path"> }
  | { readonly missing: ReadonlySet<Node> };

/** Builds the loop nest of a cluster that stores `stored`, cutting loop axes until every access is affine. */
export function buildKernel(cluster: Cluster, stored: readonly Node[], workshop: Workshop): Built {
  const first = cluster.members[0]!;
  const loops =
    cluster.reduction === undefined
      ? { space: labelsOf(first.type.shape, first.type.batched), reduce: [] }
      : loopsOf(first, workshop.operands(first));
  const labels = [...loops.space, ...loops.reduce];
  const frozen = new Set(labels.filter((label) => label.batch === true).map((label) => label.name));
  const cuts: Cuts = new Map(
    [...(loops.cuts ?? [])].map(([label, at]) => [label, at === 1 ? [] : [at]] as const),
  );
  for (;;) {
    const wanted: Wanted = { splits: [], buffers: new Set() };
    const kernel = attempt(cluster, stored, workshop, loops, cuts, frozen, wanted);
    if (wanted.buffers.size > 0) return { missing: wanted.buffers };
    if (wanted.splits.length === 0) return { kernel };
    for (const { label, at } of wanted.splits) if (!withCut(cuts, label, at)) frozen.add(label);
  }
}

function attempt(
  cluster: Cluster,
  stored: readonly Node[],
  workshop: Workshop,
  loops: Loops,
  cuts: Cuts,
  frozen: ReadonlySet<string>,
  wanted: Wanted,
): Omit<Kernel, "name" | "comment" | "path"> {
  const axes = makeAxes([...loops.space, ...loops.reduce], cuts, workshop.loop?.around);
  const point: readonly Affine[] = loops.space.map((label) => axes.index(label.name));
  const { expressions, bufferOf, aliasOf, loop } = workshop;
  const base = { axes, expressions, bufferOf, aliasOf, loop, wanted, frozen };
  const storeIn = (buffer: Buffer): Access => ({
    buffer,
    index: loop === undefined ? point : loop.indexIn(buffer, point),
  });
  const term = loops.term?.({ ...base, here: undefined, memo: new Map() });
  const here = {
    members: new Set(cluster.members),
    reduction: cluster.reduction,
    point: pointKey(point),
  };
  const scope: Scope = { ...base, here, memo: new Map() };
  const values = stored.map((node) => storedValue(scope, node, cluster, point));
  const { initial, stores } = withInitial(expressions, values, loops);
  return {
    kind: "kernel",
    axes: axes.axes,
    space: loops.space.flatMap((label) => axes.names(label.name)),
    reduce: loops.reduce.flatMap((label) => axes.names(label.name)),
    ...(loops.combine === undefined ? {} : { combine: loops.combine }),
    ...(term === undefined ? {} : { term }),
    ...(initial === undefined ? {} : { initial }),
    stores: stores.map((value, place) => ({ to: storeIn(bufferOf(stored[place]!)!), value })),
    ...(loop === undefined ? {} : { around: loop.around }),
  };
}

function storedValue(scope: Scope, node: Node, cluster: Cluster, point: readonly Affine[]): Expr {
  if (node === cluster.reduction) return reductionValue(scope, node);
  return definition(scope, node, point);
}

/** A sum to which the epilogue adds one load and nothing else (a bias) starts from that load. */
function withInitial(
  expressions: Expressions,
  values: readonly Expr[],
  loops: Loops,
): { initial: Expr | undefined; stores: readonly Expr[] } {
  const accumulator = expressions.accumulator();
  const unchanged = { initial: undefined, stores: values };
  if (loops.combine !== "sum" || values.includes(accumulator)) return unchanged;
  const users = subexpressions(...values).filter(
    (expression) => expression.kind === "apply" && expression.args.includes(accumulator),
  );
  const [only, ...more] = users;
  if (only?.kind !== "apply" || more.length > 0 || only.op !== "add") return unchanged;
  const initial = only.args[0] === accumulator ? only.args[1]! : only.args[0]!;
  if (initial.kind !== "load") return unchanged;
  return { initial, stores: values.map((value) => expressions.replace(value, only, accumulator)) };
}
