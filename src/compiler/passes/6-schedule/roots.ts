import { elementCount } from "../../ir/array-type.ts";
import type { Node, Op } from "../../ir/graph.ts";
import type { Prepared } from "./prepare.ts";

/** What a node is to the scheduler. */
type Class = "leaf" | "value" | "elementwise" | "movement" | "reduction" | "product";

/**
 * leaf: a buffer of its own that no kernel makes; value: a number or index made on the spot; elementwise and movement: inlined
 * into their users unless something asks for a buffer; reduction: a kernel, its operand inlined; product: a kernel that reads
 * its operands many times, so that they have to be buffers.
 */
const classes = {
  constant: "value",
  scalar: "value",
  rows: "value",
  iota: "value",
  input: "leaf",
  parameter: "leaf",
  state: "leaf",
  random: "leaf",
  local: "leaf",
  negate: "elementwise",
  exp: "elementwise",
  log: "elementwise",
  sqrt: "elementwise",
  tanh: "elementwise",
  sigmoid: "elementwise",
  erf: "elementwise",
  sine: "elementwise",
  cosine: "elementwise",
  absolute: "elementwise",
  sign: "elementwise",
  floor: "elementwise",
  ceil: "elementwise",
  add: "elementwise",
  subtract: "elementwise",
  multiply: "elementwise",
  divide: "elementwise",
  maximum: "elementwise",
  minimum: "elementwise",
  power: "elementwise",
  modulo: "elementwise",
  less: "elementwise",
  less_equal: "elementwise",
  equal: "elementwise",
  select: "elementwise",
  broadcast: "movement",
  reshape: "movement",
  transpose: "movement",
  slice: "movement",
  pad: "movement",
  concatenate: "movement",
  reduce_sum: "reduction",
  reduce_max: "reduction",
  contract: "product",
  convolve: "product",
  convolve_input_gradient: "product",
  convolve_weight_gradient: "product",
  window_max: "product",
  window_argmax: "product",
  window_max_gradient: "product",
  window_sum: "product",
  window_sum_gradient: "product",
  scan: "product",
} satisfies Record<Op, Class>;

export function classOf(node: Node): Class {
  return classes[node.op];
}

/** Work that is never done twice in order to fuse. */
const expensive: ReadonlySet<Op> = new Set<Op>([
  "exp",
  "log",
  "sqrt",
  "tanh",
  "sigmoid",
  "erf",
  "sine",
  "cosine",
  "divide",
  "power",
  "modulo",
]);

/** At most this many buffers in one expression: WebGL promises sixteen textures a shader, and the reduction has its own. */
const mostBuffers = 10;
/** An expression up to this size is cheaper to repeat than to store and read again. */
const cheapBuffers = 2;
const cheapOperations = 4;

/** The roots: nodes whose values get a buffer or a place in a kernel's epilogue. Leaves have theirs already. */
export interface Roots {
  readonly graph: Prepared;
  readonly roots: ReadonlySet<Node>;
  readonly users: ReadonlyMap<Node, readonly Node[]>;
}

/** The part of a node's value that would be computed where it is used. */
interface Cone {
  readonly buffers: ReadonlySet<Node>;
  readonly operations: number;
  readonly expensive: boolean;
}

/** Chooses the nodes to materialise; `forced` are those that an earlier attempt found it cannot inline. */
export function chooseRoots(graph: Prepared, forced: ReadonlySet<Node>): Roots {
  const { order, operands } = graph;
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order)
    for (const input of new Set(operands(node))) users.get(input)!.push(node);
  const roots = new Set<Node>(forced);
  for (const node of [...graph.outputs.values(), ...graph.updates.values()]) roots.add(node);
  for (const node of order) {
    if (classOf(node) === "reduction" || classOf(node) === "product") roots.add(node);
    if (node.op === "concatenate") roots.add(node);
    if (classOf(node) === "product")
      for (const input of node.inputs) requireLoad(input, node, roots);
    if (comparisons.has(node.op)) storeCompared(node, roots);
    if (node.op === "reduce_max") storePadded(node, roots);
  }
  const cones = new Map<Node, Cone>();
  for (const node of order) cones.set(node, coneOf(node, cones, roots, users));
  return { graph, roots, users };
}

/** Below a product every operand must become a plain load: walks down movements that are only indices. */
function requireLoad(operand: Node, user: Node, roots: Set<Node>): void {
  const plain = !mayReadOutside(user);
  const isIndexOnly = (node: Node): boolean =>
    isPlainIndex(node) || (plain && (node.op === "broadcast" || node.op === "slice"));
  let node = operand;
  while (!roots.has(node) && isIndexOnly(node)) node = node.inputs[0]!;
  if (plain && node.op === "pad" && classOf(node.inputs[0]!) === "leaf") return;
  if (classOf(node) === "elementwise" || classOf(node) === "movement") roots.add(node);
}

const comparisons: ReadonlySet<Op> = new Set<Op>(["equal", "less", "less_equal"]);

/**
 * What is compared with a reduction of itself is stored: the gradient of a maximum asks where it was, accuracy compares all scores
 * with the one that a sum picks. The reduction was rounded when it was stored, and numbers that are worked out once more, in another
 * precision or order, would equal it nowhere.
 */
function storeCompared(node: Node, roots: Set<Node>): void {
  const [left, right] = node.inputs as readonly [Node, Node];
  if (isReductionOf(right, left)) requireLoad(left, node, roots);
  if (isReductionOf(left, right)) requireLoad(right, node, roots);
}

function isReductionOf(node: Node, whole: Node): boolean {
  let reduction = node;
  while (classOf(reduction) === "movement" && reduction.inputs.length === 1)
    reduction = reduction.inputs[0]!;
  return classOf(reduction) === "reduction" && isInlinedIn(reduction.inputs[0]!, whole);
}

/** Whether a value is worked out from `whole` without a reduction in between. */
function isInlinedIn(value: Node, whole: Node): boolean {
  const seen = new Set([value]);
  for (const node of seen) {
    if (node === whole) return true;
    if (classOf(node) === "elementwise" || classOf(node) === "movement")
      for (const input of node.inputs) seen.add(input);
  }
  return false;
}

/** What a maximum reads outside of a buffer is −∞, and the border of a `pad` is 0: it is stored before it is looked through. */
function storePadded(maximum: Node, roots: Set<Node>): void {
  const seen = new Set(maximum.inputs);
  for (const node of seen) {
    if (node.op === "pad") roots.add(node);
    else if (classOf(node) === "elementwise" || classOf(node) === "movement")
      for (const input of node.inputs) seen.add(input);
  }
}

/** Read at any index, inside or outside, without a test of its own (a reshape through another shape of the buffer). */
function isPlainIndex(node: Node): boolean {
  return node.op === "transpose" || node.op === "reshape";
}

/** All but contractions and scans: windows with a border, and every gather over strided positions, read outside of their operands. */
function mayReadOutside(node: Node): boolean {
  return node.op !== "contract" && node.op !== "scan";
}

function coneOf(
  node: Node,
  cones: Map<Node, Cone>,
  roots: Set<Node>,
  users: ReadonlyMap<Node, readonly Node[]>,
): Cone {
  const kind = classOf(node);
  if (kind === "leaf" || kind === "reduction" || kind === "product") return bufferCone(node);
  if (kind === "value") return { buffers: new Set(), operations: 0, expensive: false };
  let cone = joined(node, cones);
  while (cone.buffers.size > mostBuffers) {
    const widest = [...node.inputs].sort(
      (a, b) => cones.get(b)!.buffers.size - cones.get(a)!.buffers.size,
    )[0]!;
    if (cones.get(widest)!.buffers.size < 2) break;
    roots.add(widest);
    cones.set(widest, bufferCone(widest));
    cone = joined(node, cones);
  }
  if (kind === "elementwise" && !roots.has(node) && shouldStore(node, cone, users)) roots.add(node);
  return roots.has(node) ? bufferCone(node) : cone;
}

function bufferCone(node: Node): Cone {
  return { buffers: new Set([node]), operations: 0, expensive: false };
}

function joined(node: Node, cones: ReadonlyMap<Node, Cone>): Cone {
  const operands = [...new Set(node.inputs)].map((input) => cones.get(input)!);
  return {
    buffers: new Set(operands.flatMap((operand) => [...operand.buffers])),
    operations: operands.reduce(
      (sum, operand) => sum + operand.operations,
      classOf(node) === "elementwise" ? 1 : 0,
    ),
    expensive: expensive.has(node.op) || operands.some((operand) => operand.expensive),
  };
}

/** Whether an elementwise node is better stored once than computed where it is used. */
function shouldStore(node: Node, cone: Cone, users: ReadonlyMap<Node, readonly Node[]>): boolean {
  // Numbers of the host alone (bias corrections, 1 / rows): a backend computes them once a call, outside of its loops.
  if (cone.buffers.size === 0) return false;
  if (isRepeated(node, users)) return true;
  const uses = users.get(node)!.length;
  return (
    uses > 1 &&
    (endsReduction(node, cone) ||
      cone.expensive ||
      cone.buffers.size > cheapBuffers ||
      cone.operations > cheapOperations)
  );
}

/** Whether the node can be stored by the reduction that makes one of its operands: then it costs nothing to store. */
function endsReduction(node: Node, cone: Cone): boolean {
  const shape = node.type.shape.join(",");
  return [...cone.buffers].some(
    (buffer) =>
      (classOf(buffer) === "product" || classOf(buffer) === "reduction") &&
      buffer.type.shape.join(",") === shape,
  );
}

/** Whether a user takes each element of the node more than once. */
function isRepeated(node: Node, users: ReadonlyMap<Node, readonly Node[]>): boolean {
  return users.get(node)!.some((user) => {
    const grows = elementCount(user.type) > elementCount(node.type);
    if (user.op === "broadcast" || classOf(user) === "elementwise")
      return grows || (user.op === "broadcast" && isRepeated(user, users));
    return (
      classOf(user) === "movement" &&
      user.op !== "concatenate" &&
      user.op !== "pad" &&
      isRepeated(user, users)
    );
  });
}
