import { fileURLToPath } from "node:url";
import type { Emission } from "../../targets/trainer/emission.ts";
import { isUserError } from "../../runtime/errors.ts";
import { comparedSteps, firstLosses } from "../../runtime/training/self-test.ts";
import { makeDefinition } from "./make-definition.ts";

/**
 * The losses of the first steps of a run, trained in this process as its program will: `here` is where that will lie, and what
 * it reads lies there after `beforeReading`. A sentence where it cannot be trained now, because its data or the weights that it starts from are not there.
 */
export async function firstLossesHere(
  emission: Emission,
  here: string,
  beforeReading: () => void,
): Promise<readonly number[] | string> {
  try {
    // Batches are made here, and not by a worker, which is a file of the program.
    const { augmentWorker: _, ...definition } = await makeDefinition(emission, here);
    beforeReading();
    return await firstLosses(definition, "wasm", comparedSteps);
  } catch (error) {
    if (!isUserError(error)) throw error;
    const folder = fileURLToPath(new URL("./", here));
    return `No losses were written when this was made: ${error.message.replaceAll(folder, "")}`;
  }
}
