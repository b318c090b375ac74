import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as names from "../../base/diagnostics/catalogue/names.ts";
import * as shapes from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import { textOf } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Value } from "../../typed/program.ts";
import type { CompileValue, Scope } from "./context.ts";
import { broken } from "./elaboration.ts";
import type { Frame } from "./elaboration.ts";
import { count } from "./describe.ts";
import { reportUnknown } from "./evaluate.ts";
import { mentionsTensor } from "./mentions.ts";
import { asTensor, callFunction } from "./operands.ts";
import type { StageMeaning } from "./stages.ts";

export function unbound(frame: Frame, scope: Scope, path: readonly Ast.Name[]): undefined {
  const [first] = path;
  if (frame.shared.has(first!.text))
    frame.context.report(
      diagnostic(names.wrongKindOfName, first!.span, {
        name: first!.text,
        expected: "a value",
        found: `a shared stage; write \`x -> ${first!.text}\``,
      }),
    );
  else if (frame.later.has(first!.text))
    frame.context.report(diagnostic(names.usedTooEarly, first!.span, { name: first!.text }));
  else reportUnknown(frame.context, scope, path);
  return undefined;
}

/** `pair.code`: one of several results. */
export function member(
  frame: Frame,
  value: CompileValue,
  path: readonly Ast.Name[],
  span: Span,
): CompileValue | undefined {
  const [first, second] = path;
  if (value.kind === "tensor" && value.value === broken) return undefined;
  const items = value.kind === "tuple" ? value.items : [];
  const found = items.find(({ name }) => name?.text === second!.text);
  if (found && path.length === 2) return { ...found.value, span } as CompileValue;
  const known = items.flatMap(({ name }) => name?.text ?? []);
  const suggestion = suggest(second!.text, known);
  frame.context.report(
    diagnostic(names.unknownMember, second!.span, {
      name: second!.text,
      of: `\`${first!.text}\``,
      known,
      suggestion,
    }),
  );
  return undefined;
}

export function calledFunction(
  frame: Frame,
  definition: Extract<StageMeaning, { kind: "function" }>["definition"],
  found: readonly Value[],
  expression: Ast.Reference,
  written: readonly Ast.Argument[],
): CompileValue | undefined {
  const { operands, variadic, name } = definition;
  if (variadic ? found.length >= 2 : found.length === operands.length) {
    return tensor(
      callFunction(
        frame,
        definition,
        found,
        expression.span,
        written.map(({ value }) => value.span),
      ),
      expression.span,
    );
  }
  const problem = `\`${name}\` takes ${variadic ? "2 values or more" : count(operands.length, "value")}, found ${found.length}`;
  frame.context.report(
    diagnostic(names.wrongArguments, expression.span, {
      name,
      problem,
      write: `${name}(${operands.join(", ")}${variadic ? ", …" : ""})`,
    }),
  );
  return undefined;
}

/** `dense(x, 10)`: the stage to write in its place. */
export function refuseCall(
  frame: Frame,
  scope: Scope,
  expression: Ast.Reference,
  written: readonly Ast.Argument[],
  meaning: StageMeaning,
): undefined {
  const name = expression.path[0]!;
  const isOperand = (argument: Ast.Argument) =>
    !argument.name && mentionsTensor(scope, argument.value);
  const operands = written.filter(isOperand).map(({ value }) => textOf(value.span));
  const rest = written.filter((argument) => !isOperand(argument)).map(({ span }) => textOf(span));
  const source = operands.length === 1 ? operands[0]! : `(${operands.join(", ")})`;
  const instead = `${source} -> ${name.text}${rest.length > 0 ? `(${rest.join(", ")})` : ""}`;
  const owns =
    meaning.kind === "block" ||
    (meaning.kind === "layer" && meaning.definition.weights !== undefined);
  const fixes = [
    { title: `Write \`${instead}\``, edits: [{ span: expression.span, text: `(${instead})` }] },
  ];
  frame.context.report(
    diagnostic(
      names.ownsParameters,
      expression.span,
      { name: name.text, what: owns ? "owns parameters" : "is a layer", instead },
      { fixes },
    ),
  );
  return undefined;
}

export function refuseOutside(frame: Frame, name: Ast.Name): undefined {
  frame.context.report(
    diagnostic(names.ownsParameters, name.span, {
      name: name.text,
      what: "is a layer of a model",
      instead: "a value of the model, named with `as`",
    }),
  );
  return undefined;
}

export function refuseSeveral(frame: Frame, name: Ast.Name, found: number): undefined {
  frame.context.report(
    diagnostic(shapes.wrongInputs, name.span, {
      name: name.text,
      expected: "1 value",
      found: count(found, "value"),
      write: `x -> ${name.text}`,
    }),
  );
  return undefined;
}

/** One value, or the values of a list or record with their names. */
export function tensorsOf(
  frame: Frame,
  input: CompileValue,
): readonly { readonly name?: string; readonly value: Value }[] | undefined {
  if (input.kind !== "tuple") {
    const value = asTensor(frame, input);
    return value && [{ value }];
  }
  const found = input.items.map(({ name, value }) => ({
    ...(name && { name: name.text }),
    value: asTensor(frame, value),
  }));
  return found.some(({ value }) => value === undefined)
    ? undefined
    : (found as readonly { readonly name?: string; readonly value: Value }[]);
}

/** A tensor as the value of an expression. */
export function tensor(value: Value | undefined, span: Span): CompileValue | undefined {
  return value && { kind: "tensor", value, span };
}
