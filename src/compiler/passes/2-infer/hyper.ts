import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import { badDomain, outsideDomain } from "../../base/diagnostics/catalogue/hypers.ts";
import { textOf, type Span } from "../../base/source.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedHyper } from "../../typed/program.ts";
import { numberOf } from "./argument-values.ts";
import { useOf } from "./arguments.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { isSameChoice } from "./equality.ts";
import { declared, evaluate } from "./evaluate.ts";

/** A hyper with the value of this compilation; its domain makes sense and holds the default and what `--set` gave. */
export function inferHyper(
  context: Context,
  scope: Scope,
  item: Ast.HyperItem,
): TypedHyper | undefined {
  const value = declared(context, { item, scope }, item.name.span);
  const domain = item.domain && checkDomain(context, scope, item.domain);
  checkWhen(context, scope, item);
  if (!value) return undefined;
  const override = context.overrides?.get(item);
  if (domain && item.domain) {
    const before = override && evaluate(context, scope, item.value);
    if (before) checkInside(context, item, item.domain, domain, before, item.value.span);
    checkInside(
      context,
      item,
      item.domain,
      domain,
      value,
      override?.expression.span ?? item.value.span,
    );
  }
  const plain = plainValue(context, scope, item, value);
  if (plain === undefined) return undefined;
  return {
    name: item.name.text,
    value: plain,
    span: item.name.span,
    ...(item.documentation === undefined ? {} : { documentation: item.documentation }),
  };
}

function plainValue(
  context: Context,
  scope: Scope,
  item: Ast.HyperItem,
  value: CompileValue,
): TypedHyper["value"] | undefined {
  const number = numberOf(value);
  if (number !== undefined) return number;
  if (value.kind === "switch") return value.value;
  if (value.kind === "text") return value.value;
  const called =
    value.kind === "word" && value.arguments && value.path.length === 1
      ? value.path[0]!.text
      : undefined;
  const definition =
    called === undefined ? undefined : context.library.all().find((each) => each.name === called);
  if (definition) return useOf(context, scope, definition.kind, value, value.span);
  if (value.kind === "word" || value.kind === "declaration" || value.kind === "duration")
    return textOf(value.kind === "declaration" ? item.value.span : value.span);
  const expected = "a number, `on` or `off`, a symbol or a call";
  context.report(
    diagnostic(wrongKindOfValue, item.value.span, {
      name: item.name.text,
      expected,
      found: describeValue(value, item.value.span),
    }),
  );
  return undefined;
}

function checkWhen(context: Context, scope: Scope, { name, when }: Ast.HyperItem): void {
  const condition = when && evaluate(context, scope, when);
  if (!when || !condition || condition.kind === "switch") return;
  context.report(
    diagnostic(wrongKindOfValue, when.span, {
      name: `when of ${name.text}`,
      expected: "a condition such as `algorithm == sgd`",
      found: describeValue(condition, when.span),
    }),
  );
}

type ReadDomain =
  | { readonly kind: "choices"; readonly choices: readonly CompileValue[] }
  | {
      readonly kind: "interval";
      readonly from: number;
      readonly to: number;
      readonly by: number | undefined;
    };

function checkDomain(context: Context, scope: Scope, domain: Ast.Domain): ReadDomain | undefined {
  const refuse = (problem: string, span: Span = domain.span) => {
    context.report(diagnostic(badDomain, span, { problem }));
    return undefined;
  };
  if (domain.kind === "choices") {
    const choices = domain.choices.map((choice) => evaluate(context, scope, choice));
    if (choices.includes(undefined)) return undefined;
    const all = choices.filter((choice) => choice !== undefined);
    const twice = all.findIndex((choice, index) =>
      all.slice(0, index).some((earlier) => sameValue(earlier, choice)),
    );
    return twice < 0
      ? { kind: "choices", choices: all }
      : refuse(
          `\`${snippet(domain.choices[twice]!.span)}\` is among the choices twice`,
          domain.choices[twice]!.span,
        );
  }
  const number = (expression: Ast.Expression | undefined) => {
    const value = expression && evaluate(context, scope, expression);
    return value && numberOf(value);
  };
  const [from, to, by] = [number(domain.from), number(domain.to), number(domain.by)];
  if (from === undefined || to === undefined)
    return refuse("a domain is `{ 64, 128 }` or a range of numbers such as `1e-5 .. 1e-1`");
  if (from >= to) return refuse(`a range goes up, and ${from} .. ${to} does not`);
  if (domain.logarithmic && from <= 0)
    return refuse(
      `a \`log\` range must lie above 0, and this one begins at ${from}`,
      domain.from.span,
    );
  if (domain.by && (by === undefined || by <= 0 || by > to - from))
    return refuse(
      `the steps of a range are above 0 and at most its length, ${to - from}`,
      domain.by.span,
    );
  return { kind: "interval", from, to, by };
}

function checkInside(
  context: Context,
  item: Ast.HyperItem,
  written: Ast.Domain,
  domain: ReadDomain,
  value: CompileValue,
  at: Span,
): void {
  if (isInside(domain, value)) return;
  const found = at.source.path.startsWith("--set") ? textOf(at) : snippet(at);
  const related = [{ span: written.span, message: "the domain" }];
  context.report(
    diagnostic(
      outsideDomain,
      at,
      { name: item.name.text, found, domain: showDomain(written) },
      { related },
    ),
  );
}

function isInside(domain: ReadDomain, value: CompileValue): boolean {
  if (domain.kind === "choices") return domain.choices.some((choice) => sameValue(choice, value));
  const number = numberOf(value);
  if (number === undefined || number < domain.from || number > domain.to) return false;
  if (domain.by === undefined) return true;
  const steps = (number - domain.from) / domain.by;
  return Math.abs(steps - Math.round(steps)) < 1e-9;
}

function sameValue(left: CompileValue, right: CompileValue): boolean {
  const [first, second] = [numberOf(left), numberOf(right)];
  if (first !== undefined || second !== undefined) return first === second;
  return isSameChoice(left, right);
}

function showDomain(domain: Ast.Domain): string {
  if (domain.kind === "choices") return `one of ${snippet(domain.span)}`;
  const by = domain.by ? ` in steps of ${snippet(domain.by.span)}` : "";
  return `from ${snippet(domain.from.span)} to ${snippet(domain.to.span)}${by}`;
}
