import { UserError } from "../errors.ts";
import { nodeModule } from "../platform.ts";
import type { EnsembleDefinition, MemberTrainer } from "./ensemble-definition.ts";

/** A file of weights that speaks, with the trainer that made it. */
export interface Voice {
  readonly name: string;
  readonly checkpoint: string;
  readonly trainer: MemberTrainer;
}

/** All that speak, once everything below the folder is trained. */
export function voicesIn(ensemble: EnsembleDefinition, folder: string): Voice[] {
  return ensemble.trainings.flatMap(({ trainer, name, folder: own, snapshots }) => {
    const at = folder + "/" + own;
    if (!nodeModule("node:fs").existsSync(at))
      throw new UserError(`Member ${name} is not trained yet: there is no ${at}.`);
    if (snapshots === 0)
      return [{ name, trainer, checkpoint: at + "/" + trainer.keeps + ".safetensors" }];
    return savedIn(at, snapshots).map(({ file, place }) => ({
      name: name + " after " + place,
      trainer,
      checkpoint: at + "/" + file,
    }));
  });
}

/** The last files that were saved on the way, by the number in their names. */
function savedIn(
  folder: string,
  count: number,
): { readonly file: string; readonly place: string }[] {
  const files = nodeModule("node:fs").readdirSync(folder);
  const saved = files.flatMap((file) => {
    const [, unit, number] = /^(epoch|step)-(\d+)\.safetensors$/.exec(file) ?? [];
    if (unit === undefined) return [];
    return [{ file, place: unit + " " + number, number: Number(number) }];
  });
  if (saved.length < count)
    throw new UserError(`${folder} has ${saved.length} snapshots, and ${count} are to speak.`);
  return saved.sort((a, b) => a.number - b.number).slice(-count);
}
