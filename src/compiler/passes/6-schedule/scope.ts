import type { Node } from "../../ir/graph.ts";
import type { Affine, PlanAxis } from "../../plan/plan.ts";
import { extentsOf } from "../../plan/accesses.ts";
import { affine } from "../../plan/affine.ts";

/** A dimension that a kernel runs over, before it is cut into loop variables. */
export interface Label {
  readonly name: string;
  readonly extent: number;
  readonly batch?: boolean;
}

/** For each label the inner products at which it is cut: [8] cuts an axis of 32 into 4 runs of 8. */
export type Cuts = Map<string, readonly number[]>;

/** What building a kernel found it still needs: it is then built again with these. */
export interface Wanted {
  readonly splits: { label: string; at: number }[];
  readonly buffers: Set<Node>;
}

/** The loop variables of a kernel, outermost first, and each label as an index over them. */
export interface Axes {
  readonly axes: readonly PlanAxis[];
  readonly extents: ReadonlyMap<string, number>;
  readonly index: (label: string) => Affine;
  readonly names: (label: string) => readonly string[];
  /** The label and the inner product that cutting `axis` at `inner` means; the variable of a loop around the kernel cannot be cut. */
  readonly cut: (
    axis: string,
    inner: number,
  ) => { readonly label: string; readonly at: number } | undefined;
}

interface Part {
  readonly name: string;
  readonly label: string;
  readonly stride: number;
  readonly extent: number;
}

/** Cuts labels into loop variables; a variable of extent 1 is left out (its index is 0). */
export function makeAxes(labels: readonly Label[], cuts: Cuts, around?: PlanAxis): Axes {
  const parts = new Map(
    labels.map((label) => [label.name, partsOf(label, cuts.get(label.name) ?? [])]),
  );
  const all = [...parts.values()].flat();
  const batches = new Set(
    labels.filter((label) => label.batch === true).map((label) => label.name),
  );
  const byName = new Map(all.map((part) => [part.name, part]));
  return {
    axes: all.map((part) =>
      batches.has(part.label)
        ? { name: part.name, extent: part.extent, batch: true }
        : { name: part.name, extent: part.extent },
    ),
    extents: extentsOf({ axes: all, ...(around && { around }) }),
    index: (label) =>
      affine(
        0,
        parts.get(label)!.map((part) => [part.name, part.stride] as const),
      ),
    names: (label) => parts.get(label)!.map((part) => part.name),
    cut: (axis, inner) => {
      const part = byName.get(axis);
      return part && { label: part.label, at: part.stride * inner };
    },
  };
}

function partsOf(label: Label, cuts: readonly number[]): readonly Part[] {
  if (label.extent === 1 && label.batch !== true) return [];
  const bounds = [...new Set([1, ...cuts, label.extent])].sort((a, b) => a - b);
  const parts = bounds
    .slice(1)
    .map((bound, index) => ({ stride: bounds[index]!, extent: bound / bounds[index]! }));
  if (label.extent === 1) parts.push({ stride: 1, extent: 1 });
  const suffix = (place: number): string =>
    parts.length === 1 ? "" : String(parts.length - place);
  return parts
    .map((part, place) => ({ ...part, label: label.name, name: `${label.name}${suffix(place)}` }))
    .reverse();
}

/** The cuts with one more; undefined when the pieces would not divide each other. */
export function withCut(cuts: Cuts, label: string, at: number): boolean {
  const known = cuts.get(label) ?? [];
  const next = [...new Set([...known, at])].sort((a, b) => a - b);
  if (next.some((cut, place) => place > 0 && cut % next[place - 1]! !== 0)) return false;
  cuts.set(label, next);
  return true;
}
