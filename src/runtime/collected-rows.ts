/** Takes what is known of some rows, batch by batch, and makes something of all of them. */
export interface Collector<Made = number> {
  /** `numbers`: for each operand those of the rows, one row after the other. They are another batch's later on. */
  readonly add: (numbers: readonly Float32Array[]) => void;
  readonly result: () => Made;
}

/** Keeps the numbers of all rows, for metrics that need them side by side. */
export function collectRows<Made>(make: (...operands: Float32Array[]) => Made): Collector<Made> {
  const batches: Float32Array[][] = [];
  return {
    add: (numbers) => batches.push(numbers.map((each) => each.slice())),
    result: () => make(...(batches[0] ?? []).map((_, operand) => joined(batches, operand))),
  };
}

/** The same for each of several labels of a row: the mean over those of which it can be told. */
export function collectLabels(
  make: (scores: Float32Array, labels: Float32Array) => number,
  labels: number,
): Collector {
  return collectRows((scores: Float32Array, truths: Float32Array) => {
    const found = Array.from({ length: labels }, (_, label) =>
      make(everyNth(scores, labels, label), everyNth(truths, labels, label)),
    ).filter((value) => !Number.isNaN(value));
    return found.reduce((sum, value) => sum + value, 0) / found.length;
  });
}

function joined(batches: readonly (readonly Float32Array[])[], operand: number): Float32Array {
  const parts = batches.map((numbers) => numbers[operand] as Float32Array);
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

function everyNth(numbers: Float32Array, n: number, first: number): Float32Array {
  return Float32Array.from({ length: numbers.length / n }, (_, row) => numbers[row * n + first]!);
}
