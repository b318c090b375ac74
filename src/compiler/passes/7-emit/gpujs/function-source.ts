import { invariant } from "../../../base/invariant.ts";
import type { Access, Affine, Buffer, Expr, PlanAxis } from "../../../plan/plan.ts";
import { affineKey, flatten, rangeOf, staysInside, stridesOf } from "../../../plan/affine.ts";
import { subexpressions } from "../../../plan/expressions.ts";
import { sanitize } from "../../6-schedule/names.ts";
import { isHostNumber, type HostNumbers } from "./host-numbers.ts";
import { numberText, printers, repeating } from "./operations.ts";
import type { Projection } from "./projections.ts";

export interface FunctionText {
  readonly source: string;
  readonly arrays: readonly string[];
  readonly numbers: readonly string[];
}

/** Words that JavaScript or gpu.js gives a meaning, and the locals of the generated functions. */
const reserved = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import " +
    "in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield " +
    "Math Infinity NaN undefined constants i accumulator").split(" "),
);

/** Integers are exact in float32 below this, and so are indices. */
const mostElements = 2 ** 24;
/** Below this, adding a half before dividing makes the floor exact in float32. */
const exactQuotients = 2 ** 22;
const longestText = 88;

interface Writer {
  readonly projection: Projection;
  readonly host: HostNumbers;
  readonly hostMemo: Map<Expr, boolean>;
  readonly extents: ReadonlyMap<string, number>;
  /** The place that this thread computes, as an affine index. */
  readonly place: string;
  readonly arrays: Map<string, string>;
  readonly numbers: Map<string, string>;
  readonly taken: Set<string>;
  readonly usedAxes: Set<string>;
  usesPlace: boolean;
  locals: number;
}

/** Lines at one nesting level, and the expressions that already have a name there. */
interface Block {
  readonly lines: string[];
  readonly indent: string;
  readonly known: Map<Expr, string>;
  /** Divided indices that have a name. */
  readonly indices: Map<string, string>;
  readonly repeated: ReadonlySet<Expr>;
  readonly absent: number;
}

/** The text of one gpu.js function: decodes its place in the flat result, runs the reduction, applies the epilogue. */
export function functionSource(projection: Projection, host: HostNumbers): FunctionText {
  invariant(sizeOf(projection.to) < mostElements, `${projection.name} has ${sizeOf(projection.to)} elements: indices are exact below ${mostElements}`);
  const writer = makeWriter(projection, host);
  const body = [...reductionLines(writer), ...valueLines(writer)];
  const decode = decodeLines(writer);
  const start = writer.usesPlace || decode.length > 0 ? ["  const i = this.thread.x;"] : [];
  const parameters = [...writer.arrays.values(), ...writer.numbers.values()].join(", ");
  const source = [`function ${safeName(sanitize(projection.name), writer.taken)}(${parameters}) {`, ...start, ...decode, ...body, "}"].join("\n");
  return { source, arrays: [...writer.arrays.keys()], numbers: [...writer.numbers.keys()] };
}

export function sizeOf(buffer: Buffer): number {
  return buffer.shape.reduce((product, size) => product * size, 1);
}

function makeWriter(projection: Projection, host: HostNumbers): Writer {
  const flat = flatten(projection.index, projection.to.shape);
  invariant(flat !== undefined, `${projection.name} stores at a divided index`);
  const taken = new Set([...reserved, ...projection.axes.map((axis) => axis.name)]);
  return {
    projection, host, hostMemo: new Map(), extents: new Map(projection.axes.map((axis) => [axis.name, axis.extent])), place: affineKey(flat),
    arrays: new Map(), numbers: new Map(), taken, usedAxes: new Set(), usesPlace: false, locals: 0,
  };
}

function safeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  while (taken.has(name)) name = `${name}_`;
  taken.add(name);
  return name;
}

function newBlock(roots: readonly Expr[], indent: string, absent: number): Block {
  const counts = new Map<Expr, number>();
  for (const part of subexpressions(...roots)) {
    if (part.kind !== "apply") continue;
    for (const arg of part.args) counts.set(arg, (counts.get(arg) ?? 0) + 1);
  }
  const repeated = new Set([...counts].filter(([, count]) => count > 1).map(([part]) => part));
  return { lines: [], indent, known: new Map(), indices: new Map(), repeated, absent };
}

function reductionLines(writer: Writer): readonly string[] {
  const { term, combine, initial, reduce, axes } = writer.projection;
  if (term === undefined || combine === undefined) return [];
  const head = newBlock(initial === undefined ? [] : [initial], "  ", 0);
  const start = initial === undefined ? numberText(combine === "max" ? -Infinity : 0) : textOf(writer, initial, head);
  const lines = [...head.lines, `  let accumulator = ${unwrapped(start)};`];
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
  return [...lines, ...block.lines, ...combineLines(writer, value, combine).map((line) => indent + line), ...closing];
}

function loopHead(writer: Writer, axis: PlanAxis): readonly string[] {
  const loop = `for (let ${axis.name} = 0; ${axis.name} < ${axis.extent}; ${axis.name}++) {`;
  return axis.batch === true ? [loop, `if (${axis.name} < ${numberName(writer, "rows")}) {`] : [loop];
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
    if (place > 0) lines.push(`  const ${axis.name} = ${own} - ${quotient(place - 1)} * ${axis.extent};`);
    else if (own !== axis.name) lines.push(`  const ${axis.name} = ${own};`);
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
  const same = flat.constant === 0 && axes.every((axis, place) => axis.extent === 1 || flat.terms.some(([name, step]) => name === axis.name && step === strides[place]));
  invariant(same, `${writer.projection.name} does not store row by row`);
}

function newLocal(writer: Writer): string {
  writer.locals++;
  return safeName(`v${writer.locals}`, writer.taken);
}

/** Without the brackets around the whole. */
function unwrapped(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (const [place, character] of [...text].entries()) {
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    if (depth === 0 && place < text.length - 1) return text;
  }
  return text.slice(1, -1);
}

/** The text of an expression; what is used twice or grows long becomes a local of the block. */
function textOf(writer: Writer, expression: Expr, block: Block): string {
  const known = block.known.get(expression);
  if (known !== undefined) return known;
  const text = freshText(writer, expression, block);
  const worthNaming = expression.kind === "apply" || expression.kind === "load";
  if (!worthNaming || isPlainName(text)) return text;
  if (!block.repeated.has(expression) && text.length <= longestText) return text;
  return nameIt(writer, expression, text, block);
}

function isPlainName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}

function nameIt(writer: Writer, expression: Expr, text: string, block: Block): string {
  const name = newLocal(writer);
  block.lines.push(`${block.indent}const ${name} = ${unwrapped(text)};`);
  block.known.set(expression, name);
  return name;
}

function freshText(writer: Writer, expression: Expr, block: Block): string {
  if (expression.kind === "apply" && isHostNumber(expression, writer.hostMemo)) return numberName(writer, writer.host.nameOf(expression));
  switch (expression.kind) {
    case "constant": return numberText(expression.value);
    case "scalar": return numberName(writer, expression.name);
    case "rows": return numberName(writer, "rows");
    case "accumulator": return "accumulator";
    // A declaration makes the integer of a loop a float; in an expression it would stay an integer.
    case "axis": return nameIt(writer, expression, affineText(writer, { constant: expression.constant, terms: [[expression.axis, expression.step]] }), block);
    case "inside": return `(${insideText(writer, expression.index, expression.extent, block) ?? "true"} ? 1.0 : 0.0)`;
    case "load": return loadText(writer, expression.access, block);
    case "apply": return applyText(writer, expression, block);
  }
}

function applyText(writer: Writer, expression: Extract<Expr, { kind: "apply" }>, block: Block): string {
  if (expression.op === "select") {
    const [condition, then, otherwise] = expression.args as readonly [Expr, Expr, Expr];
    const test = conditionText(writer, condition, block);
    return `(${test} ? ${textOf(writer, then, block)} : ${textOf(writer, otherwise, block)})`;
  }
  const many = repeating.has(expression.op);
  const args = expression.args.map((arg) => {
    const text = textOf(writer, arg, block);
    return many && !isPlainName(text) && arg.kind !== "constant" ? nameIt(writer, arg, text, block) : text;
  });
  return printers[expression.op](args, expression.args);
}

function conditionText(writer: Writer, condition: Expr, block: Block): string {
  if (condition.kind === "inside") return insideText(writer, condition.index, condition.extent, block) ?? "1.0 > 0.0";
  const symbol = condition.kind === "apply" ? ({ less: "<", less_equal: "<=", equal: "===" } as Partial<Record<string, string>>)[condition.op] : undefined;
  if (condition.kind === "apply" && symbol !== undefined && !block.known.has(condition)) {
    const [a, b] = condition.args.map((arg) => textOf(writer, arg, block));
    return `${a!} ${symbol} ${b!}`;
  }
  return `${textOf(writer, condition, block)} !== 0.0`;
}

/** The test that an index lies in 0 … extent − 1 and divides exactly; undefined when it always does. */
function insideText(writer: Writer, index: Affine, extent: number, block: Block): string | undefined {
  if (staysInside(index, extent, writer.extents)) return undefined;
  const [low, high] = rangeOf(index, writer.extents);
  const { place, exact } = indexName(writer, index, block);
  const tests = [exact, low < 0 ? `${place} >= 0` : undefined, high >= extent ? `${place} < ${extent}` : undefined];
  return tests.filter((test) => test !== undefined).join(" && ");
}

/** The index as a name or short text and, where it is divided, the test that the division is exact. */
function indexName(writer: Writer, index: Affine, block: Block): { place: string; exact: string | undefined } {
  const divisor = index.divisor ?? 1;
  const numerator = affineText(writer, { constant: index.constant, terms: index.terms });
  if (divisor === 1) return { place: numerator, exact: undefined };
  const key = affineKey(index);
  let name = block.indices.get(key);
  if (name === undefined) {
    name = newLocal(writer);
    block.lines.push(`${block.indent}const ${name} = Math.floor((${numerator} + 0.5) / ${divisor}.0);`);
    block.indices.set(key, name);
  }
  return { place: name, exact: `${name} * ${divisor} === ${numerator}` };
}

function loadText(writer: Writer, access: Access, block: Block): string {
  const array = arrayName(writer, access.buffer);
  const tests = access.index.flatMap((index, axis) => insideText(writer, index, access.buffer.shape[axis]!, block) ?? []);
  const text = `${array}[${placeText(writer, access, block)}]`;
  return tests.length === 0 ? text : `(${tests.join(" && ")} ? ${text} : ${numberText(block.absent)})`;
}

/** The flat place of an access: `i` where it is the thread's own. */
function placeText(writer: Writer, { buffer, index }: Access, block: Block): string {
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

function affineText(writer: Writer, index: Affine): string {
  const terms = index.terms.map(([axis, step]) => {
    writer.usedAxes.add(axis);
    return { sign: step < 0 ? "-" : "+", text: Math.abs(step) === 1 ? axis : `${axis} * ${Math.abs(step)}` };
  });
  if (index.constant !== 0 || terms.length === 0) terms.push({ sign: index.constant < 0 ? "-" : "+", text: String(Math.abs(index.constant)) });
  terms.sort((a, b) => (a.sign === b.sign ? 0 : a.sign === "+" ? -1 : 1));
  return terms.map(({ sign, text }, place) => (place === 0 ? (sign === "-" ? `-${text}` : text) : ` ${sign} ${text}`)).join("");
}

function arrayName(writer: Writer, buffer: Buffer): string {
  const { name } = buffer.aliasOf ?? buffer;
  const known = writer.arrays.get(name);
  if (known !== undefined) return known;
  const made = safeName(sanitize(name), writer.taken);
  writer.arrays.set(name, made);
  return made;
}

function numberName(writer: Writer, name: string): string {
  const known = writer.numbers.get(name);
  if (known !== undefined) return known;
  const made = safeName(sanitize(name), writer.taken);
  writer.numbers.set(name, made);
  return made;
}
