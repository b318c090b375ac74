import { teacherPrefix } from "../../3-lower/lowering.ts";
import { literal, ts } from "../code.ts";
import type { RunShape } from "../run-shape.ts";
import { loadFile, weightFile } from "../weight-files.ts";
import type { TrainFeature } from "./feature.ts";

/** `teacher: …`: a trained model in the step and in the measuring, its weights from its own file, never trained or saved here. */
export function teaching({ emission, run: { teacher } }: RunShape): TrainFeature | undefined {
  if (teacher === undefined) return undefined;
  const fields = [...new Set(teacher.inputs.values())];
  return {
    sessionFields: ts`  /** Where the teacher comes from, and what is to be said of it. */
  teacher: { readonly from: string; readonly remarks: readonly string[] } | undefined;`,
    sessionValues: ts`teacher: undefined,`,
    begun: ts`session.teacher = await loadTeacher(device, session.folder, session.data, Number(session.metadata["seed"]));`,
    resumed: ts`session.teacher = await loadTeacher(device, folder, session.data, Number(session.metadata["seed"]));`,
    started: ts`...(session.teacher && { teacher: session.teacher }),`,
    evaluating: ts`await loadTeacher(device, runsInNode() ? (options.runDirectory ?? "run") : undefined);`,
    functions: ts`/** Gives the teacher its weights; where there are rows to train on, holds them against those that it was trained on. */
async function loadTeacher(device: Device, folder: string | undefined, data?: PreparedData, seed = 0): Promise<NonNullable<Session["teacher"]>> {
  const from = ${weightFile(teacher.weights, emission)};
  const file = ${loadFile(teacher.weights, ts`from`, emission)};
  const remarks = data === undefined ? [] : checkTeacher(file, from, data, ${literal(fields)}, seed);
  for (const { name, shape } of teacherTensors) device.write(name, requireTensor(file, name.slice(${literal(teacherPrefix.length)}), shape, from));
  return { from, remarks };
}`,
  };
}
