import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import * as Dims from "../../ir/dim.ts";
import type { Dim } from "../../ir/dim.ts";
import type { Axis, Element, TensorType } from "../../ir/type.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Binding, Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { evaluate, reportUnknown } from "./evaluate.ts";
import { child, lookup } from "./lookup.ts";
import { printType } from "./agreement.ts";

/** A bare name: `h` in `f32[B, h]`. */
export function bareName(size: Ast.Expression): Ast.Name | undefined {
  return size.kind === "reference" && size.path.length === 1 && size.arguments === undefined
    ? size.path[0]
    : undefined;
}

/** Whether a bare name of a signature is a symbol that the caller binds: anything but a dim or a parameter. */
export function isSymbol(scope: Scope, name: string): boolean {
  const binding = lookup(scope, name);
  return !binding || (binding.kind === "declaration" && binding.declaration.item.kind !== "dim");
}

/** Binds every symbol of the inputs of a model (or of a block by itself) to itself: any size from 1 on. */
export function bindOwnSymbols(scope: Scope, inputs: readonly Ast.Port[]): Scope {
  const bound = new Map<string, Binding>();
  for (const { type } of inputs) {
    for (const size of [...type.axes.map((axis) => axis.size), ...(type.of ? [type.of] : [])]) {
      const name = bareName(size);
      if (!name || bound.has(name.text) || !isSymbol(scope, name.text)) continue;
      bound.set(name.text, {
        kind: "value",
        value: { kind: "size", dim: Dims.symbol(name.text), span: name.span },
        span: name.span,
        symbol: true,
      });
    }
  }
  return child(scope, bound);
}

/** A written type, all of whose names are bound; reports and gives undefined where it has none. */
export function tensorType(
  context: Context,
  scope: Scope,
  node: Ast.TensorNode,
): TensorType | undefined {
  const element = readElement(context, scope, node);
  const axes = node.axes.map((axis) => readAxis(context, scope, axis));
  if (!element || axes.includes(undefined)) return undefined;
  const type: TensorType = { element, axes: axes as readonly Axis[] };
  return checkAxisNames(context, node) && checkExtent(context, type, node.span) ? type : undefined;
}

function readElement(context: Context, scope: Scope, node: Ast.TensorNode): Element | undefined {
  const { text, span } = node.element;
  if ((text === "f32" || text === "bool") && !node.of) return { kind: text };
  if (text === "class" && node.of) {
    const count = readSize(context, scope, node.of, "the number of classes");
    return count && { kind: "class", count };
  }
  if (text === "class") {
    context.report(
      diagnostic(
        messages.classWithoutCount,
        node.span,
        { written: snippet(node.span) },
        {
          fixes: [
            {
              title: "Say of how many classes",
              edits: [{ span: { ...node.span, start: node.span.end }, text: " of 10" }],
            },
          ],
        },
      ),
    );
    return undefined;
  }
  const suggestion =
    text === "f32" || text === "bool" ? text : suggest(text, ["f32", "bool", "class"]);
  const found = node.of ? `${text} … of` : text;
  context.report(
    diagnostic(messages.unknownElement, span, {
      found,
      suggestion:
        suggestion ?? (/^(f|float|double|tensor|int|bf)\w*$/i.test(text) ? "f32" : undefined),
    }),
  );
  return undefined;
}

function readAxis(context: Context, scope: Scope, axis: Ast.AxisNode): Axis | undefined {
  const size = readSize(context, scope, axis.size, axis.name ? `\`${axis.name.text}\`` : "an axis");
  if (!size) return undefined;
  const name = axisName(scope, axis);
  return name === undefined ? { size } : { name, size };
}

/** A bare name that is a dim or a symbol is also the axis's name; that of a parameter is a formula like any other. */
export function axisName(scope: Scope, axis: Ast.AxisNode): string | undefined {
  if (axis.name) return axis.name.text === "_" ? undefined : axis.name.text;
  const bare = bareName(axis.size);
  if (!bare) return undefined;
  const binding = lookup(scope, bare.text);
  if (!binding) return bare.text;
  if (binding.kind === "declaration")
    return binding.declaration.item.kind === "dim" ? bare.text : undefined;
  return binding.symbol ? bare.text : undefined;
}

export function readSize(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
  what: string,
): Dim | undefined {
  const value = evaluate(context, scope, expression);
  if (!value) return undefined;
  if (value.kind === "word") {
    reportUnknown(context, scope, value.path);
    return undefined;
  }
  if (value.kind !== "size") {
    context.report(
      diagnostic(messages.wrongOperand, expression.span, {
        operator: "[ ]",
        expected: "an integer for the size of an axis",
        found: describeValue(value, expression.span),
      }),
    );
    return undefined;
  }
  const number = Dims.known(value.dim);
  if (number !== undefined && number >= 1) return value.dim;
  const { from, to } = Dims.bounds(value.dim);
  if ((to === undefined || to >= 1n) && (Dims.known(value.dim) === undefined || from! >= 1n))
    return value.dim;
  context.report(
    diagnostic(messages.sizeBelowOne, expression.span, {
      axis: what,
      size: snippet(expression.span),
    }),
  );
  return undefined;
}

function checkAxisNames(context: Context, node: Ast.TensorNode): boolean {
  const seen = new Set<string>();
  let fine = true;
  for (const axis of node.axes) {
    const name = axis.name ?? bareName(axis.size);
    if (!name || name.text === "_") continue;
    if (seen.has(name.text) && axis.name) {
      context.report(diagnostic(messages.duplicateAxis, name.span, { name: name.text }));
      fine = false;
    }
    seen.add(name.text);
  }
  return fine;
}

const mostElements = 2n ** 31n;

/** At most 8 axes and, without the batch, 2^31 elements. */
export function checkExtent(context: Context, type: TensorType, at: Span): boolean {
  if (type.axes.length > 8) {
    context.report(diagnostic(messages.tooManyAxes, at, { rank: type.axes.length }));
    return false;
  }
  const sizes = type.axes.map(({ size }) => Dims.bounds(size));
  const least = sizes.reduce(
    (product, { from }) => product * (from !== undefined && from > 1n ? from : 1n),
    1n,
  );
  const tooLarge = type.axes.some(({ size }) => Dims.isTooLarge(size));
  if (least <= mostElements && !tooLarge) return true;
  context.report(
    diagnostic(messages.tooManyElements, at, {
      type: printType(type),
      count: tooLarge ? "too many" : String(least),
    }),
  );
  return false;
}
