import type { NamedTensor } from "../safetensors.ts";
import { useAverages, useWeights } from "./averages.ts";
import type { TrainingDefinition } from "./definition.ts";
import {
  keptTensors,
  readTensors,
  rememberedTensors,
  writeTensors,
  type Session,
} from "./session.ts";

/** The tensors that are kept, as they are used: averages in the place of weights, where there are any. */
export async function usedTensors(session: Session): Promise<NamedTensor[]> {
  const { training, device } = session;
  if (training.averaged) await useAverages(session);
  const tensors = await readTensors(device, keptTensors(training));
  if (training.averaged) useWeights(session);
  return tensors;
}

/** A value that no training comes back from, and the tensor that it is in. */
export interface Spoiled {
  readonly tensor: string;
  readonly value: number;
}

/** The first tensor with a number that is none. */
export function spoiledIn(tensors: readonly NamedTensor[]): Spoiled | undefined {
  for (const { name, values } of tensors)
    for (const value of values) if (!Number.isFinite(value)) return { tensor: name, value };
  return undefined;
}

/** Remembers where training stands, if all of it is sound: what is saved, and gone back to. Gives what is not. */
export async function keepState(session: Session): Promise<Spoiled | undefined> {
  const { training, device } = session;
  const used = await usedTensors(session);
  const current = training.averaged ? await readTensors(device, keptTensors(training)) : used;
  const rest = await readTensors(device, rememberedTensors(training));
  if (training.moved) rest.push(...session.minimizer!.save());
  const state = [...current, ...rest];
  // A sum that is reported may be none all the same, of a metric that divides by nothing.
  const sums = new Set(training.monitors.map(({ name }) => name));
  const spoiled = spoiledIn([...state, ...used].filter(({ name }) => !sums.has(name)));
  if (spoiled === undefined) session.kept = { progress: { ...session.progress }, used, state };
  return spoiled;
}

/** Brings training back to what it remembers. */
export function goBack(session: Session): void {
  const { training, device } = session;
  const { progress, state } = session.kept!;
  session.progress = { ...progress };
  const onDevice = new Set(tensorNames(training));
  writeTensors(
    device,
    state.filter(({ name }) => onDevice.has(name)),
  );
  if (training.moved) {
    session.minimizer = training.newMinimizer();
    session.minimizer.restore(new Map(state.map((tensor) => [tensor.name, tensor])));
    delete session.standing;
  }
}

function tensorNames(training: TrainingDefinition): readonly string[] {
  return [...keptTensors(training), ...rememberedTensors(training)].map(({ name }) => name);
}
