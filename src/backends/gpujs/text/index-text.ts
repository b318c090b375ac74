import type { Access, Affine } from "../../../compiler/plan/plan.ts";
import {
  affineKey,
  flatten,
  rangeOf,
  staysInside,
  stridesOf,
} from "../../../compiler/plan/affine.ts";
import { numberText } from "./operations.ts";
import { arrayName, newLocal, numberName, type Block, type Writer } from "./writer.ts";

/** The test that an index lies in 0 … extent − 1 and divides exactly; undefined when it always does. */
export function insideText(
  writer: Writer,
  index: Affine,
  extent: number,
  block: Block,
): string | undefined {
  if (staysInside(index, extent, writer.extents)) return undefined;
  const [low, high] = rangeOf(index, writer.extents);
  const { place, exact } = indexName(writer, index, block);
  const tests = [
    exact,
    low < 0 ? `${place} >= 0` : undefined,
    high >= extent ? `${place} < ${extent}` : undefined,
  ];
  return tests.filter((test) => test !== undefined).join(" && ");
}

/** The index as a name or short text and, where it is divided, the test that the division is exact. */
function indexName(
  writer: Writer,
  index: Affine,
  block: Block,
): { place: string; exact: string | undefined } {
  const divisor = index.divisor ?? 1;
  const numerator = affineText(writer, { constant: index.constant, terms: index.terms });
  if (divisor === 1) return { place: numerator, exact: undefined };
  const key = affineKey(index);
  let name = block.indices.get(key);
  if (name === undefined) {
    name = newLocal(writer);
    block.lines.push(
      `${block.indent}const ${name} = Math.floor((${numerator} + 0.5) / ${divisor}.0);`,
    );
    block.indices.set(key, name);
  }
  return { place: name, exact: `${name} * ${divisor} === ${numerator}` };
}

export function loadText(writer: Writer, access: Access, block: Block): string {
  const array = arrayName(writer, access.buffer);
  const tests = access.index.flatMap(
    (index, axis) => insideText(writer, index, access.buffer.shape[axis]!, block) ?? [],
  );
  const text = `${array}[${placeText(writer, access, block)}]`;
  return tests.length === 0
    ? text
    : `(${tests.join(" && ")} ? ${text} : ${numberText(block.absent)})`;
}

/** The flat place of an access: `i` where it is the thread's own. */
export function placeText(writer: Writer, { buffer, index }: Access, block: Block): string {
  const flat = flatten(index, buffer.shape);
  if (flat !== undefined) {
    if (affineKey(flat) === writer.place) {
      writer.usesPlace = true;
      return "i";
    }
    return affineText(writer, flat);
  }
  const strides = stridesOf(buffer.shape);
  const parts = index.map((one, axis) => {
    const { place } = indexName(writer, one, block);
    return strides[axis] === 1 ? place : `(${place}) * ${strides[axis]}`;
  });
  return parts.join(" + ");
}

export function affineText(writer: Writer, index: Affine): string {
  const terms = index.terms.map(([axis, step]) => {
    writer.usedAxes.add(axis);
    const name = axis === writer.projection.around?.name ? numberName(writer, axis) : axis;
    return {
      sign: step < 0 ? "-" : "+",
      text: Math.abs(step) === 1 ? name : `${name} * ${Math.abs(step)}`,
    };
  });
  if (index.constant !== 0 || terms.length === 0)
    terms.push({ sign: index.constant < 0 ? "-" : "+", text: String(Math.abs(index.constant)) });
  terms.sort((a, b) => (a.sign === b.sign ? 0 : a.sign === "+" ? -1 : 1));
  return terms
    .map(({ sign, text }, place) =>
      place === 0 ? (sign === "-" ? `-${text}` : text) : ` ${sign} ${text}`,
    )
    .join("");
}
