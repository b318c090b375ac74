import { printable } from "../../../compiler/base/diagnostics/escape.ts";
import { short } from "../inspection/print.ts";
import { percent } from "../inspection/verdicts.ts";
import { grouped, table } from "../output.ts";
import { isBeyond, type Deviation, type Verified, type VerifiedBackend } from "./verify-run.ts";

/** One run: a row a trained weight with the largest deviation of its gradient on each backend, what the step left, the verdict. */
export function printVerified(verified: Verified, color: boolean): string {
  return [
    ...heading(verified),
    "",
    deviations(verified),
    "",
    ...verified.backends.map((backend) => verdict(verified, backend, color)),
    ...verified.absent.map(({ name, why }) => `${name}: not here: ${printable(why)}`),
    "",
  ].join("\n");
}

function heading({
  run,
  rows,
  data,
  seed,
  loss,
  batch,
  origin,
  missing,
  isUndecided,
}: Verified): readonly string[] {
  const part = typeof batch === "number" && rows < batch ? ` of the batch's ${grouped(batch)}` : "";
  return [
    `${run}: a step on ${grouped(rows)}${part} rows of ${data} (seed ${seed}) against the float64 interpreter, whose loss is ${short(loss)}`,
    ...(origin.kind === "drawn"
      ? [`  the rows are drawn, as ${data} cannot be read: ${printable(origin.why)}`]
      : []),
    ...(isUndecided
      ? [
          "  more is explained by rounding where a comparison lies so near that it may go either way",
        ]
      : []),
    ...(missing === undefined ? [] : [`  weights that it loads are drawn: ${printable(missing)}`]),
  ];
}

/** Deviations are shares of the largest gradient of the layer. */
function deviations({ weights, backends, loss }: Verified): string {
  const rows = weights.map(({ name, size, gradient }, place) => [
    name,
    grouped(size),
    short(gradient),
    ...backends.map(({ gradients }) => cell(gradients[place]!)),
    wordsOf(backends.map(({ gradients }) => gradients[place]!)),
  ]);
  const first = [
    "loss",
    "",
    short(loss),
    ...backends.map((backend) => cell(backend.loss)),
    wordsOf(backends.map((backend) => backend.loss)),
  ];
  const titles = ["gradient of", "numbers", "largest", ...backends.map(({ name }) => name), ""];
  return table(titles, [first, ...rows], [1, 2, ...backends.map((_, place) => place + 3)]);
}

function cell({ largest }: Deviation): string {
  return share(largest);
}

/** `23 %`, `3.1e-7`: in percent where anybody would. */
function share(part: number): string {
  if (!Number.isFinite(part) || part === 0) return String(part);
  return part >= 0.01 && part < 10 ? percent(part) : part.toExponential(1);
}

function wordsOf(found: readonly Deviation[]): string {
  const wrong = found.find((one) => one.isBeyond);
  if (wrong === undefined && found.some((one) => one.explained === Infinity))
    return "too large for float32";
  return wrong === undefined
    ? "within rounding"
    : `beyond rounding, which explains ${share(wrong.explained)}`;
}

/** What a backend does, in a sentence, and what to do about it. */
function verdict(verified: Verified, backend: VerifiedBackend, color: boolean): string {
  const { name, step } = backend;
  const where = `${verified.run}: ${name}:`;
  if (!isBeyond(backend))
    return paint(
      `${where} within rounding, largest deviation of a gradient ${largestOf(backend.gradients)}; so are ${grouped(step.length)} results and new values of the step`,
      "32",
      color,
    );
  return paint(`${where} ${sentence(backend)}`, "31", color);
}

/** `3.1e-7 (h1.weight)`. */
export function largestOf(found: readonly Deviation[]): string {
  const [first] = found.toSorted((a, b) => b.largest - a.largest);
  return first === undefined ? "0" : `${cell(first)} (${first.name})`;
}

/** Which gradients, and which results and new values, are others; and what to do. */
export function sentence({ name, loss, gradients, step }: VerifiedBackend): string {
  const wrong = gradients.filter((one) => one.isBeyond);
  const left = step.filter((one) => one.isBeyond);
  const parts = [
    ...(loss.isBeyond ? [`the loss deviates by ${cell(loss)}`] : []),
    ...(wrong.length === 0
      ? []
      : [`the gradient of ${named(wrong)} by up to ${worst(wrong)} of the largest of its layer`]),
    ...(left.length === 0
      ? []
      : [`what the step makes of ${named(left)} by up to ${worst(left)} of how far it moves`]),
  ];
  const other = name.startsWith("wasm") ? "--backend cpu" : "--backend wasm";
  return `computes something else than the network: ${parts.join("; ")}. Train with ${other}, and report this file: it is a fault of nnspec`;
}

const mostNamed = 3;

function named(found: readonly Deviation[]): string {
  const more = found.length - mostNamed;
  const names = found.slice(0, mostNamed).map((one) => one.name);
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function worst(found: readonly Deviation[]): string {
  const notNumber = found.find(({ largest }) => Number.isNaN(largest));
  return cell(notNumber ?? found.toSorted((a, b) => b.largest - a.largest)[0]!);
}

function paint(text: string, code: string, color: boolean): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text;
}
