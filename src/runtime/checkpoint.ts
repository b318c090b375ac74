import { spellNumber } from "./format-numbers.ts";
import { UserError } from "./errors.ts";
import { readBytes, writeBytes } from "./files.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { NamedTensor, TensorFile } from "./safetensors.ts";
import { nearest } from "./suggest.ts";

/** Writes tensors so that a crash leaves the old file or the new one. */
export async function saveTensors(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeBytes(path, encodeSafetensors(tensors, metadata));
}

/** Reads what `saveTensors` wrote, or any safetensors file of F32 tensors. */
export async function loadTensors(path: string): Promise<TensorFile> {
  return decodeSafetensors(await readBytes(path), path);
}

/** The values of a tensor that must be there with this shape, and be numbers unless `anything` will do. */
export function requireTensor(
  file: TensorFile,
  name: string,
  shape: readonly number[],
  where: string,
  anything = false,
): Float32Array {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) {
    const near = nearest(name, file.tensors.keys());
    throw new UserError(
      `${where} has no tensor "${name}".`,
      near === undefined ? [] : [`The nearest name there is "${near}".`],
    );
  }
  if (
    tensor.shape.length !== shape.length ||
    tensor.shape.some((size, axis) => size !== shape[axis])
  ) {
    throw new UserError(
      `${where}: "${name}" has the shape [${tensor.shape.join(", ")}]; the model needs [${shape.join(", ")}].`,
    );
  }
  const faulty = anything ? undefined : tensor.values.find((value) => !Number.isFinite(value));
  if (faulty !== undefined)
    throw new UserError(
      `${where}: "${name}" has the value ${faulty}, so nothing can be computed with it: it is of a training that diverged.`,
    );
  return tensor.values;
}

/** Where a training stands after a finished epoch; further numbers as the trainer needs them (best value, patience). */
export interface Counters {
  readonly epoch: number;
  readonly step: number;
  /** Trained so far. */
  readonly seconds: number;
  readonly [name: string]: number;
}

const COUNTERS = "counters";

/** Everything needed to go on, parameters, states and counters, in one file, so that they cannot disagree. */
export async function saveResume(
  path: string,
  tensors: readonly NamedTensor[],
  counters: Counters,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await saveTensors(path, tensors, {
    ...metadata,
    [COUNTERS]: JSON.stringify(counters, spellNumber),
  });
}

/** What `saveResume` wrote. */
export async function loadResume(
  path: string,
): Promise<TensorFile & { readonly counters: Counters }> {
  const file = await loadTensors(path);
  const counters = parseCounters(file.metadata[COUNTERS]);
  if (counters === undefined)
    throw new UserError(`${path} holds no training to go on with: its counters are missing.`);
  return { ...file, counters };
}

function parseCounters(text: string | undefined): Counters | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? "");
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const counters = Object.fromEntries(
      Object.entries(parsed).map(([name, value]) => [name, Number(value)]),
    );
    const { epoch, step, seconds } = counters;
    if (!isCount(epoch) || !isCount(step) || seconds === undefined || !(seconds >= 0))
      return undefined;
    return { ...counters, epoch, step, seconds };
  } catch {
    return undefined;
  }
}

const isCount = (value: number | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
