import type * as Ast from "../../syntax/ast.ts";
import type { Layer } from "../../typed/program.ts";
import type { CompileValue } from "./context.ts";
import { nameValue, type Frame, type Mutable } from "./elaboration.ts";
import { recordName } from "./record.ts";

/** Binds a name of a body from here on, and tells the value what the author calls it. */
export function bindName(frame: Frame, name: Ast.Name, found: CompileValue): void {
  frame.names.set(name.text, { kind: "value", value: found, span: name.span });
  recordName(frame, name, found);
  if (found.kind === "tensor") nameValue(frame, found.value, name.text);
  if (found.kind !== "tuple") return;
  for (const item of found.items)
    if (item.name && item.value.kind === "tensor")
      nameValue(frame, item.value.value, `${name.text}.${item.name.text}`);
}

/** `///` before a statement speaks of the last layer of its flow. */
export function document(found: CompileValue | undefined, documentation: string | undefined): void {
  if (found?.kind !== "tensor" || documentation === undefined) return;
  let { body } = found.value;
  while (body.kind === "activation") ({ body } = body.input);
  if (body.kind === "layer") (body.layer as Mutable<Layer>).documentation ??= documentation;
}
