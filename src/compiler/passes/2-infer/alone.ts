import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type * as Ast from "../../syntax/ast.ts";
import { checkResult, openFrame } from "./block.ts";
import type { Context, Declaration, Scope } from "./context.ts";
import { newElaboration } from "./elaboration.ts";
import { evaluate } from "./evaluate.ts";
import { child } from "./lookup.ts";
import { inferInput, rootFrame } from "./model.ts";
import { inferBody } from "./tensor.ts";
import { bindOwnSymbols } from "./types.ts";

/**
 * A block by itself, its inputs of any size that the signature allows. Only where every parameter has a default can it be
 * written out without a caller; what cannot be decided without one is left to its uses.
 */
export function proveBlock(context: Context, declaration: Declaration & { readonly item: Ast.BlockItem }): void {
  const { item } = declaration;
  const found: Diagnostic[] = [];
  const quiet: Context = { ...context, counter: { next: 0 }, report: (diagnostic) => void found.push(diagnostic) };
  const parameters = defaults(quiet, declaration);
  if (!parameters) return;
  const scope = bindOwnSymbols(parameters, item.inputs);
  const frame = openFrame(rootFrame(newElaboration({ alone: true }), quiet), item, scope, "");
  if (item.inputs.map((port) => inferInput(frame, port)).includes(undefined)) return passOn(context, found);
  const value = inferBody(frame, item.body, item.name.span);
  if (value) checkResult(frame, scope, item, value, item.name.span);
  passOn(context, found);
}

/** Parameters at their defaults; undefined when one has none. */
function defaults(context: Context, { item, scope }: Declaration & { readonly item: Ast.BlockItem }): Scope | undefined {
  let inside = scope;
  for (const { name, default: fallback, span } of item.parameters) {
    const value = fallback && evaluate(context, inside, fallback);
    if (!value) return undefined;
    inside = child(inside, [[name.text, { kind: "value", value, span }]]);
  }
  return inside;
}

/** A size that nothing bounds leaves tests open, and relations between symbols that only a caller can know. */
const open = new Set(["NN0306", "NN0301", "NN0303", "NN0304", "NN0305", "NN0415"]);

function passOn(context: Context, found: readonly Diagnostic[]): void {
  if (found.some(({ code }) => open.has(code))) return;
  for (const diagnostic of found) context.report(diagnostic);
}

