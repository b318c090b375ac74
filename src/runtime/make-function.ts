import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { normalFrom, randomStream, randomWords, uniformFrom } from "./random.ts";

/** Samples of a formula: every input is drawn evenly from its range; `noise` is a standard deviation. */
export interface FunctionSource {
  readonly formula: (inputs: Readonly<Record<string, number>>) => number;
  readonly inputs: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  readonly points?: number;
  readonly noise?: number;
  readonly seed?: number;
}

/** The first field holds the inputs in their order, the second formula(inputs) + noise · N(0, 1). */
export async function makeFunction(
  fields: readonly Field[],
  source: FunctionSource,
): Promise<RawData> {
  const { formula, inputs, points = 200, noise = 0, seed = 0 } = source;
  const [argument, value] = fields;
  if (argument === undefined || value === undefined)
    throw new UserError("function gives two fields: the inputs and the value.");
  const words = randomWords(randomStream(seed, "function"), 0);
  const normal = normalFrom(words);
  const inputValues = new Float32Array(points * inputs.length);
  const results = new Float32Array(points);
  for (let row = 0; row < points; row++) {
    const at: Record<string, number> = {};
    inputs.forEach(({ name, from, to }, index) => {
      at[name] = from + (to - from) * uniformFrom(words);
      inputValues[row * inputs.length + index] = at[name];
    });
    results[row] = formula(at) + noise * normal();
  }
  return {
    where: "function",
    rows: points,
    columns: new Map([
      [argument.name, { shape: [inputs.length], values: inputValues }],
      [value.name, { shape: [1], values: results }],
    ]),
  };
}
