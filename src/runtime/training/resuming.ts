import { loadResume, loadTensors, requireTensor } from "../checkpoint.ts";
import { isUserError, UserError } from "../errors.ts";
import { differencesOf, identityFromMetadata, type Difference } from "../run-identity.ts";
import type { TensorFile } from "../safetensors.ts";
import { bringTeacher, bringUnits } from "./checkpoints.ts";
import { changeBatch, rowsOfStep, stepsInAll } from "./position.ts";
import { keptTensors, pick, writeTensors, type Session, type StateBefore } from "./session.ts";
import type { Progress } from "./types.ts";

/** What there is to go on from. */
export async function stateBefore(folder: string | undefined): Promise<StateBefore> {
  const where = folder + "/resume.safetensors";
  const file = await loadResume(where);
  const identity = identityFromMetadata(file.metadata, where);
  if (identity === undefined)
    throw new UserError(
      `${where} does not say which training it is of: it cannot be gone on with.`,
    );
  return { where, file, identity };
}

/**
 * Goes back to where an earlier training stopped. It goes on exactly as that would have, or is refused; what may be otherwise is
 * where `accept` names it.
 */
export async function resume(
  session: Session,
  accept: ReadonlySet<string> = new Set(),
): Promise<Progress> {
  const { training, device, folder } = session;
  const { where, file, identity } = session.before!;
  const changes = differencesOf(identity, session.identity!);
  for (const name of ["member", "fold"]) {
    const [was = "none", is = "none"] = [file.metadata[name], session.metadata[name]];
    if (was !== is) changes.push({ name, was, is });
  }
  requireTold(changes, training.changeable, accept, () => {
    pick(file, keptTensors(training), where);
  });
  requireSamePreparation(file, session);
  writeTensors(device, pick(file, [...keptTensors(training), ...training.slots], where));
  // Sums of the epoch may be what they are.
  for (const { name, shape } of training.monitors)
    device.write(name, requireTensor(file, name, shape, where, true));
  if (training.units) bringUnits(session);
  if (training.teacher) await bringTeacher(session);
  if (training.moved) session.minimizer!.restore(file.tensors);
  const progress = { ...training.beginning, ...file.counters };
  continueCounting(session, progress);
  session.changes = changes;
  if (training.best && progress["bestEpoch"]! > 0) {
    const best = folder + "/best.safetensors";
    session.best = pick(await loadTensors(best), keptTensors(training), best);
  }
  return progress;
}

/** Refuses what differs and was not asked for, setting by setting. */
function requireTold(
  changes: readonly Difference[],
  changeable: readonly string[],
  accept: ReadonlySet<string>,
  fit: () => void,
): void {
  const untold = changes.filter(({ name }) => !accept.has(name) || !changeable.includes(name));
  if (untold.length === 0) return;
  const names = untold.filter(({ name }) => changeable.includes(name)).map(({ name }) => name);
  const fixed = untold.length - names.length;
  throw new UserError("The training to go on with was another one.", [
    ...untold.map(({ name, was, is }) => `${name}: ${was} → ${is}`),
    ...misfitOf(fit),
    fixed === 0
      ? `To go on with what is new: --accept ${names.join(",")}`
      : `Go on with what it began with, or train anew in another folder.${names.length === 0 ? "" : ` (${names.join(" and ")} may change: --accept ${names.join(",")}.)`}`,
  ]);
}

/** Which tensor of another model does not fit. */
function misfitOf(fit: () => void): readonly string[] {
  try {
    fit();
    return [];
  } catch (error) {
    if (isUserError(error)) return [error.message];
    throw error;
  }
}

/** The same rows and settings come to the same numbers and scale, unless a file of statistics is another. */
function requireSamePreparation({ metadata }: TensorFile, session: Session): void {
  if (metadata["preparation"] === session.metadata["preparation"]) return;
  throw new UserError(
    "The training to go on with had other data: its classes, or what brings its values to scale, differ.",
    ["Go on with the data that it began with."],
  );
}

/** Steps and epochs go on from where they were, by batches of another size too. */
function continueCounting(session: Session, progress: Progress): void {
  const { stepsPerEpoch, epochs, training } = session;
  const rows = rowsOfStep(training);
  const before = { stepsPerEpoch: progress["stepsPerEpoch"]!, rows: progress["rowsOfStep"]! };
  if (before.stepsPerEpoch !== stepsPerEpoch || before.rows !== rows)
    changeBatch(progress, before, { stepsPerEpoch, rows });
  session.totalSteps = stepsInAll(training, progress, { epochs, stepsPerEpoch });
}
