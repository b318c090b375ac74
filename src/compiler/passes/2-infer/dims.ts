import * as Dims from "../../ir/dim.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedDim } from "../../typed/program.ts";
import type { Context, Scope } from "./context.ts";
import { declared } from "./evaluate.ts";

/** The dims of a file: free, bounded, or fixed (by the file or by `--set`). */
export function typedDims(
  context: Context,
  scope: Scope,
  items: readonly Ast.DimItem[],
): readonly TypedDim[] {
  return items.flatMap((item): readonly TypedDim[] => {
    const value = declared(context, { item, scope }, item.name.span);
    if (value?.kind !== "size") return [];
    const { text: name, span } = item.name;
    const base = {
      name,
      span,
      ...(item.documentation === undefined ? {} : { documentation: item.documentation }),
    };
    const known = Dims.known(value.dim);
    if (known !== undefined) return [{ ...base, kind: "fixed" as const, value: known }];
    const { from, to } = Dims.bounds(value.dim);
    if (to === undefined) return [{ ...base, kind: "free" as const }];
    return [{ ...base, kind: "bounded" as const, range: { from: Number(from), to: Number(to) } }];
  });
}
