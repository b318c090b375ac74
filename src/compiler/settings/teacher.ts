import { teacherUnused } from "../base/diagnostics/catalogue/training.ts";
import { operandsOf } from "../typed/operands.ts";
import type { LossExpression, Teacher, Value } from "../typed/program.ts";
import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    readonly teacher?: Teacher;
  }
}

export const teacher = defineSetting({
  name: "teacher",
  summary: "A trained model whose values the loss and the metrics may speak of.",
  takes: "a run or a checkpoint (8.11)",
  otherwise: "none",
  example: 'teacher: checkpoint("big.safetensors", model: Big)',
  infer: ({ written, read }): { teacher?: Teacher } | undefined => {
    if (!written) return {};
    const model = read("teacher");
    return model && { teacher: model };
  },
  show: (run) =>
    run.teacher &&
    `${run.teacher.model.name} of ${run.teacher.weights.kind === "run" ? `run ${run.teacher.weights.run}` : run.teacher.weights.path}`,
  /** A teacher that no loss and no metric speaks of. */
  check: (run, { written, report }) => {
    if (!run.teacher || !written) return;
    const { model } = run.teacher;
    const values = new Set(model.values);
    const heard = (value: Value): boolean => values.has(value) || operandsOf(value).some(heard);
    const said = [...operandsIn(run.loss), ...run.metrics.flatMap(({ operands }) => operands)];
    if (said.some(heard)) return;
    const output = model.outputs[0]?.name ?? "output";
    report(teacherUnused, written.span, {
      example: `distill(${output}, teacher.${output}, temperature: 4)`,
    });
  },
});

function operandsIn(loss: LossExpression): readonly Value[] {
  if (loss.kind === "number") return [];
  return loss.kind === "loss" ? loss.operands : loss.operands.flatMap(operandsIn);
}
