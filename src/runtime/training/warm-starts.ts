import type { WarmStart } from "../reporter.ts";
import { reportWarmStart } from "../warm-start.ts";
import type { TrainingDefinition } from "./definition.ts";
import { keptTensors, pick, writeTensors, type Session } from "./session.ts";
import { loadWeights, weightPath } from "./weight-files.ts";

/** Weights of other trainings in the place of drawn ones, with the running statistics of their layers. */
export async function loadWarmStarts({ training, device, folder }: Session): Promise<WarmStart[]> {
  const warmStarts: WarmStart[] = [];
  for (const { file: source, tensors } of training.warmFiles!) {
    const where = weightPath(training, source, folder);
    const file = await loadWeights(source, where);
    const taken = pick(file, tensors, where);
    writeTensors(device, taken);
    warmStarts.push(reportWarmStart(where, file, taken, keptTensors(training)));
  }
  return warmStarts;
}

/** Parameters that no file gave. */
export function drawnAfresh(
  training: TrainingDefinition,
  warmStarts: readonly WarmStart[],
): string[] {
  const taken = new Set(warmStarts.flatMap((warmStart) => warmStart.taken));
  return training.parameters.map(({ name }) => name).filter((name) => !taken.has(name));
}
