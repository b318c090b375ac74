import { invariant } from "../../../compiler/base/invariant.ts";
import { lineWidth } from "../../../compiler/base/layout.ts";
import type { PlanAxis } from "../../../compiler/plan/plan.ts";
import { flatten, stridesOf } from "../../../compiler/plan/affine.ts";
import { sanitize } from "../../../compiler/plan/identifiers.ts";
import { textOf } from "./expression-text.ts";
import { foldLines } from "./fold-lines.ts";
import type { HostNumbers } from "../../../compiler/plan/host-numbers.ts";
import type { Projection } from "../projection.ts";
import { operationsText } from "../../../compiler/plan/describe.ts";
import { isProduct } from "./product-text.ts";
import { reductionLines } from "./reduction-text.ts";
import { makeWriter, newBlock, safeName, sizeOf, unwrapped, type Writer } from "./writer.ts";

export interface FunctionText {
  /** What it computes, as a name: `product_relu`. */
  readonly name: string;
  readonly source: string;
  /** Two functions with the same key are the same but for the names of their parameters. */
  readonly key: string;
  readonly arrays: readonly string[];
  readonly numbers: readonly string[];
  /** How far each loop and each part of the place goes, by the names that these have in the source. */
  readonly extents: ReadonlyMap<string, number>;
}

/** Below this, adding a half before dividing makes the floor exact in float32. */
const exactQuotients = 2 ** 22;

/** The text of one gpu.js function: decodes its place in the flat result, runs the reduction, applies the epilogue. */
export function functionSource(projection: Projection, host: HostNumbers): FunctionText {
  const writer = makeWriter(projection, host);
  const body = [...reductionLines(writer), ...valueLines(writer)];
  const decode = decodeLines(writer);
  const needsPlace = decode.some((line) => /\bi\b/.test(line)) || writer.usesPlace;
  const start = needsPlace ? ["  const i = this.thread.x;"] : [];
  const lines = [...start, ...decode, ...body, "}"];
  const name = safeName(operationOf(projection), writer.taken);
  return {
    name,
    source: [...headLines(writer, name), ...foldLines(lines)].join("\n"),
    key: keyOf(writer, lines),
    arrays: [...writer.arrays.keys()],
    numbers: [...writer.numbers.keys()],
    extents: writer.extents,
  };
}

/** The name and the parameters, which have a line of their own where a file that names the function needs the room. */
function headLines({ arrays, numbers }: Writer, name: string): readonly string[] {
  const parameters = [...arrays.values(), ...numbers.values()].join(", ");
  const room = lineWidth - 2 * name.length - around;
  return parameters.length <= room
    ? [`function ${name}(${parameters}) {`]
    : [`function ${name}(`, ...foldLines([`  ${parameters}`]), ") {"];
}

/** What stands around the names and the parameters in a file: ``const _12 = `function () {``. */
const around = 27;

/** The lines with the parameters by their places. */
function keyOf({ arrays, numbers }: Writer, lines: readonly string[]): string {
  const places = new Map(
    [...arrays.values(), ...numbers.values()].map((name, place) => [name, `$${place}`] as const),
  );
  const text = lines.join("\n").replaceAll(/[A-Za-z_]\w*/g, (word) => places.get(word) ?? word);
  return `${arrays.size} ${numbers.size} ${text}`;
}

/** What a function does, in a few words: the reduction, then the first operations on its value. */
function operationOf(projection: Projection): string {
  const { combine, value } = projection;
  const reduction =
    combine === undefined
      ? []
      : [combine === "max" ? "maximum" : isProduct(projection) ? "product" : "sum"];
  const operations = operationsText([value]).filter((word) => word !== "…");
  const words = [...reduction, ...operations].slice(0, mostWords);
  // A single word may be one that gpu.js itself calls something by.
  return sanitize(
    words.length === 0 ? "copy" : words.length === 1 ? `${words[0]!}_of` : words.join("_"),
  );
}

/** More operations in a name would say less. */
const mostWords = 3;

function valueLines(writer: Writer): readonly string[] {
  const block = newBlock([writer.projection.value], "  ", 0);
  const text = textOf(writer, writer.projection.value, block);
  return [...block.lines, `  return ${unwrapped(text)};`];
}

/** The loop variables of the space that the body mentions, from the place in the flat result. */
function decodeLines(writer: Writer): readonly string[] {
  const { projection, usedAxes } = writer;
  const axes = projection.space.map((name) => projection.axes.find((axis) => axis.name === name)!);
  checkRowMajor(writer, axes);
  const strides = stridesOf(axes.map((axis) => axis.extent));
  const lines: string[] = [];
  const quotients = new Map<number, string>([[axes.length - 1, "i"]]);
  const quotient = (place: number): string => {
    const known = quotients.get(place);
    if (known !== undefined) return known;
    const name = place === 0 ? axes[0]!.name : safeName(`to_${axes[place]!.name}`, writer.taken);
    lines.push(...quotientLines(name, strides[place]!, sizeOf(projection.to)));
    quotients.set(place, name);
    return name;
  };
  for (const [place, axis] of axes.entries()) {
    if (!usedAxes.has(axis.name)) continue;
    const own = quotient(place);
    if (place > 0)
      lines.push(`  const ${axis.name} = ${own} - ${quotient(place - 1)} * ${axis.extent};`);
    else if (own !== axis.name)
      lines.push(`  const ${axis.name} = ${writer.usesPlace ? own : "this.thread.x"};`);
  }
  return lines;
}

/** floor(i / stride): adding a half makes it exact in float32 up to 2²²; above, the result is corrected. */
function quotientLines(name: string, stride: number, size: number): readonly string[] {
  if (size <= exactQuotients) return [`  const ${name} = Math.floor((i + 0.5) / ${stride}.0);`];
  return [
    `  const ${name}_near = Math.floor(i / ${stride}.0);`,
    `  const ${name}_low = (${name}_near * ${stride} > i ? ${name}_near - 1.0 : ${name}_near);`,
    `  const ${name} = ((${name}_low + 1.0) * ${stride} <= i ? ${name}_low + 1.0 : ${name}_low);`,
  ];
}

/** The store must be row-major over the space: then the place decodes to exactly one point. */
function checkRowMajor(writer: Writer, axes: readonly PlanAxis[]): void {
  const strides = stridesOf(axes.map((axis) => axis.extent));
  const flat = flatten(writer.projection.index, writer.projection.to.shape)!;
  const same =
    flat.constant === 0 &&
    axes.every(
      (axis, place) =>
        axis.extent === 1 ||
        flat.terms.some(([name, step]) => name === axis.name && step === strides[place]),
    );
  invariant(same, `${writer.projection.name} does not store row by row`);
}
