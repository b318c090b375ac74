/** Kernels below this are not worth a function of their own, and even less a second thread. */
const smallCycles = 4_000;
/** Nor may what they do together become worth dividing. */
const mostCycles = 24_000;

/** Runs of small neighbours that become one function; every other kernel stands alone. */
export function groupSmall<Item>(
  items: readonly Item[],
  cyclesOf: (item: Item) => number,
): readonly (readonly Item[])[] {
  const groups: Item[][] = [];
  let cycles = Infinity;
  for (const item of items) {
    const own = cyclesOf(item);
    const joins = own <= smallCycles && cycles + own <= mostCycles;
    if (joins) groups.at(-1)!.push(item);
    else groups.push([item]);
    cycles = own <= smallCycles ? (joins ? cycles + own : own) : Infinity;
  }
  return groups;
}
