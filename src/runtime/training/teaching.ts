import { requireTensor } from "../checkpoint.ts";
import type { Device } from "../device.ts";
import type { PreparedData } from "../prepare.ts";
import { checkTeacher } from "../teacher.ts";
import type { TrainingDefinition } from "./definition.ts";
import { loadWeights, weightPath } from "./weight-files.ts";

/**
 * Gives the teacher its weights: it is in the step and in the measuring, and never trained or saved here. Where there are rows
 * to train on, they are held against those that it was trained on.
 */
export async function loadTeacher(
  training: TrainingDefinition,
  device: Device,
  folder: string | undefined,
  data?: PreparedData,
  seed = 0,
): Promise<{ readonly from: string; readonly remarks: readonly string[] }> {
  const from = weightPath(training, training.teacher!, folder);
  const file = await loadWeights(training.teacher!, from);
  const remarks =
    data === undefined ? [] : checkTeacher(file, from, data, training.taughtFields, seed);
  for (const { name, shape, inFile } of training.teacherTensors)
    device.write(name, requireTensor(file, inFile, shape, from));
  return { from, remarks };
}
