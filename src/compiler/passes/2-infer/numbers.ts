import * as Dims from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedDim, TypedHyper } from "../../typed/program.ts";
import { useOf } from "./arguments.ts";
import { plainNumber } from "./calculate.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { declared } from "./evaluate.ts";

/** The dims of a file: free, bounded, or fixed (by the file or by `--set`). */
export function typedDims(context: Context, scope: Scope, items: readonly Ast.DimItem[]): readonly TypedDim[] {
  return items.flatMap((item): readonly TypedDim[] => {
    const value = declared(context, { item, scope }, item.name.span);
    if (value?.kind !== "size") return [];
    const { text: name, span } = item.name;
    const base = { name, span, ...(item.documentation === undefined ? {} : { documentation: item.documentation }) };
    const known = Dims.known(value.dim);
    if (known !== undefined) return [{ ...base, kind: "fixed" as const, value: known }];
    const { from, to } = Dims.bounds(value.dim);
    if (to === undefined) return [{ ...base, kind: "free" as const }];
    return [{ ...base, kind: "bounded" as const, range: { from: Number(from), to: Number(to) } }];
  });
}

/** The hypers of a file with the values that they have in this compilation. */
export function typedHypers(context: Context, scope: Scope, items: readonly Ast.HyperItem[]): readonly TypedHyper[] {
  return items.flatMap((item) => {
    const found = declared(context, { item, scope }, item.name.span);
    const value = found && hyperValue(context, scope, found);
    if (value === undefined) return [];
    const { text: name, span } = item.name;
    return [{ name, value, span, ...(item.documentation === undefined ? {} : { documentation: item.documentation }) }];
  });
}

function hyperValue(context: Context, scope: Scope, value: CompileValue): TypedHyper["value"] | undefined {
  if (value.kind === "switch" || value.kind === "text") return value.value;
  const number = plainNumber(value);
  if (number !== undefined) return number;
  if (value.kind !== "word" || value.path.length !== 1 || value.arguments === undefined) return snippet(value.span);
  const name = value.path[0]!.text;
  const definition = context.library.all().find((each) => each.name === name);
  return definition ? useOf(context, scope, definition.kind, value, value.span) : snippet(value.span);
}
