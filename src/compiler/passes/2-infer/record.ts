import type { TensorType } from "../../ir/type.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { CompileValue, Scope } from "./context.ts";
import type { Frame } from "./elaboration.ts";
import type { Recording } from "./recording.ts";

/** Notes what a stage made of what it got; of a body that is used several times the first use is kept. */
export function recordStage(
  recording: Recording,
  frame: Frame,
  stage: Ast.Stage,
  use: {
    readonly scope: Scope;
    readonly input: CompileValue;
    readonly found: CompileValue | undefined;
    readonly start: number;
  },
): void {
  if (recording.stages.has(stage)) return;
  const { weights } = frame.elaboration;
  recording.stages.set(stage, {
    inputs: typesIn(use.input) ?? [],
    outputs: typesIn(use.found),
    value: use.found?.kind === "tensor" ? use.found.value : undefined,
    weights,
    start: use.start,
    end: weights.size,
    scope: use.scope,
  });
}

/** Notes the type of a name of a body. */
export function recordName(frame: Frame, name: Ast.Name, found: CompileValue): void {
  const { recording } = frame.context;
  const types = recording && typesIn(found);
  if (types && !recording.names.has(name)) recording.names.set(name, types);
}

/** Types of what flows: one, or those of a list or record. */
function typesIn(value: CompileValue | undefined): readonly TensorType[] | undefined {
  if (value?.kind === "tensor") return value.value.id < 0 ? undefined : [value.value.type];
  if (value?.kind !== "tuple") return undefined;
  const types = value.items.map((item) => typesIn(item.value)?.[0]);
  return types.includes(undefined) ? undefined : (types as readonly TensorType[]);
}
