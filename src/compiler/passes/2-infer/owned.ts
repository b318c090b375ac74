import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { wrongElement } from "../../base/diagnostics/catalogue/shapes.ts";
import type { Use } from "../../library/arguments.ts";
import type { InitializerDefinition } from "../../library/definition.ts";
import * as Dims from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Value, Weight } from "../../typed/program.ts";
import { printType } from "./agreement.ts";
import { isFixed } from "./apply.ts";
import { checkUse } from "./arguments.ts";
import { addValue, pathTo } from "./elaboration.ts";
import type { Frame } from "./elaboration.ts";
import { collectRule } from "./rules.ts";
import { tensorType } from "./types.ts";

/** A trainable tensor of a body; fans as of a matrix from all axes but the last to the last. */
export function makeParameter(frame: Frame, statement: Ast.ParameterStatement): Value | undefined {
  const { context, scope, elaboration } = frame;
  const type = tensorType(context, scope, statement.type);
  const initializer = checkUse(
    context,
    scope,
    "initializer",
    statement.name.text,
    statement.init,
  ) as Use<InitializerDefinition> | undefined;
  if (!type || !initializer) return undefined;
  if (type.element.kind !== "f32") {
    context.report(
      diagnostic(wrongElement, statement.type.span, {
        where: "a `parameter`",
        expected: "f32",
        found: printType(type),
      }),
    );
    return undefined;
  }
  const path = pathTo(frame.prefix, statement.name.text);
  const shape = type.axes.map(({ size }) => size);
  if (!isFixed(frame, path, shape, statement.type.span)) return undefined;
  const base: Weight = {
    path,
    role: "parameters",
    owner: "parameter",
    shape,
    fanIn: Dims.multiply(...shape.slice(0, -1)),
    fanOut: shape.at(-1) ?? Dims.size(1),
    initializer,
    span: statement.span,
  };
  const weight = frame.reuse ? (elaboration.weights.get(path) ?? base) : base;
  elaboration.weights.set(path, weight);
  return addValue(
    frame,
    type,
    statement.span,
    { kind: "parameter", weight },
    [],
    statement.name.text,
  );
}

/** A rule of a body, with the path of this use of it. */
export function inferRule(frame: Frame, statement: Ast.Rule): void {
  if (frame.reuse) return;
  const { level, name } = frame.owner;
  // What a rule sets changes no shape, so the proof need not go through the hypers that it asks for.
  const { asked: _, ...context } = frame.context;
  const rule = collectRule(context, frame.scope, statement, {
    level,
    name,
    prefix: frame.prefix,
    depth: frame.depth,
  });
  if (rule) frame.elaboration.rules.push(rule);
}
