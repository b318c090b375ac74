import { invariant } from "../../../compiler/base/invariant.ts";
import type { Access, Affine, PlanAxis } from "../../../compiler/plan/plan.ts";
import { affine } from "../../../compiler/plan/affine.ts";
import { insideText, placeText } from "./index-text.ts";
import type { Projection } from "../projection.ts";
import { arrayName, numberName, type Block, type Writer } from "./writer.ts";

/** Terms added in one iteration of the innermost loop: one addition to the accumulator then waits for the others' no longer. */
const unrolled = 4;

/** A sum of load × load: products and convolutions. */
export function isProduct({ combine, term, reduce }: Projection): boolean {
  return (
    combine === "sum" &&
    reduce.length > 0 &&
    term?.kind === "apply" &&
    term.op === "multiply" &&
    term.args.every((arg) => arg.kind === "load")
  );
}

interface Product {
  readonly writer: Writer;
  readonly loads: readonly Access[];
  readonly axes: readonly PlanAxis[];
  readonly lines: string[];
  /** Indices that have names: those of outer loops are visible further in. */
  readonly indices: Map<string, string>;
}

/**
 * The loops of a product. A factor outside of its buffer makes the term 0, so the tests for that stand in front of the
 * outermost loop that they do not depend on; the innermost loop adds four terms at a time.
 */
export function productLines(writer: Writer): readonly string[] {
  const { term, reduce, axes } = writer.projection;
  invariant(term?.kind === "apply", "a product is a multiplication");
  const loads = term.args.flatMap((arg) => (arg.kind === "load" ? [arg.access] : []));
  const product: Product = {
    writer,
    loads,
    axes: reduce.map((name) => axes.find((axis) => axis.name === name)!),
    lines: [],
    indices: new Map(),
  };
  level(product, 0, "  ");
  return product.lines;
}

/** What stands inside of the first `depth` loops: its tests, then the next loop or the sum itself. */
function level(product: Product, depth: number, indent: string): void {
  const { lines, axes } = product;
  const tests = testsAt(product, depth, indent);
  const inner = tests.length === 0 ? indent : `${indent}  `;
  if (tests.length > 0) lines.push(`${indent}if (${tests.join(" && ")}) {`);
  const axis = axes[depth];
  if (axis === undefined) lines.push(`${inner}accumulator += ${termText(product, 0, inner)};`);
  else if (depth === axes.length - 1 && canUnroll(product, axis))
    lines.push(...unrolledLines(product, axis, inner));
  else {
    lines.push(`${inner}${loopText(axis.name, 0, axis.extent, 1)}`);
    level(product, depth + 1, `${inner}  `);
    lines.push(`${inner}}`);
  }
  if (tests.length > 0) lines.push(`${indent}}`);
}

function loopText(name: string, from: number, to: number, step: number): string {
  return `for (let ${name} = ${from}; ${name} < ${to}; ${step === 1 ? `${name}++` : `${name} += ${step}`}) {`;
}

/** The tests that can first be made inside of `depth` loops. */
function testsAt(product: Product, depth: number, indent: string): readonly string[] {
  const { writer, loads, axes, lines, indices } = product;
  const block: Block = { lines, indent, known: new Map(), indices, repeated: new Set(), absent: 0 };
  const latest = axes[depth - 1];
  const tests = loads.flatMap(({ buffer, index }) =>
    index.flatMap((one, dimension) =>
      depthOf(product, one) === depth
        ? (insideText(writer, one, buffer.shape[dimension]!, block) ?? [])
        : [],
    ),
  );
  if (latest?.batch === true) tests.unshift(`${latest.name} < ${numberName(writer, "rows")}`);
  return [...new Set(tests)];
}

/** How many loops an index needs around it. */
function depthOf({ axes }: Product, index: Affine): number {
  return Math.max(
    0,
    ...index.terms.map(([name]) => axes.findIndex((axis) => axis.name === name) + 1),
  );
}

/** Only a loop whose places move evenly and need no test of their own (but for the rows of the batch). */
function canUnroll(product: Product, axis: PlanAxis): boolean {
  if (axis.extent < 2 * unrolled) return false;
  return product.loads.every(({ buffer, index }) =>
    index.every((one, dimension) => {
      if (!one.terms.some(([name]) => name === axis.name)) return true;
      const probe: Block = {
        lines: [],
        indent: "",
        known: new Map(),
        indices: new Map(),
        repeated: new Set(),
        absent: 0,
      };
      return (
        one.divisor === undefined &&
        insideText(product.writer, one, buffer.shape[dimension]!, probe) === undefined
      );
    }),
  );
}

/** The term as it is `ahead` iterations of the innermost loop later. */
function termText(
  { writer, loads, axes, indices }: Product,
  ahead: number,
  indent: string,
): string {
  const innermost = axes[axes.length - 1]!.name;
  const block: Block = {
    lines: [],
    indent,
    known: new Map(),
    indices,
    repeated: new Set(),
    absent: 0,
  };
  const factors = loads.map(({ buffer, index }) => {
    const moved = index.map((one) => {
      const step = one.terms.find(([name]) => name === innermost)?.[1] ?? 0;
      return step === 0 || ahead === 0
        ? one
        : affine(one.constant + step * ahead, one.terms, one.divisor);
    });
    return `${arrayName(writer, buffer)}[${placeText(writer, { buffer, index: moved }, block)}]`;
  });
  return factors.join(" * ");
}

function unrolledLines(product: Product, axis: PlanAxis, indent: string): readonly string[] {
  const whole = axis.extent - (axis.extent % unrolled);
  const terms = Array.from({ length: unrolled }, (_, ahead) => termText(product, ahead, indent));
  const rows = axis.batch === true ? numberName(product.writer, "rows") : undefined;
  const inner = `${indent}  `;
  const sum = (at: string): readonly string[] => [
    `${at}accumulator += ${terms[0]!}`,
    ...terms.slice(1).map((term, place) => `${at}  + ${term}${place === unrolled - 2 ? ";" : ""}`),
  ];
  const body =
    rows === undefined
      ? sum(inner)
      : [
          `${inner}if (${axis.name} + ${unrolled - 1} < ${rows}) {`,
          ...sum(`${inner}  `),
          `${inner}} else {`,
          ...terms
            .slice(0, -1)
            .map(
              (term, ahead) =>
                `${inner}  if (${axis.name}${ahead === 0 ? "" : ` + ${ahead}`} < ${rows}) { accumulator += ${term}; }`,
            ),
          `${inner}}`,
        ];
  const rest =
    rows === undefined
      ? `accumulator += ${terms[0]!};`
      : `if (${axis.name} < ${rows}) { accumulator += ${terms[0]!}; }`;
  return [
    `${indent}${loopText(axis.name, 0, whole, unrolled)}`,
    ...body,
    `${indent}}`,
    ...(whole === axis.extent
      ? []
      : [
          `${indent}${loopText(axis.name, whole, axis.extent, 1)}`,
          `${inner}${rest}`,
          `${indent}}`,
        ]),
  ];
}
