import type { Collector } from "./collected-rows.ts";
import { UserError } from "./errors.ts";

/** How often something was rightly named, how often it was named, and how often it would have been right to. */
export interface Count {
  readonly right: number;
  readonly predicted: number;
  readonly actual: number;
  /** Decisions in all. */
  readonly total: number;
}

/**
 * The counts of each class; of each label, where a row has several that are there or not; of 0 and 1, where there is one yes or no.
 */
export interface ClassCounts {
  readonly of: readonly Count[];
  readonly among: Decisions["among"];
}

/** What is decided, between how many, and how the counts become one number. */
export interface Decisions {
  readonly among: "classes" | "labels" | "switch";
  readonly count: number;
  /** Of one class alone. */
  readonly class?: number | string;
  /** `macro`: the mean over the classes; `weighted`: by how frequent they are; `micro`: of the counts of all together. */
  readonly average?: "macro" | "micro" | "weighted";
}

/** Counts decisions class by class, batch by batch; `names` are those of the classes, where they have any. */
export function collectCounts(
  make: (counts: ClassCounts, decisions: Decisions) => number,
  decisions: Decisions,
  names?: readonly string[],
): Collector {
  const { among, count } = decisions;
  const chosen = {
    ...decisions,
    ...(decisions.class !== undefined && { class: classNumber(decisions.class, count, names) }),
  };
  const [right, predicted, actual] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let total = 0;
  const addClasses = (truths: Float32Array, found: Float32Array): void => {
    for (let place = 0; place < truths.length; place++) {
      const [truth, prediction] = [truths[place]!, found[place]!];
      // A place without a right class is not counted; a prediction that is no number is no class.
      if (!(truth >= 0 && truth < count)) continue;
      total++;
      actual[truth]!++;
      if (prediction >= 0 && prediction < count) predicted[prediction]!++;
      if (prediction === truth) right[truth]!++;
    }
  };
  const addLabels = (truths: Float32Array, found: Float32Array): void => {
    for (let place = 0; place < truths.length; place++) {
      const label = place % count;
      if (truths[place] === 1) actual[label]!++;
      if (found[place] === 1) predicted[label]!++;
      if (truths[place] === 1 && found[place] === 1) right[label]!++;
    }
    total += truths.length / count;
  };
  return {
    add: ([truths, found]) => (among === "labels" ? addLabels : addClasses)(truths!, found!),
    result: () => {
      const of = Array.from(right, (number, index) => ({
        right: number,
        predicted: predicted[index]!,
        actual: actual[index]!,
        total,
      }));
      return make({ of, among }, chosen);
    },
  };
}

/** The number of a class that is told by its name or its number. */
function classNumber(
  told: number | string,
  count: number,
  names: readonly string[] | undefined,
): number {
  const number = typeof told === "number" ? told : (names?.indexOf(told) ?? Number(told));
  if (Number.isInteger(number) && number >= 0 && number < count) return number;
  const known = names ?? Array.from({ length: count }, (_, index) => String(index));
  throw new UserError(
    `A metric is of the class ${JSON.stringify(told)}, which the data do not have.`,
    [`They have: ${known.map((name) => JSON.stringify(name)).join(", ")}.`],
  );
}
