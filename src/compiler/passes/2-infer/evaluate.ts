import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import {
  cyclicDeclaration,
  unknownName,
  wrongArguments,
} from "../../base/diagnostics/catalogue/names.ts";
import { outsideDomain } from "../../base/diagnostics/catalogue/hypers.ts";
import { wrongOperand } from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import * as Dims from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import { calculate, compare, negated, plainNumber, refuse } from "./calculate.ts";
import type { Binding, CompileValue, Context, Declaration, Evaluate, Scope } from "./context.ts";
import { count, snippet } from "./describe.ts";
import { callFunction } from "./function-calls.ts";
import { child, lookup, nearestValue } from "./lookup.ts";

/** What an expression comes to at compile time. Names that are bound to nothing stay words, for the argument that asks for them. */
export const evaluate: Evaluate = (context, scope, expression) => {
  switch (expression.kind) {
    case "number":
      return literal(expression);
    case "text":
      return { kind: "text", value: expression.value, span: expression.span };
    case "group":
      return group(context, scope, expression);
    case "reference":
      return reference(context, scope, expression);
    case "unary":
      return unary(context, scope, expression);
    case "binary":
      return binary(context, scope, expression);
    case "range":
      return range(context, scope, expression);
    case "conditional":
      return conditional(context, scope, expression);
    case "sequence":
      return sequence(context, scope, expression);
    case "flow":
      context.report(
        diagnostic(wrongOperand, expression.span, {
          operator: "->",
          expected: "a tensor in a body",
          found: "a flow where a value is needed before training",
        }),
      );
      return undefined;
  }
};

const bytes = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, KB: 1e3, MB: 1e6, GB: 1e9 } as const;

function literal({ value, suffix, unit, integer, span }: Ast.NumberLiteral): CompileValue {
  if (suffix === "x") return { kind: "multiple", value: { multiple: value }, span };
  if (unit === "deg") return { kind: "angle", degrees: value, span };
  if (unit !== undefined && unit in bytes)
    return { kind: "bytes", bytes: value * bytes[unit as keyof typeof bytes], span };
  if (unit !== undefined)
    return {
      kind: "duration",
      value: { amount: value, unit: unit as "epoch" | "step" | "second" | "minute" | "hour" },
      span,
    };
  return integer && Number.isSafeInteger(value)
    ? { kind: "size", dim: Dims.size(value), span }
    : { kind: "number", value, span };
}

/** `(5)` is 5; anything else is a tuple or record. */
function group(context: Context, scope: Scope, expression: Ast.Group): CompileValue | undefined {
  const [first, ...others] = expression.arguments;
  if (first && others.length === 0 && !first.name) return evaluate(context, scope, first.value);
  const items = expression.arguments.map(({ name, value }) => ({
    ...(name && { name }),
    value: evaluate(context, scope, value),
  }));
  if (items.some(({ value }) => value === undefined)) return undefined;
  return {
    kind: "tuple",
    items: items as readonly { readonly name?: Ast.Name; readonly value: CompileValue }[],
    span: expression.span,
  };
}

function reference(
  context: Context,
  scope: Scope,
  expression: Ast.Reference,
): CompileValue | undefined {
  const { path, span } = expression;
  const name = path[0]!.text;
  const binding = lookup(scope, name);
  if (binding) return bound(context, scope, expression, binding);
  const word: CompileValue = {
    kind: "word",
    path,
    ...(expression.arguments && { arguments: expression.arguments }),
    scope,
    span,
  };
  if (path.length > 1) return word;
  if (expression.arguments === undefined)
    return name === "on" || name === "off" ? { kind: "switch", value: name === "on", span } : word;
  const definition = context.library.find("function", name);
  return definition?.kind === "function"
    ? callFunction(context, scope, operandOf, definition, expression)
    : word;
}

function bound(
  context: Context,
  scope: Scope,
  expression: Ast.Reference,
  binding: Binding,
): CompileValue | undefined {
  const { path, span } = expression;
  if (binding.kind === "value") {
    const { value } = binding;
    if (value.kind === "word" && expression.arguments)
      return { ...value, arguments: expression.arguments, scope, span };
    return path.length === 1 || value.kind !== "tensor"
      ? ({ ...value, span } as CompileValue)
      : { kind: "word", path, scope, span };
  }
  const { declaration } = binding;
  const { item } = declaration;
  if (path.length > 1)
    return {
      kind: "word",
      path,
      ...(expression.arguments && { arguments: expression.arguments }),
      scope,
      span,
    };
  if (item.kind === "dim" || item.kind === "hyper") {
    const value = declared(context, { item, scope: declaration.scope }, span);
    return value && ({ ...value, span } as CompileValue);
  }
  return {
    kind: "declaration",
    declaration,
    ...(expression.arguments && { arguments: expression.arguments }),
    scope,
    span,
  };
}

/** The value of a dim or hyper: what the proof fixes, else what `--set` gives, else its own. Each is evaluated once. */
export function declared(
  context: Context,
  declaration: Declaration & { readonly item: Ast.DimItem | Ast.HyperItem },
  at: Span,
): CompileValue | undefined {
  const { item } = declaration;
  if (item.kind === "hyper") context.asked?.(item);
  const fixed = context.fixed?.get(item);
  if (fixed) return fixed;
  if (context.evaluated?.has(item)) return context.evaluated.get(item);
  const inside = enter(context, item, item.name.text, at);
  const value = inside && valueOf(inside, declaration);
  context.evaluated?.set(item, value);
  return value;
}

function valueOf(
  context: Context,
  { item, scope }: Declaration & { readonly item: Ast.DimItem | Ast.HyperItem },
): CompileValue | undefined {
  const override = context.overrides?.get(item);
  const given = override?.expression ?? item.value;
  const value = given && applied(context, override?.scope ?? scope, given);
  if (item.kind === "hyper") return value;
  if (!given) return openDim(context, item, scope);
  const fixed = value && fixedDim(context, value);
  return fixed && (!item.range || isWithin(context, item, scope, fixed, given.span))
    ? fixed
    : undefined;
}

/** A bounded dim is proved for its range, so `--set` cannot leave it. */
function isWithin(
  context: Context,
  item: Ast.DimItem,
  scope: Scope,
  value: CompileValue,
  at: Span,
): boolean {
  const range = openDim(context, item, scope);
  if (range?.kind !== "size" || value.kind !== "size") return false;
  const { from, to } = Dims.bounds(range.dim);
  const size = BigInt(Dims.known(value.dim)!);
  if (from! <= size && size <= to!) return true;
  context.report(
    diagnostic(outsideDomain, at, {
      name: item.name.text,
      found: snippet(at),
      domain: `from ${from} to ${to}`,
    }),
  );
  return false;
}

function fixedDim(context: Context, value: CompileValue): CompileValue | undefined {
  const size = value.kind === "size" ? Dims.known(value.dim) : undefined;
  if (size !== undefined && size >= 1) return value;
  context.report(
    diagnostic(wrongOperand, value.span, {
      operator: "dim",
      expected: "an integer from 1 on",
      found: `\`${snippet(value.span)}\``,
    }),
  );
  return undefined;
}

/** A free or bounded dim: a symbol of its name. */
function openDim(context: Context, item: Ast.DimItem, scope: Scope): CompileValue | undefined {
  const { span, text } = item.name;
  if (!item.range) return { kind: "size", dim: Dims.symbol(text), span };
  const value = evaluate(context, scope, item.range);
  if (!value) return undefined;
  const [from, to] = value.kind === "range" ? [plainNumber(value.from), plainNumber(value.to)] : [];
  if (
    from !== undefined &&
    to !== undefined &&
    Number.isInteger(from) &&
    Number.isInteger(to) &&
    1 <= from &&
    from <= to
  )
    return {
      kind: "size",
      dim: from === to ? Dims.size(from) : Dims.symbol(text, { from, to }),
      span,
    };
  context.report(
    diagnostic(wrongOperand, item.range.span, {
      operator: "in",
      expected: "a range of integers from 1 on such as `1 .. 512`",
      found: `\`${snippet(item.range.span)}\``,
    }),
  );
  return undefined;
}

/** Notes that a declaration is being worked on; undefined (and reported) when it already is. */
export function enter(
  context: Context,
  item: Ast.Item,
  name: string,
  at: Span,
): Context | undefined {
  const expanding = context.expanding ?? [];
  const start = expanding.indexOf(item);
  if (start < 0) return { ...context, expanding: [...expanding, item] };
  const cycle = expanding.slice(start).map((each) => ("name" in each ? each.name.text : name));
  context.report(diagnostic(cyclicDeclaration, at, { cycle }));
  return undefined;
}

/** Like `evaluate`, with the calls of definitions worked out: for numbers. */
export function applied(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
): CompileValue | undefined {
  const value = evaluate(context, scope, expression);
  if (
    value?.kind !== "declaration" ||
    value.declaration.item.kind !== "define" ||
    value.arguments === undefined
  )
    return value;
  return callDefine(
    context,
    scope,
    value.declaration as Declaration & { readonly item: Ast.DefineItem },
    value.arguments,
    value.span,
  );
}

function callDefine(
  context: Context,
  scope: Scope,
  declaration: Declaration & { readonly item: Ast.DefineItem },
  written: readonly Ast.Argument[],
  at: Span,
): CompileValue | undefined {
  const inside = enter(context, declaration.item, declaration.item.name.text, at);
  const parameters =
    inside &&
    bindParameters(context, scope, declaration, declaration.item.parameters, written, at, inside);
  const value = parameters && applied(inside, parameters, declaration.item.body);
  return value && ({ ...value, span: at } as CompileValue);
}

/** A scope in which parameters are bound to what was written for them, or to their defaults (which are evaluated `within`). */
export function bindParameters(
  context: Context,
  scope: Scope,
  declaration: Declaration,
  parameters: readonly Ast.Parameter[],
  written: readonly Ast.Argument[],
  at: Span,
  within: Context = context,
): Scope | undefined {
  const name = "name" in declaration.item ? declaration.item.name.text : "";
  const report = (span: Span, problem: string): undefined => {
    context.report(
      diagnostic(wrongArguments, span, {
        name,
        problem,
        write: `${name}(${parameters.map(showParameter).join(", ")})`,
      }),
    );
    return undefined;
  };
  const given = new Map<string, Ast.Expression>();
  for (const [index, argument] of written.entries()) {
    if (!argument.name && written.slice(0, index).some((before) => before.name))
      return report(argument.span, "arguments without a name come first, then the named ones");
    const parameter = argument.name
      ? parameters.find((each) => each.name.text === argument.name!.text)
      : parameters[index];
    if (!parameter)
      return report(
        argument.span,
        argument.name
          ? `\`${name}\` has no parameter \`${argument.name.text}\``
          : `\`${name}\` takes ${count(parameters.length, "argument")}, found ${written.length}`,
      );
    if (given.has(parameter.name.text))
      return report(argument.span, `\`${parameter.name.text}\` is given twice`);
    given.set(parameter.name.text, argument.value);
  }
  let inside = declaration.scope;
  for (const parameter of parameters) {
    const argument = given.get(parameter.name.text);
    const expression = argument ?? parameter.default;
    if (!expression)
      return report(at, `\`${parameter.name.text}\` has no default and must be given`);
    const value = argument
      ? applied(context, scope, expression)
      : applied(within, inside, expression);
    if (!value) return undefined;
    inside = child(inside, [[parameter.name.text, { kind: "value", value, span: parameter.span }]]);
  }
  return inside;
}

function showParameter({ name, default: fallback }: Ast.Parameter): string {
  return fallback ? `${name.text} = ${snippet(fallback.span)}` : name.text;
}

function unary(context: Context, scope: Scope, expression: Ast.Unary): CompileValue | undefined {
  const operand = operandOf(context, scope, expression.operand);
  if (!operand) return undefined;
  if (expression.operator === "-") return negated(context, operand, expression.span);
  if (operand.kind === "switch")
    return { kind: "switch", value: !operand.value, span: expression.span };
  return refuse(context, "not", "a condition", operand);
}

function binary(context: Context, scope: Scope, expression: Ast.Binary): CompileValue | undefined {
  const { operator } = expression;
  if (operator === "and" || operator === "or") return logical(context, scope, expression, operator);
  const comparing =
    operator !== "+" &&
    operator !== "-" &&
    operator !== "*" &&
    operator !== "/" &&
    operator !== "^";
  const operand = comparing ? applied : operandOf;
  const left = operand(context, scope, expression.left);
  const right = operand(context, scope, expression.right);
  if (!left || !right) return undefined;
  return comparing
    ? compare(context, scope, expression, left, right)
    : calculate(context, expression, left, right);
}

/** The right side is looked at only where the left leaves the answer open. */
function logical(
  context: Context,
  scope: Scope,
  expression: Ast.Binary,
  operator: "and" | "or",
): CompileValue | undefined {
  const left = condition(context, scope, expression.left, operator);
  if (left === undefined) return undefined;
  const value =
    left === (operator === "or") ? left : condition(context, scope, expression.right, operator);
  return value === undefined ? undefined : { kind: "switch", value, span: expression.span };
}

/** A condition, decided. */
export function condition(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
  operator: string,
): boolean | undefined {
  const value = operandOf(context, scope, expression);
  if (!value || value.kind === "switch") return value?.value;
  return refuse(context, operator, "a condition", value);
}

/** A value that is calculated with: a word is then an unknown name. */
function operandOf(
  context: Context,
  scope: Scope,
  expression: Ast.Expression,
): CompileValue | undefined {
  const value = applied(context, scope, expression);
  if (value?.kind !== "word") return value;
  reportUnknown(context, scope, value.path);
  return undefined;
}

export function reportUnknown(context: Context, scope: Scope, path: readonly Ast.Name[]): void {
  const first = path[0]!;
  const suggestion = nearestValue(context, scope, first.text);
  const fixes =
    suggestion === undefined
      ? []
      : [{ title: `Write \`${suggestion}\``, edits: [{ span: first.span, text: suggestion }] }];
  context.report(
    diagnostic(unknownName, first.span, { name: first.text, what: "value", suggestion }, { fixes }),
  );
}

function range(context: Context, scope: Scope, expression: Ast.Range): CompileValue | undefined {
  const from = operandOf(context, scope, expression.from);
  const to = operandOf(context, scope, expression.to);
  return from && to && { kind: "range", from, to, span: expression.span };
}

function conditional(
  context: Context,
  scope: Scope,
  expression: Ast.Conditional,
): CompileValue | undefined {
  const decided = condition(context, scope, expression.condition, "if");
  if (decided === undefined) return undefined;
  return evaluate(context, scope, decided ? expression.then : expression.else);
}

function sequence(
  context: Context,
  scope: Scope,
  expression: Ast.Sequence,
): CompileValue | undefined {
  const parts = expression.parts.map((part) => evaluate(context, scope, part));
  return parts.includes(undefined)
    ? undefined
    : { kind: "sequence", parts: parts as readonly CompileValue[], span: expression.span };
}
