import { classNameOf } from "../labels.ts";
import { own } from "../own.ts";
import type { TrainingDefinition } from "./definition.ts";
import {
  inputsOf,
  readOutput,
  requireNumbers,
  rowOf,
  type Model,
  type Prediction,
  type Row,
} from "./predict.ts";

/** The mean of many predictions of one row with noise on, and how far they lie apart. */
export interface Drawn extends Prediction {
  readonly samples: number;
  /** The standard deviation over the samples of each value, or of each class's probability. */
  readonly spread: readonly number[] | Readonly<Record<string, number>>;
  /** −Σ p ln p of the mean probabilities: 0 when all samples agree on one class with certainty. */
  readonly entropy?: number;
}

/** Monte-Carlo dropout (Gal and Ghahramani 2016): each row is predicted so many times with noise on, normalisations as in plain prediction. */
export async function predictDrawn(
  model: Model,
  rows: readonly Row[],
  samples = model.training.defaultSamples,
): Promise<Drawn[][]> {
  const { training, device } = model;
  const drawn: Drawn[][] = [];
  for (let start = 0; start < rows.length; start += training.batchSize) {
    const some = rows.slice(start, start + training.batchSize);
    const inputs = inputsOf(model, some, start);
    const seen = some.map(() => training.modelOutputs.map((): Prediction[] => []));
    for (let draw = 1; draw <= samples; draw++) {
      const step = (start / training.batchSize) * samples + draw;
      device.run(training.plans.sample!, { rows: some.length, inputs, numbers: {}, step });
      for (const [place, output] of training.modelOutputs.entries()) {
        const result = await device.result(training.plans.sample!, output.name);
        requireNumbers(result, some.length, output, start);
        seen.forEach((row, index) =>
          row[place]!.push(readOutput(model, output, rowOf(result, output.shape, index))),
        );
      }
    }
    for (const row of seen)
      drawn.push(
        row.map((predictions) => {
          const together = combine(training, predictions);
          return training.saysScores ? withClass(model, together) : together;
        }),
      );
  }
  return drawn;
}

/** Means and standard deviations over the samples (Welford 1962). */
function combine(training: TrainingDefinition, predictions: readonly Prediction[]): Drawn {
  const first = predictions[0]!;
  const mean = numbersOfPrediction(first).map(() => 0);
  const squares = mean.map(() => 0);
  for (const [index, prediction] of predictions.entries()) {
    for (const [entry, value] of numbersOfPrediction(prediction).entries()) {
      const difference = value - mean[entry]!;
      mean[entry]! += difference / (index + 1);
      squares[entry]! += difference * (value - mean[entry]!);
    }
  }
  const samples = predictions.length;
  const spread = squares.map((sum) => Math.sqrt(sum / Math.max(1, samples - 1)));
  if ((training.saysProbabilities || training.saysChances) && first.probabilities !== undefined)
    return combineProbabilities(first, mean, spread, samples);
  return { output: first.output, values: mean, spread, samples };
}

/** The class of the greatest mean score. */
function withClass({ training, preparation }: Model, drawn: Drawn): Drawn {
  const output = training.modelOutputs.find(({ name }) => name === drawn.output)!;
  if (output.kind !== "scores") return drawn;
  const values = drawn.values!;
  const best = values.indexOf(Math.max(...values));
  const names = own(preparation.classNames, output.field ?? "");
  return { output: drawn.output, class: classNameOf(names, best), values, ...spreadOf(drawn) };
}

function spreadOf({ spread, samples }: Drawn): Pick<Drawn, "spread" | "samples"> {
  return { spread, samples };
}

function numbersOfPrediction({ values, probabilities }: Prediction): readonly number[] {
  return values ?? Object.values(probabilities ?? {});
}

function combineProbabilities(
  first: Prediction,
  mean: readonly number[],
  spread: readonly number[],
  samples: number,
): Drawn {
  const labels = Object.keys(first.probabilities!);
  const best = mean.indexOf(Math.max(...mean));
  const named = (values: readonly number[]): Readonly<Record<string, number>> =>
    Object.fromEntries(labels.map((label, index) => [label, values[index]!]));
  return {
    output: first.output,
    class: labels[best]!,
    probability: mean[best]!,
    probabilities: named(mean),
    spread: named(spread),
    entropy: mean.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0),
    samples,
  };
}
