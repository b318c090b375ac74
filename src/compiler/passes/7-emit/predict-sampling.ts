import { literal, nothing, ts, type Code } from "./code.ts";
import type { Emission } from "./emission.ts";

/** Where something in the model is random: many predictions of each row with noise on, and what they come to. */
export function sampling(emission: Emission, { probabilities, scores }: Kinds): readonly Code[] {
  if (emission.compiled.sampling === undefined) return [];
  return [
    drawnType(probabilities),
    loadSampler(emission.compiled.run.seed),
    predictDrawn(emission, scores),
    combine({ probabilities, scores }),
  ];
}

/** What outputs of the model are read as, besides values. */
interface Kinds {
  readonly probabilities: boolean;
  readonly scores: boolean;
}

/** How many samples the command line draws unless it is told: none where the run predicts in the plain way. */
export function samplesByDefault({ compiled: { run } }: Emission): number {
  return run.predict?.samples ?? 0;
}

function drawnType(probabilities: boolean): Code {
  return ts`/** The mean of many predictions of one row with noise on, and how far they lie apart. */
export interface Drawn extends Prediction {
  readonly samples: number;
  /** The standard deviation over the samples of each value${probabilities ? ts`, or of each class's probability` : nothing}. */
  readonly spread: readonly number[]${
    probabilities
      ? ts` | Readonly<Record<string, number>>;
  /** −Σ p ln p of the mean probabilities: 0 when all samples agree on one class with certainty. */
  readonly entropy?: number`
      : nothing
  };
}`;
}

function loadSampler(seed: number): Code {
  return ts`/** A checkpoint loaded for predictDrawn. The same checkpoint draws the same numbers on every machine. Close it with closeModel. */
export async function loadSampler(checkpoint: string, backend: BackendChoice = "auto", threads?: number): Promise<Model> {
  const file = await loadTensors(checkpoint);
  const preparation = preparationFromText(file.metadata["preparation"], checkpoint);
  const seed = Number(file.metadata["seed"] ?? ${literal(seed)});
  const fill = (target: Float32Array, stream: string, step: number): void => fillUniform(target, randomStream(seed, stream), step);
  const device = await createDevice({ backend, threads, fillUniform: fill, seed, wasm: sampleModule });
  for (const { name, shape } of [...parameters, ...statistics]) device.write(name, requireTensor(file, name, shape, checkpoint));
  return { device, preparation };
}`;
}

function predictDrawn(emission: Emission, scores: boolean): Code {
  const samples = literal(emission.compiled.run.predict?.samples ?? 50);
  return ts`/** Monte-Carlo dropout (Gal and Ghahramani 2016): each row is predicted so many times with noise on, normalisations as in plain prediction. */
export async function predictDrawn(model: Model, rows: readonly Row[], samples = ${samples}): Promise<Drawn[][]> {
  const drawn: Drawn[][] = [];
  for (let start = 0; start < rows.length; start += capacity) {
    const some = rows.slice(start, start + capacity);
    const fields = Object.fromEntries(inputs.map((input) => [input.field, gather(model, input, some, start)]));
    const seen = some.map(() => outputs.map((): Prediction[] => []));
    for (let draw = 1; draw <= samples; draw++) {
      model.device.run(sample, { rows: some.length, inputs: fields, numbers: {}, step: (start / capacity) * samples + draw });
      for (const [place, output] of outputs.entries()) {
        const result = await model.device.result(sample, output.name);
        seen.forEach((row, index) => row[place]!.push(read(model, output, rowOf(result, output.shape, index))));
      }
    }
    drawn.push(...seen.map((row) => row.map((predictions${scores ? ts`, place` : nothing}) => combine(predictions${scores ? ts`, own(model.preparation.classNames, outputs[place]!.field ?? "")` : nothing}))));
  }
  return drawn;
}`;
}

function combine({ probabilities, scores }: Kinds): Code {
  const classes = ts`
  if (first.probabilities !== undefined) {
    const labels = Object.keys(first.probabilities);
    const best = mean.indexOf(Math.max(...mean));
    const named = (values: readonly number[]): Readonly<Record<string, number>> => Object.fromEntries(labels.map((label, index) => [label, values[index]!]));
    const entropy = mean.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0);
    return { output: first.output, class: labels[best]!, probability: mean[best]!, probabilities: named(mean), spread: named(spread), entropy, samples };
  }`;
  return ts`/** Means and standard deviations over the samples (Welford 1962). */
function combine(predictions: readonly Prediction[]${scores ? ts`, names: readonly string[] | undefined` : nothing}): Drawn {
  const first = predictions[0]!;
  const numbersOf = (prediction: Prediction): readonly number[] => ${probabilities ? ts`prediction.values ?? Object.values(prediction.probabilities ?? {})` : ts`prediction.values ?? []`};
  const mean = numbersOf(first).map(() => 0);
  const squares = mean.map(() => 0);
  for (const [place, prediction] of predictions.entries()) {
    for (const [index, value] of numbersOf(prediction).entries()) {
      const difference = value - mean[index]!;
      mean[index]! += difference / (place + 1);
      squares[index]! += difference * (value - mean[index]!);
    }
  }
  const samples = predictions.length;
  const spread = squares.map((sum) => Math.sqrt(sum / Math.max(1, samples - 1)));${probabilities ? classes : nothing}
${
  scores
    ? ts`  if (first.class !== undefined) {
    const best = mean.indexOf(Math.max(...mean));
    return { output: first.output, class: names?.[best] ?? String(best), values: mean, spread, samples };
  }
`
    : nothing
}  return { output: first.output, values: mean, spread, samples };
}`;
}
