import type { EnsembleMembers, TypedEnsemble } from "../../../typed/program.ts";
import { comment, literal, name, ts, type Code } from "../code.ts";
import type { EnsembleTrainer } from "./trainer.ts";

/** One training of the ensemble: which trainer, which member of its run, and what it is called. */
interface Training {
  readonly trainer: Code;
  readonly name: string;
  readonly member: number;
  /** How many of the weights that it saved on the way are members; 0: what it keeps at the end is. */
  readonly snapshots: number;
}

/** Members are numbered within their run, so a run that is named twice is trained twice. */
function trainingsOf(
  members: readonly EnsembleMembers[],
  trainers: readonly EnsembleTrainer[],
): readonly Training[] {
  const count = new Map<string, number>();
  return members.flatMap((members) => {
    const trainer = name(`trainer${trainers.findIndex(({ run }) => run.name === members.run) + 1}`);
    return Array.from({ length: members.kind === "runs" ? members.count : 1 }, (): Training => {
      const member = (count.get(members.run) ?? 0) + 1;
      count.set(members.run, member);
      return {
        trainer,
        name: `${members.run} ${member}`,
        member,
        snapshots: members.kind === "snapshots" ? members.last : 0,
      };
    });
  });
}

/** `members.ts`: who speaks, and with which weights. */
export function membersText(
  { name: own, members }: TypedEnsemble,
  trainers: readonly EnsembleTrainer[],
): Code {
  const imports = trainers.map(
    (
      { folder },
      index,
    ) => ts`import * as train${literal(index + 1)} from ${literal(`./${folder}/train.ts`)};
import * as predict${literal(index + 1)} from ${literal(`./${folder}/predict.ts`)};`,
  );
  const tables = trainers.map(
    ({ run }, index) =>
      ts`const trainer${literal(index + 1)} = { ...train${literal(index + 1)}, ...predict${literal(index + 1)}, keeps: ${literal(run.keep.kind)} };`,
  );
  const list = trainingsOf(members, trainers).map(
    ({ trainer, name: called, member, snapshots }, index) =>
      ts`{ trainer: ${trainer}, name: ${literal(called)}, folder: ${literal(`member-${index + 1}`)}, member: ${literal(member)}, snapshots: ${literal(snapshots)} },`,
  );
  return ts`${comment(`The members of ensemble ${own}: where each is trained, and which weights of it speak.`)}
import { existsSync, readdirSync } from "node:fs";
${imports}
import { UserError } from ${literal(`./${trainers[0]!.folder}/runtime/errors.ts`)};

${tables}

/** One after the other they are trained, each in a folder of its own; of snapshots the last so many are members. */
export const trainings = [
${list}
];

/** A file of weights that speaks, with the functions of its trainer. */
export interface Voice {
  readonly name: string;
  readonly checkpoint: string;
  readonly trainer: (typeof trainings)[number]["trainer"];
}

/** All that speak, once everything below the folder is trained. */
export function voicesIn(folder: string): Voice[] {
  return trainings.flatMap(({ trainer, name, folder: own, snapshots }) => {
    const at = folder + "/" + own;
    if (!existsSync(at)) throw new UserError("Member " + name + " is not trained yet: there is no " + at + ".");
    if (snapshots === 0) return [{ name, trainer, checkpoint: at + "/" + trainer.keeps + ".safetensors" }];
    return savedIn(at, snapshots).map(({ file, place }) => ({ name: name + " after " + place, trainer, checkpoint: at + "/" + file }));
  });
}

/** The last files that were saved on the way, by the number in their names. */
function savedIn(folder: string, count: number): { readonly file: string; readonly place: string }[] {
  const saved = readdirSync(folder).flatMap((file) => {
    const [, unit, number] = /^(epoch|step)-(\\d+)\\.safetensors$/.exec(file) ?? [];
    return unit === undefined ? [] : [{ file, place: unit + " " + number, number: Number(number) }];
  });
  if (saved.length < count) throw new UserError(folder + " has " + saved.length + " snapshots, and " + count + " are to speak.");
  return saved.sort((a, b) => a.number - b.number).slice(-count);
}
`;
}
