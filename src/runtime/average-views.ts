import { viewRows, type View } from "./views.ts";

/** How an output is read: logits of a distribution, the logit of a chance, or numbers as they are. */
export type OutputKind = "probabilities" | "scores" | "chance" | "values";

/** What a model gives for some rows, output by output. */
type Results = ReadonlyMap<string, Float32Array>;

interface OutputShape {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: OutputKind;
}

/**
 * The mean over all views of what is predicted for rows. Probabilities are averaged as probabilities; what comes back are their
 * logarithms (or logits), so that it is read as a single prediction is.
 */
export async function averageOverViews(
  views: readonly View[],
  rows: Float32Array,
  shape: readonly [height: number, width: number, channels: number],
  outputs: readonly OutputShape[],
  predictRows: (seen: Float32Array) => Promise<Results>,
): Promise<Results> {
  const sums = new Map<string, Float64Array>();
  for (const view of views) {
    const results = await predictRows(viewRows(rows, shape, view));
    for (const output of outputs) {
      const values = probabilitiesOf(results.get(output.name) ?? new Float32Array(0), output);
      const sum = sums.get(output.name) ?? new Float64Array(values.length);
      values.forEach((value, place) => (sum[place] = (sum[place] ?? 0) + value));
      sums.set(output.name, sum);
    }
  }
  return new Map(
    outputs.map((output) => [
      output.name,
      meansOf(sums.get(output.name), views.length, output.kind),
    ]),
  );
}

function probabilitiesOf(values: Float32Array, { kind, shape }: OutputShape): Float64Array {
  if (kind === "chance") return Float64Array.from(values, (logit) => 1 / (1 + Math.exp(-logit)));
  const numbers = Float64Array.from(values);
  if (kind !== "probabilities") return numbers;
  const classes = shape.reduce((product, size) => product * size, 1);
  for (let start = 0; start < numbers.length; start += classes)
    softmax(numbers.subarray(start, start + classes));
  return numbers;
}

/** e^z / Σ e^z in place, after the greatest is taken away. */
function softmax(scores: Float64Array): void {
  const greatest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  scores.forEach((score, place) => (scores[place] = Math.exp(score - greatest)));
  const total = scores.reduce((sum, power) => sum + power, 0);
  scores.forEach((power, place) => (scores[place] = power / total));
}

function meansOf(sum: Float64Array | undefined, count: number, kind: OutputKind): Float32Array {
  return Float32Array.from(sum ?? [], (total) => {
    const mean = total / count;
    if (kind === "probabilities") return Math.log(mean);
    return kind === "chance" ? Math.log(mean / (1 - mean)) : mean;
  });
}
