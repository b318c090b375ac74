/** What is combined in the matrix: every combination that means something is a cell, and must end. */

export const places = ["node", "isolated page", "ordinary page"] as const;
export const examples = ["iris", "digits", "digits-cnn", "transformer"] as const;
export const actions = [
  "train",
  "resume",
  "eval",
  "predict",
  "train.ts --evaluate",
  "predict.ts",
  "loadModel",
  "inspect",
] as const;
const backends = ["auto", "wasm", "cpu"] as const;
const threadChoices = ["auto", "1", "2", "5"] as const;
const caches = ["cold", "warm", "damaged"] as const;
const coreChoices = ["all cores", "one core"] as const;

export type Place = (typeof places)[number];
export type Example = (typeof examples)[number];
export type Action = (typeof actions)[number];
export type Cache = (typeof caches)[number];

export interface Cell {
  readonly place: Place;
  readonly example: Example;
  readonly action: Action;
  readonly backend: (typeof backends)[number];
  readonly threads: (typeof threadChoices)[number];
  /** What is remembered of this machine when it starts. */
  readonly cache: Cache;
  readonly cores: (typeof coreChoices)[number];
}

/** Every combination. */
export function allCells(): readonly Cell[] {
  return places.flatMap((place) =>
    examples.flatMap((example) =>
      actions.flatMap((action) =>
        backends.flatMap((backend) =>
          threadChoices.flatMap((threads) =>
            caches.flatMap((cache) =>
              coreChoices.map((cores) => ({
                ...{ place, example, action, backend, threads, cache, cores },
              })),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Why a combination means nothing; undefined for the cells of the matrix. */
export function whyNot({
  place,
  action,
  backend,
  threads,
  cache,
  cores,
}: Cell): string | undefined {
  const inPage = place !== "node";
  if (inPage && !isOfPages(action)) return "a page has no command line";
  if (inPage && cores === "one core") return "a page has all cores";
  if (action === "inspect" && threads !== "auto") return "inspect takes no threads";
  if (backend === "cpu" && threads !== "auto") return "the backend cpu has no threads";
  if (cache !== "cold" && (backend !== "auto" || action === "inspect"))
    return "nothing remembered is looked at";
  return undefined;
}

/** In a page: training, measuring a checkpoint, and using one. */
function isOfPages(action: Action): boolean {
  return action === "train" || action === "train.ts --evaluate" || action === "loadModel";
}

export function nameOf({ place, example, action, backend, threads, cache, cores }: Cell): string {
  return `${place} · ${example} · ${action} · ${backend} · threads ${threads} · ${cache} · ${cores}`;
}

/** The cells whose names have all these words, and of those every n-th. */
export function chosenCells(words: readonly string[], every = 1): readonly Cell[] {
  return allCells()
    .filter((cell) => whyNot(cell) === undefined)
    .filter((cell) => words.every((word) => wordsOf(cell).includes(word)))
    .filter((_, index) => index % every === 0);
}

/** What `--filter` can say: `node`, `page`, `digits-cnn`, `train.ts-evaluate`, `threads=5`, `one-core`. */
function wordsOf({ threads, ...others }: Cell): readonly string[] {
  const values = Object.values(others).flatMap((value) => [value, value.replaceAll(/[ -]+/g, "-")]);
  return [...values, `threads=${threads}`, ...(others.place === "node" ? [] : ["page"])];
}

/** How many combinations mean nothing, and why. */
export function countSkipped(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const why of allCells().map(whyNot))
    if (why !== undefined) counts.set(why, (counts.get(why) ?? 0) + 1);
  return counts;
}
