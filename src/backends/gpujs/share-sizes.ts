import type { GpuJsKernel } from "./program.ts";
import { foldLines } from "./text/fold-lines.ts";

type Sized = Pick<GpuJsKernel, "source" | "extents">;

/** Kernels that are one function of their sizes. */
export interface SharedSource<Kernel extends Sized> {
  readonly kernels: readonly Kernel[];
  /** The sizes in which they differ, with their values kernel by kernel; none where there is one kernel only. */
  readonly sizes: readonly Size[];
  /** The source, with `${N}` and the like where they differ. */
  readonly text: string;
}

interface Size {
  readonly name: string;
  readonly values: readonly number[];
}

/** Kernels whose sources differ in nothing but sizes become one, in the order of the first of each. */
export function shareSizes<Kernel extends Sized>(
  kernels: readonly Kernel[],
): readonly SharedSource<Kernel>[] {
  const alike = new Map<string, Kernel[]>();
  for (const kernel of kernels) {
    const key = kernel.source.replaceAll(numbers, "#");
    alike.set(key, [...(alike.get(key) ?? []), kernel]);
  }
  return [...alike.values()].flatMap((group) => {
    const [first, ...others] = group;
    const shared = others.length > 0 ? share(group) : undefined;
    if (shared !== undefined) return [shared];
    return [first!, ...others].map((kernel) => ({
      kernels: [kernel],
      sizes: [],
      text: kernel.source,
    }));
  });
}

/** Whole numbers as they stand in a source, those of `128.0` too, and all others. */
const numbers = /(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)/g;

/** One text for kernels that are alike but for numbers; undefined where some of these are no sizes. */
function share<Kernel extends Sized>(group: readonly Kernel[]): SharedSource<Kernel> | undefined {
  const found = group.map(({ source }) => [...source.matchAll(numbers)]);
  const known = axesOf(group);
  const used = new Set<Size>();
  const pieces: string[] = [];
  const { source } = group[0]!;
  let end = 0;
  for (const [place, match] of found[0]!.entries()) {
    const texts = found.map((matches) => matches[place]![0]);
    if (texts.every((text) => text === texts[0])) continue;
    const size = sizeIn(texts, known);
    if (size === undefined) return undefined;
    for (const factor of size.factors) used.add(factor);
    pieces.push(source.slice(end, match.index), size.text);
    end = match.index + match[0].length;
  }
  const lines = [...pieces, source.slice(end)].join("").split("\n");
  const sizes = known.filter((size) => used.has(size));
  return { kernels: group, sizes, text: foldLines(lines).join("\n") };
}

/** The axes that all of them have, named by capitals, each with how far it goes in each kernel. */
function axesOf(group: readonly Sized[]): readonly Size[] {
  return [...group[0]!.extents.keys()].flatMap((axis) => {
    const values = group.map(({ extents }) => extents.get(axis) ?? Number.NaN);
    return values.some(Number.isNaN) ? [] : [{ name: axis.toUpperCase(), values }];
  });
}

/** Elements that one turn of an unrolled loop reads lie up to so many strides further. */
const mostMultiple = 3;

/** Numbers as a size, a product of two or three, or a small multiple of such: `${2 * N}`. */
function sizeIn(
  texts: readonly string[],
  sizes: readonly Size[],
): { readonly text: string; readonly factors: readonly Size[] } | undefined {
  const fraction = texts.every((text) => /^\d+\.0$/.test(text)) ? ".0" : "";
  if (fraction === "" && !texts.every((text) => /^\d+$/.test(text))) return undefined;
  const wanted = texts.map(Number);
  for (let multiple = 1; multiple <= mostMultiple; multiple++)
    for (const factors of productsOf(sizes)) {
      const values = wanted.map((_, kernel) =>
        factors.reduce((product, { values }) => product * values[kernel]!, multiple),
      );
      if (!values.every((value, kernel) => value === wanted[kernel])) continue;
      const names = factors.map(({ name }) => name);
      const words = multiple === 1 ? names : [String(multiple), ...names];
      return { text: `\${${words.join(" * ")}}${fraction}`, factors };
    }
  return undefined;
}

/** Each size, then all products of two, then of three. */
function productsOf(sizes: readonly Size[]): readonly (readonly Size[])[] {
  const varying = sizes.filter(({ values }) => values.some((value) => value !== values[0]));
  const single = sizes.map((size) => [size]);
  const pairs = single.flatMap(([one], place) =>
    sizes.slice(place + 1).map((other) => [one!, other]),
  );
  const triples = pairs.flatMap((pair) =>
    sizes.slice(sizes.indexOf(pair[1]!) + 1).map((other) => [...pair, other]),
  );
  return [...single, ...pairs, ...triples].filter((factors) =>
    factors.some((factor) => varying.includes(factor)),
  );
}
