import type { CstNode } from "chevrotain";
import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/syntax.ts";
import type { Path, PathStep, Rule, Setting, Settings, Statement } from "../ast.ts";
import type { Token } from "../tokens.ts";
import {
  documented,
  nameIn,
  nameOf,
  node,
  nodes,
  spanOf,
  spanOfToken,
  tokens,
  type BuildContext,
} from "./context.ts";
import { buildCall, expressionIn } from "./expressions.ts";
import { buildTensor } from "./tensors.ts";

export function buildBody(context: BuildContext, of: CstNode | undefined): readonly Statement[] {
  return (of ? nodes(of, "statement") : []).flatMap((statement) =>
    buildStatement(context, statement),
  );
}

function buildStatement(context: BuildContext, of: CstNode): readonly Statement[] {
  const rule = node(of, "rule");
  if (rule) return [buildRule(context, rule)];
  const head = { span: spanOf(context, of), ...documented(context, of) };
  const call = node(of, "call");
  const type = node(of, "tensor");
  if (call)
    return [{ kind: "shared", ...head, name: nameIn(context, of), call: buildCall(context, call) }];
  if (!node(of, "expression")) return [];
  const value = expressionIn(context, of, "expression");
  if (type)
    return [
      {
        kind: "parameter",
        ...head,
        name: nameIn(context, of),
        type: buildTensor(context, type),
        init: value,
      },
    ];
  if (of.children["ReturnWord"]) return [{ kind: "return", ...head, value }];
  return [{ kind: "binding", ...head, name: nameIn(context, of), value }];
}

function buildRule(context: BuildContext, of: CstNode): Rule {
  return {
    kind: "rule",
    span: spanOf(context, of),
    ...documented(context, of),
    target: nameIn(context, of, "target"),
    paths: nodes(of, "path").map((path) => buildPath(context, path)),
    of: tokens(of, "kind").map((token) => nameOf(context, token)),
    settings: buildRuleSettings(context, of),
  };
}

function buildPath(context: BuildContext, of: CstNode): Path {
  return {
    span: spanOf(context, of),
    steps: nodes(of, "step").map((step) => buildStep(context, step)),
  };
}

function buildStep(context: BuildContext, of: CstNode): PathStep {
  const numbers = tokens(of, "Integer");
  for (const number of numbers) if (Number(number.image) === 0) reportZero(context, number);
  const [from, to] = numbers.map((number) => Number(number.image));
  return {
    span: spanOf(context, of),
    name: nameIn(context, of),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function reportZero(context: BuildContext, number: Token): void {
  const span = spanOfToken(context, number);
  context.report(
    diagnostic(
      messages.repetitionFromZero,
      span,
      { found: number.image },
      { fixes: [{ title: "count from 1", edits: [{ span, text: "1" }] }] },
    ),
  );
}

/** The braces of `parent`; empty ones at its end where recovery found none. */
export function buildRuleSettings(context: BuildContext, parent: CstNode): Settings {
  const of = node(parent, "settings");
  const { source, end } = spanOf(context, parent);
  if (!of) return { span: { source, start: end, end }, entries: [] };
  return {
    span: spanOf(context, of),
    entries: nodes(of, "entry").map((entry) => buildEntry(context, entry)),
  };
}

function buildEntry(context: BuildContext, of: CstNode): Setting | Rule {
  if (of.name === "rule") return buildRule(context, of);
  return {
    kind: "setting",
    span: spanOf(context, of),
    ...documented(context, of),
    name: nameIn(context, of),
    value: expressionIn(context, of, "value"),
  };
}
