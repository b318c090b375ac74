import { invariant } from "../../base/invariant.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node, NodeOf } from "../../ir/graph.ts";
import { bodyNodes } from "../../ir/primitives/scan.ts";
import { otherAxes } from "../../ir/primitives/axes.ts";
import { parseLabels } from "../../ir/primitives/labels.ts";
import { recur } from "../../ir/scan.ts";

type Scan = NodeOf<"scan">;
type Differentiate = (
  graph: GraphBuilder,
  scalar: Node,
  wrt: readonly Node[],
) => ReadonlyMap<Node, Node>;

/**
 * The vector-Jacobian product of a scan, which is a scan in the other direction (backpropagation through time, Werbos 1990). With
 * g_j the gradient of value j at a place, which is what is handed in (for the scan's own output) plus p_j of the next place:
 * p_i = sum over j of (dvalue_j / dbefore_i)' g_j. Gradients of sequences are further values of that scan; gradients of constants
 * are not added up place by place: what their uses hand back is kept, and one contraction over batch and places makes them.
 */
export function scanGradient(
  graph: GraphBuilder,
  node: Scan,
  gradient: Node,
  differentiate: Differentiate,
): readonly (Node | undefined)[] {
  const { body, sequences, reverse, output } = node.attributes;
  const involved = involvedValues(body, output);
  const order = bodyNodes(involved.map((number) => body[number]!));
  const befores = order.filter(
    (each): each is NodeOf<"local"> => each.op === "local" && each.attributes.role === "before",
  );
  const carried = befores.map((each) => each.attributes.number);
  const heres = order.filter(
    (each): each is NodeOf<"local"> => each.op === "local" && each.attributes.role === "here",
  );
  const uses = usesOfConstants(order);
  // Leaves of the new body that no leaf of the old one is equal to.
  const handed = graph.local("here", sequences, body[output]!.type);
  const nexts = befores.map((each, place) => graph.local("before", body.length + place, each.type));
  const objective = involved.reduce<Node>((sum, number) => {
    const parts = [
      ...(number === output ? [handed] : []),
      ...(carried.includes(number) ? [nexts[carried.indexOf(number)]!] : []),
    ];
    const gathered = parts.reduce((total, part) => graph.add(total, part));
    return graph.add(sum, graph.sum(graph.multiply(body[number]!, gathered)));
  }, graph.constant(0));
  const products = differentiate(graph, objective, [
    ...befores,
    ...heres,
    ...uses.map(({ node: use }) => use),
  ]);
  const outer = new OuterValues(graph, node);
  const wanted = [...befores, ...heres, ...uses.map(({ node: use }) => use)].map((each) =>
    products.get(each)!,
  );
  const stacks = transposed(graph, {
    wanted,
    befores,
    nexts,
    handed,
    gradient,
    outer,
    reverse: !reverse,
  });
  const results: (Node | undefined)[] = node.inputs.map(() => undefined);
  const add = (place: number, value: Node): void =>
    void (results[place] = results[place] ? graph.add(results[place], value) : value);
  heres.forEach((here, place) => add(here.attributes.number, stacks[befores.length + place]!));
  uses.forEach((use, place) =>
    add(
      sequences + use.constant,
      gradientOfConstant(graph, use, stacks[befores.length + heres.length + place]!, outer),
    ),
  );
  return results;
}

/** The values that value `output` is made from, itself included: those of the places before too. */
function involvedValues(body: readonly Node[], output: number): readonly number[] {
  const found = new Set([output]);
  for (const number of found) {
    for (const node of bodyNodes([body[number]!]))
      if (node.op === "local" && node.attributes.role === "before")
        found.add(node.attributes.number);
  }
  return [...found];
}

interface Use {
  readonly node: NodeOf<"contract"> | NodeOf<"broadcast">;
  readonly constant: number;
  /** Which operand the constant is. */
  readonly operand: number;
}

function usesOfConstants(order: readonly Node[]): readonly Use[] {
  return order.flatMap((node) =>
    node.inputs.flatMap((input, operand): readonly Use[] => {
      if (input.op !== "local" || input.attributes.role !== "constant") return [];
      invariant(
        (node.op === "contract" || node.op === "broadcast") && node.type.batched,
        `a constant of a scan cannot be an operand of ${node.op}`,
      );
      return [{ node, constant: input.attributes.number, operand }];
    }),
  );
}

/** Leaves and kept values of a body as they are outside, at all places. */
class OuterValues {
  private readonly graph: GraphBuilder;
  private readonly scan: Scan;

  constructor(graph: GraphBuilder, scan: Scan) {
    this.graph = graph;
    this.scan = scan;
  }

  /** Undefined where it is neither a leaf nor kept. */
  of(node: Node): Node | undefined {
    const { body, sequences } = this.scan.attributes;
    if (node.op === "local") {
      const { role, number } = node.attributes;
      if (role === "before") return this.shifted(this.output(number));
      return this.scan.inputs[role === "here" ? number : sequences + number];
    }
    const number = body.indexOf(node);
    return number < 0 ? undefined : this.output(number);
  }

  private output(number: number): Node {
    return this.graph.make("scan", this.scan.inputs, { ...this.scan.attributes, output: number });
  }

  /** At each place what it was at the place before. */
  private shifted(stack: Node): Node {
    const { graph } = this;
    const { shape } = stack.type;
    if (shape[1] === 1) return graph.broadcast(0, stack.type, []);
    const edge = shape.map((_, axis) => (axis === 1 ? 1 : 0));
    const none = shape.map(() => 0);
    const shorter = shape.map((size, axis) => (axis === 1 ? size - 1 : size));
    const { reverse } = this.scan.attributes;
    return reverse
      ? graph.pad(graph.slice(stack, edge, shorter), none, edge)
      : graph.pad(graph.slice(stack, none, shorter), edge, none);
  }
}

interface Transposition {
  /** First the gradients with respect to `befores`, then all others, over the leaves and values of the old body. */
  readonly wanted: readonly Node[];
  readonly befores: readonly Node[];
  readonly nexts: readonly Node[];
  readonly handed: Node;
  readonly gradient: Node;
  readonly outer: OuterValues;
  readonly reverse: boolean;
}

/** The wanted gradients at all places: their expressions over leaves of a new body, in the other direction. */
function transposed(
  graph: GraphBuilder,
  { wanted, befores, nexts, handed, gradient, outer, reverse }: Transposition,
): readonly Node[] {
  const sequences: Node[] = [gradient];
  const constants: Node[] = [];
  const leaf = (role: "here" | "constant", list: Node[], node: Node, outside: Node): Node => {
    if (!list.includes(outside)) list.push(outside);
    return graph.local(role, list.indexOf(outside), node.type);
  };
  const done = new Map<Node, Node>([[handed, graph.local("here", 0, handed.type)]]);
  nexts.forEach((next, place) => done.set(next, graph.local("before", place, next.type)));
  const visit = (node: Node): Node => {
    const known = done.get(node);
    if (known) return known;
    const outside = outer.of(node);
    const result = outside
      ? leaf(
          node.type.batched ? "here" : "constant",
          node.type.batched ? sequences : constants,
          node,
          outside,
        )
      : graph.make(node.op, node.inputs.map(visit), node.attributes as never);
    done.set(node, result);
    return result;
  };
  const body = wanted.map(visit);
  return recur(graph, {
    sequences,
    constants,
    values: befores.map(({ type }) => type),
    reverse,
    step: () => body,
  });
}

/** Contracts what a use hands back at all places with what it was multiplied by, or sums it. */
function gradientOfConstant(
  graph: GraphBuilder,
  { node, operand }: Use,
  stack: Node,
  outer: OuterValues,
): Node {
  if (node.op === "broadcast") {
    const kept = node.attributes.axes.map((axis) => (axis === 0 ? 0 : axis + 1));
    return graph.sum(stack, otherAxes(stack.type.shape.length, kept));
  }
  const { a, b, result } = parseLabels(node.attributes.labels);
  const other = outer.of(node.inputs[1 - operand]!);
  invariant(other, "what a constant of a scan is multiplied by is not kept");
  const place = [..."tplaces"].find((letter) => !`${a}${b}${result}`.includes(letter))!;
  const along = (labels: string): string => `${labels[0]!}${place}${labels.slice(1)}`;
  const [mine, others] = operand === 0 ? [a, b] : [b, a];
  return graph.contract(other, stack, `${along(others)},${along(result)}->${mine}`);
}
