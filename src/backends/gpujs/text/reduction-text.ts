import type { PlanAxis } from "../../../compiler/plan/plan.ts";
import { textOf } from "./expression-text.ts";
import { numberText } from "./operations.ts";
import { isProduct, productLines } from "./product-text.ts";
import { newBlock, newLocal, numberName, unwrapped, type Writer } from "./writer.ts";

/** The accumulator, its start, and the loops that add to it. */
export function reductionLines(writer: Writer): readonly string[] {
  const { term, combine, initial, reduce, axes } = writer.projection;
  if (term === undefined || combine === undefined) return [];
  const head = newBlock(initial === undefined ? [] : [initial], "  ", 0);
  const start =
    initial === undefined
      ? numberText(combine === "max" ? -Infinity : 0)
      : textOf(writer, initial, head);
  const lines = [...head.lines, `  let accumulator = ${unwrapped(start)};`];
  if (isProduct(writer.projection)) return [...lines, ...productLines(writer)];
  let indent = "  ";
  const closing: string[] = [];
  for (const name of reduce) {
    const axis = axes.find((one) => one.name === name)!;
    for (const line of loopHead(writer, axis)) {
      lines.push(`${indent}${line}`);
      closing.unshift(`${indent}}`);
      indent += "  ";
    }
  }
  const block = newBlock([term], indent, combine === "max" ? -Infinity : 0);
  const value = textOf(writer, term, block);
  return [
    ...lines,
    ...block.lines,
    ...combineLines(writer, value, combine).map((line) => indent + line),
    ...closing,
  ];
}

function loopHead(writer: Writer, axis: PlanAxis): readonly string[] {
  const loop = `for (let ${axis.name} = 0; ${axis.name} < ${axis.extent}; ${axis.name}++) {`;
  return axis.batch === true
    ? [loop, `if (${axis.name} < ${numberName(writer, "rows")}) {`]
    : [loop];
}

/** A sum adds; a maximum keeps NaN: neither comparison holds for it, and the sum of both is NaN. */
function combineLines(writer: Writer, value: string, combine: "sum" | "max"): readonly string[] {
  if (combine === "sum") return [`accumulator += ${unwrapped(value)};`];
  const name = newLocal(writer);
  return [
    `const ${name} = ${unwrapped(value)};`,
    `accumulator = (${name} > accumulator ? ${name} : (${name} <= accumulator ? accumulator : accumulator + ${name}));`,
  ];
}
