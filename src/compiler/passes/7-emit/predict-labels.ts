import { nothing, ts, type Code } from "./code.ts";
import { fieldOf, type Emission } from "./emission.ts";

/** How many classes the field of a model's input has, where it holds labels. */
export function classesOf(emission: Emission, input: string): number | undefined {
  return emission.compiled.fields.find(({ name }) => name === fieldOf(emission, input))?.classes;
}

/** Whether the model is given labels (one_hot, embedding): its rows are then written with their names. */
export function hasLabels(emission: Emission): boolean {
  return emission.compiled.run.model.inputs.some(
    ({ name }) => classesOf(emission, name) !== undefined,
  );
}

/** What a row may consist of. */
export function numbersType(emission: Emission): Code {
  return hasLabels(emission)
    ? ts`/** Numbers and labels, nested as the shape says or flat in row-major order; a text stands for the labels that its characters are. */
export type Numbers = number | string | readonly Numbers[];

/** A row by the names of the model's inputs; with a single input its numbers, labels or text alone will do. */
export type Row = Readonly<Record<string, Numbers>> | readonly Numbers[] | string;`
    : ts`/** Numbers, nested as the shape says or flat in row-major order. */
export type Numbers = number | readonly Numbers[];

/** A row by the names of the model's inputs; with a single input the numbers alone will do. */
export type Row = Readonly<Record<string, Numbers>> | readonly Numbers[];`;
}

/** Labels as the numbers that training gave them. */
export function labelFunctions(emission: Emission): Code {
  if (!hasLabels(emission)) return nothing;
  return ts`

/** Labels by the names that they had in training, or by their numbers where these were 0 … n − 1 there. */
function labelsIn({ preparation }: Model, { field, shape, classes = 0 }: (typeof inputs)[number], written: Numbers, place: string): number[] {
  const names = own(preparation.classNames, field);
  const labels = typeof written === "string" && sizeOf(shape) > 1 ? [...written] : leaves(written);
  return labels.map((label) => {
    const number = names === undefined ? Number(label) : names.indexOf(String(label));
    if (Number.isInteger(number) && number >= 0 && number < classes) return number;
    throw new UserError(place + ": there is no class " + JSON.stringify(label) + ".", [names === undefined ? "Classes are numbers from 0 to " + (classes - 1) + "." : "There are " + names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "") + "."]);
  });
}

function leaves(written: Numbers): (number | string)[] {
  return typeof written === "number" || typeof written === "string" ? [written] : written.flatMap(leaves);
}`;
}
