import { invariant } from "../../../compiler/base/invariant.ts";
import type { Buffer, Expr } from "../../../compiler/plan/plan.ts";
import { extentsOf } from "../../../compiler/plan/accesses.ts";
import { affineKey, flatten } from "../../../compiler/plan/affine.ts";
import { subexpressions } from "../../../compiler/plan/expressions.ts";
import { sanitize } from "../../../compiler/plan/identifiers.ts";
import type { HostNumbers } from "../../../compiler/plan/host-numbers.ts";
import type { Projection } from "../projection.ts";

/** Words that JavaScript or gpu.js gives a meaning, and the locals of the generated functions. */
const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import " +
    "in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield " +
    "Math Infinity NaN undefined constants i accumulator"
  ).split(" "),
);

export interface Writer {
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
export interface Block {
  readonly lines: string[];
  readonly indent: string;
  readonly known: Map<Expr, string>;
  /** Divided indices that have a name. */
  readonly indices: Map<string, string>;
  readonly repeated: ReadonlySet<Expr>;
  readonly absent: number;
}

export function sizeOf(buffer: Buffer): number {
  return buffer.shape.reduce((product, size) => product * size, 1);
}

export function makeWriter(projection: Projection, host: HostNumbers): Writer {
  const flat = flatten(projection.index, projection.to.shape);
  invariant(flat !== undefined, `${projection.name} stores at a divided index`);
  const taken = new Set([...reserved, ...projection.axes.map((axis) => axis.name)]);
  return {
    projection,
    host,
    hostMemo: new Map(),
    extents: extentsOf(projection),
    place: affineKey(flat),
    arrays: new Map(),
    numbers: new Map(),
    taken,
    usedAxes: new Set(),
    usesPlace: false,
    locals: 0,
  };
}

export function safeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  while (taken.has(name)) name = `${name}_`;
  taken.add(name);
  return name;
}

export function newBlock(roots: readonly Expr[], indent: string, absent: number): Block {
  const counts = new Map<Expr, number>();
  for (const part of subexpressions(...roots)) {
    if (part.kind !== "apply") continue;
    for (const arg of part.args) counts.set(arg, (counts.get(arg) ?? 0) + 1);
  }
  const repeated = new Set([...counts].filter(([, count]) => count > 1).map(([part]) => part));
  return { lines: [], indent, known: new Map(), indices: new Map(), repeated, absent };
}

export function newLocal(writer: Writer): string {
  writer.locals++;
  return safeName(`v${writer.locals}`, writer.taken);
}

/** Without the brackets around the whole. */
export function unwrapped(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (const [place, character] of [...text].entries()) {
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    if (depth === 0 && place < text.length - 1) return text;
  }
  return text.slice(1, -1);
}

export function arrayName(writer: Writer, buffer: Buffer): string {
  const { name } = buffer.aliasOf ?? buffer;
  const known = writer.arrays.get(name);
  if (known !== undefined) return known;
  const made = numberedName(roleOf(buffer.aliasOf ?? buffer), writer.taken);
  writer.arrays.set(name, made);
  return made;
}

/**
 * What an array is to its kernel, for many kernels are one function: the last part of the path of a parameter or state (`weight`,
 * `mean`), `input` for what other kernels make or the batch brings.
 */
function roleOf({ name, role }: Buffer): string {
  if (role === "random") return "uniform";
  if (role !== "parameter" && role !== "state") return "input";
  const last = sanitize(name.slice(name.search(/[^./]*$/)));
  return /^[a-z]\w*$/i.test(last) ? last : role;
}

/** `input`, `input2`, `input3`. */
function numberedName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
  taken.add(name);
  return name;
}

export function numberName(writer: Writer, name: string): string {
  const known = writer.numbers.get(name);
  if (known !== undefined) return known;
  const made = safeName(sanitize(name), writer.taken);
  writer.numbers.set(name, made);
  return made;
}
