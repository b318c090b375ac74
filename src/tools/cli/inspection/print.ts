import type { Histogram } from "../../../runtime/value-statistics.ts";
import { grouped, table } from "../output.ts";
import type { Measured, MeasuredValue } from "./measure.ts";
import { judge, percent, type Judged } from "./verdicts.ts";

/** Above the columns of the tables. */
type Title =
  | "value"
  | "shape"
  | "mean"
  | "std"
  | "estimate"
  | "zeros"
  | "flat"
  | "distribution"
  | "gradient at"
  | "of last"
  | "weight"
  | "gradient mean"
  | "";

export interface PrintOptions {
  readonly color: boolean;
  readonly columns: number;
}

const blocks = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** A histogram as a line of blocks; the fullest bin is a whole block, and a bin that is not empty shows at least the lowest one. */
export function blocksOf({ counts }: Histogram, width: number): string {
  const bins = Array.from({ length: width }, (_, place) => {
    const from = Math.floor((place * counts.length) / width);
    const to = Math.max(from + 1, Math.floor(((place + 1) * counts.length) / width));
    return counts.slice(from, to).reduce((sum, count) => sum + count, 0);
  });
  const fullest = Math.max(...bins, 1);
  return bins
    .map((count) => blocks[count === 0 ? 0 : Math.max(1, Math.round((count / fullest) * 8))])
    .join("");
}

/** One run: what each layer gives and what gradient reaches it, beside the compiler's estimate; then the weights; then the verdict. */
export function printRun(measured: Measured, options: PrintOptions): string {
  const judged = judge(measured);
  return [
    heading(measured),
    "",
    forward(measured, judged, options),
    "",
    backward(measured, judged, options),
    "",
    weights(measured, judged),
    "",
    ...verdict(measured.run, judged, options),
    ...verificationOf(measured, options),
    "",
  ].join("\n");
}

function heading({ run, model, data, rows, backend, seed, loss }: Measured): string {
  return `How ${run} begins: ${grouped(rows)} rows of ${data} through ${model} (${backend}, seed ${seed}), loss ${short(loss)}`;
}

function forward(measured: Measured, judged: Judged, { color }: PrintOptions): string {
  const given = measured.inputs.map(({ name, value }) => [
    name,
    "input",
    "",
    short(value.mean),
    short(value.deviation),
    "1",
    percent(value.zeros),
    "",
    blocksOf(value.histogram, 16),
    "",
  ]);
  const rows = measured.values.map((value) => {
    const { mean, deviation, zeros, saturated, histogram } = value.value;
    return [
      value.name,
      value.kind,
      value.shape.join(" x "),
      short(mean),
      short(deviation),
      short(value.estimate.value),
      percent(zeros),
      saturated === undefined ? "" : percent(saturated),
      blocksOf(histogram, 16),
      wordsOf(value, judged, "values"),
    ];
  });
  const titles: readonly Title[] = [
    "value",
    "",
    "shape",
    "mean",
    "std",
    "estimate",
    "zeros",
    "flat",
    "distribution",
    "",
  ];
  return painted(table(titles, [...given, ...rows], [3, 4, 5, 6, 7]), color);
}

const titlesOfGradients: readonly Title[] = [
  "gradient at",
  "mean",
  "std",
  "of last",
  "estimate",
  "zeros",
  "distribution",
  "",
];

function backward(measured: Measured, judged: Judged, { color }: PrintOptions): string {
  const arriving =
    (measured.values.filter(({ weighted }) => weighted).at(-1) ?? measured.values.at(-1))?.gradient
      .deviation || 1;
  const rows = measured.values.map((value) => {
    const { mean, deviation, zeros, histogram } = value.gradient;
    return [
      value.name,
      short(mean),
      short(deviation),
      short(deviation / arriving),
      short(value.estimate.gradient),
      percent(zeros),
      blocksOf(histogram, 16),
      wordsOf(value, judged, "gradients"),
    ];
  });
  return painted(table(titlesOfGradients, rows, [1, 2, 3, 4, 5]), color);
}

const titlesOfWeights: readonly Title[] = [
  "weight",
  "mean",
  "std",
  "distribution",
  "gradient mean",
  "std",
  "zeros",
  "distribution",
  "",
];

function weights({ weights: tensors }: Measured, { unreached }: Judged): string {
  const rows = tensors.map(({ name, value, gradient }) => [
    name,
    short(value.mean),
    short(value.deviation),
    blocksOf(value.histogram, 16),
    short(gradient.mean),
    short(gradient.deviation),
    percent(gradient.zeros),
    blocksOf(gradient.histogram, 16),
    unreached.includes(name) ? "gradient is 0" : "",
  ]);
  return table(titlesOfWeights, rows, [1, 2, 4, 5, 6]);
}

function wordsOf({ name }: MeasuredValue, judged: Judged, of: "values" | "gradients"): string {
  const found = (judged.findings.get(name) ?? []).filter((finding) => finding.of === of);
  return found.length === 0 ? "healthy" : found.map(({ words }) => words).join(", ");
}

function verdict(run: string, { verdicts }: Judged, { color }: PrintOptions): readonly string[] {
  if (verdicts.length === 0) return [paint(`${run}: healthy`, "32", color)];
  return verdicts.map(({ sentence }) => paint(`${run}: ${sentence}`, "31", color));
}

/** Whether the backend computes what the interpreter does, in a line. */
function verificationOf(
  { run, verification }: Measured,
  { color }: PrintOptions,
): readonly string[] {
  if (verification === undefined) return [];
  const line = `${run}: ${verification.sentence}`;
  return [verification.isBeyond ? paint(line, "31", color) : line];
}

/** Green and red at the ends of lines, where the words of a verdict stand. */
function painted(text: string, color: boolean): string {
  if (!color) return text;
  return text
    .split("\n")
    .map((line) =>
      line
        .replace(/healthy$/, paint("healthy", "32", true))
        .replace(
          /(values (?:vanish|explode|are no numbers|are all 0)|units are all alike|\d+ % of (?:values flat|units dead)|gradient (?:vanishes|explodes|is no number|is 0))$/,
          paint("$1", "31", true),
        ),
    )
    .join("\n");
}

function paint(text: string, code: string, color: boolean): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text;
}

const cellWidth = 18;

/** Several runs side by side: a row for each depth, a column for each run; as many columns as the line holds, then the next ones below. */
export function printComparison(runs: readonly Measured[], options: PrintOptions): string {
  const judged = runs.map(judge);
  const shown = runs.map(compared);
  const depth = Math.max(...shown.map((values) => values.length));
  const names = Array.from({ length: depth }, (_, place) => {
    const different = new Set(
      shown.map((values) => values[place]?.name).filter((name) => name !== undefined),
    );
    return different.size === 1 ? [...different][0]! : `depth ${place + 1}`;
  });
  const first = Math.max("distribution".length, ...names.map((name) => name.length)) + 2;
  const perLine = Math.max(1, Math.floor((options.columns - first) / (cellWidth + 2)));
  const groups = Array.from({ length: Math.ceil(runs.length / perLine) }, (_, group) =>
    runs.map((_run, place) => place).slice(group * perLine, (group + 1) * perLine),
  );
  const block = (places: readonly number[], of: "value" | "gradient"): string => {
    const rows = names.map((name, level) => [
      name,
      ...places.map((place) => cell(shown[place]![level], of)),
    ]);
    return table([`${of}s`, ...places.map((place) => runs[place]!.run)], rows);
  };
  const tables = groups.flatMap((places) => [
    block(places, "value"),
    "",
    block(places, "gradient"),
    "",
  ]);
  const losses = runs.map(
    ({ run, loss, rows, backend }) =>
      `${run}: loss ${short(loss)} over ${grouped(rows)} rows (${backend})`,
  );
  return [
    "How the runs begin: distribution and standard deviation behind each activation, and of the gradient there",
    "",
    ...tables,
    ...losses,
    "",
    ...runs.flatMap((one, place) => [
      ...verdict(one.run, judged[place]!, options),
      ...verificationOf(one, options),
    ]),
    "",
  ].join("\n");
}

/** What stands for the depth of a run: its activations, or its matrices where it has none. */
export function compared({ values }: Measured): readonly MeasuredValue[] {
  const activations = values.filter(
    ({ weighted, bounds, kind }) =>
      !weighted &&
      (bounds !== undefined || /elu$|^(gelu|silu|mish|softplus|maxout|relu)$/.test(kind)),
  );
  return activations.length > 0 ? activations : values.filter(({ weighted }) => weighted);
}

function cell(value: MeasuredValue | undefined, of: "value" | "gradient"): string {
  if (!value) return "";
  return `${blocksOf(value[of].histogram, 10)} ${short(value[of].deviation)}`;
}

/** Three digits, as people write them. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}
