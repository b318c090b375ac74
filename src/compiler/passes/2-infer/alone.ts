import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as Dims from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import { checkResult, openFrame } from "./block.ts";
import type { CompileValue, Context, Declaration, Scope } from "./context.ts";
import { newElaboration, rootFrame } from "./elaboration.ts";
import { evaluate } from "./evaluate.ts";
import { child } from "./lookup.ts";
import { inferInput } from "./model.ts";
import { inferBody } from "./tensor.ts";
import { bindOwnSymbols } from "./types.ts";

/**
 * A block by itself, its inputs of any size that the signature allows and its parameters at their defaults, or else any
 * integer. What cannot be decided without a caller is left to the uses; with a parameter of unknown kind so are all but names.
 */
export function proveBlock(
  context: Context,
  declaration: Declaration & { readonly item: Ast.BlockItem },
): void {
  const { item } = declaration;
  const found: Diagnostic[] = [];
  const quiet: Context = {
    ...context,
    counter: { next: 0 },
    report: (diagnostic) => void found.push(diagnostic),
  };
  const scope = bindOwnSymbols(parametersOf(quiet, declaration), item.inputs);
  const frame = openFrame(rootFrame(newElaboration({ alone: true }), quiet), item, scope, "");
  if (!item.inputs.map((port) => inferInput(frame, port)).includes(undefined)) {
    const value = inferBody(frame, item.body, item.name.span);
    if (value) checkResult(frame, scope, item, value, item.name.span);
  }
  const guessed = item.parameters.some((parameter) => parameter.default === undefined);
  const isCertain = (code: string) => (guessed ? aboutNames.has(code) : !aboutRelations.has(code));
  for (const diagnostic of found) if (isCertain(diagnostic.code)) context.report(diagnostic);
}

/** Parameters at their defaults, or else any integer. */
function parametersOf(
  context: Context,
  { item, scope }: Declaration & { readonly item: Ast.BlockItem },
): Scope {
  let inside = scope;
  for (const { name, default: fallback, span } of item.parameters) {
    const value: CompileValue = (fallback && evaluate(context, inside, fallback)) ?? {
      kind: "size",
      dim: Dims.symbol(name.text),
      span,
    };
    inside = child(inside, [[name.text, { kind: "value", value, span }]]);
  }
  return inside;
}

/** Tests that are open without a caller, and relations between sizes that only a caller can know. */
const aboutRelations = new Set([
  "NN0301",
  "NN0303",
  "NN0304",
  "NN0305",
  "NN0306",
  "NN0313",
  "NN0415",
]);
/** Unknown names and stages, missing and second returns, items of later versions: certain whatever a parameter is. */
const aboutNames = new Set([
  "NN0201",
  "NN0204",
  "NN0206",
  "NN0207",
  "NN0316",
  "NN0317",
  "NN0401",
  "NN0901",
]);
