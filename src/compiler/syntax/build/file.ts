import type { CstNode } from "chevrotain";
import type { File, Import, Item } from "../ast.ts";
import { nodes, spanOf, tokenOf, type BuildContext } from "./context.ts";
import { buildImport, buildItem } from "./items.ts";

/** The tree of a file. Imports may stand anywhere at the top; the tree keeps them apart from the declarations. */
export function buildFile(context: BuildContext, of: CstNode): File {
  const version = tokenOf(of, "Integer");
  const imports: readonly Import[] = nodes(of, "import").map((one) => buildImport(context, one));
  const items: readonly Item[] = nodes(of, "item").flatMap((one) => buildItem(context, one) ?? []);
  return {
    kind: "file",
    span: spanOf(context, of),
    version: version === undefined || version.virtual === true ? undefined : Number(version.image),
    imports,
    items,
  };
}
