import {
  physicalParts,
  type Physical,
  type PhysicalKernel,
  type Reference,
} from "../layout/physical.ts";

/** Floats in a vector. */
export const lanes = 4;

export function extentOf(kernel: PhysicalKernel, axis: string): number {
  return kernel.axes.get(axis)!.extent;
}

export function strideOf(reference: Reference, axis: string): number {
  return reference.strides.get(axis) ?? 0;
}

const dear: ReadonlySet<string> = new Set([
  "exp",
  "log",
  "tanh",
  "sigmoid",
  "erf",
  "sine",
  "cosine",
  "power",
  "modulo",
  "divide",
  "sqrt",
]);

/** What one evaluation costs with `axis` in the lanes, in simple instructions. */
function costOf(roots: readonly (Physical | undefined)[], axis: string | undefined): number {
  return physicalParts(...roots).reduce((sum, part) => sum + partCost(part, axis), 0);
}

function partCost(part: Physical, axis: string | undefined): number {
  if (part.kind === "apply") return dear.has(part.op) ? 10 : 1;
  if (part.kind !== "load") return 0.5;
  if (part.divided.some((one) => one.index.terms.some(([name]) => name === axis))) return 60;
  const stride = axis === undefined ? 0 : strideOf(part.reference, axis);
  return (stride === 0 || stride === 4 ? 1 : 5) + part.guards.length * 3;
}

/** The axis that makes a kernel cheapest in the lanes: one of the output, or a reduced one. */
export function lanesOf(kernel: PhysicalKernel): {
  vector: string | undefined;
  horizontal: string | undefined;
} {
  const terms = kernel.reduce.reduce((product, axis) => product * extentOf(kernel, axis), 1);
  const outside = [kernel.initial, ...kernel.stores.map((store) => store.value)];
  let best = {
    vector: undefined as string | undefined,
    horizontal: undefined as string | undefined,
  };
  let least =
    costOf([kernel.term], undefined) * terms + costOf(outside, undefined) + kernel.stores.length;
  for (const axis of kernel.space) {
    if (extentOf(kernel, axis) < 2) continue;
    const storing = kernel.stores.reduce(
      (sum, store) => sum + (strideOf(store.reference, axis) === 4 ? 1 : 5),
      0,
    );
    const extent = extentOf(kernel, axis);
    const used = extent / (Math.ceil(extent / lanes) * lanes);
    const cost =
      (costOf([kernel.term], axis) * terms + costOf(outside, axis) + storing) / (lanes * used);
    if (cost <= least) [least, best] = [cost, { vector: axis, horizontal: undefined }];
  }
  for (const axis of kernel.reduce) {
    const extent = extentOf(kernel, axis);
    if (extent < 2 * lanes) continue;
    const cost =
      (costOf([kernel.term], axis) * terms) / lanes +
      costOf(outside, undefined) +
      kernel.stores.length +
      14;
    if (cost < least) [least, best] = [cost, { vector: undefined, horizontal: axis }];
  }
  return best;
}

/** About how many cycles a kernel takes with four lanes and nothing in its way. */
export function cyclesOf(kernel: PhysicalKernel): number {
  const points = kernel.space.reduce((product, axis) => product * extentOf(kernel, axis), 1);
  const terms = kernel.reduce.reduce((product, axis) => product * extentOf(kernel, axis), 1);
  const perPoint =
    costOf([kernel.initial, ...kernel.stores.map((store) => store.value)], undefined) +
    kernel.stores.length;
  return (points * (terms * costOf([kernel.term], undefined) + perPoint)) / lanes;
}
