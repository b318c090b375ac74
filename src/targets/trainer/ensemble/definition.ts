import type { CompiledRun } from "../../../compiler/plan/compiled.ts";
import type { EnsembleMembers, Program, TypedEnsemble } from "../../../compiler/typed/program.ts";
import type { Entry, RunDefinition } from "../definition/entry.ts";
import { plain, record, variable, type Item, type Recipe } from "../definition/recipe.ts";
import { runEntries } from "../definition/run-entries.ts";
import { modelEntries } from "../definition/model-entries.ts";
import type { EnsembleTrainer } from "./trainer.ts";

/** What an ensemble decides: who its members are, and how they are made one. `compiled` is the run of its first member. */
export function ensembleDefinition(
  program: Program,
  { name, documentation, members, combine }: TypedEnsemble,
  trainers: readonly EnsembleTrainer[],
  compiled: CompiledRun,
): RunDefinition {
  const emission = { compiled, program, pathFromFolder: (path: string) => path, bound: new Map() };
  const own = new Map(
    [...runEntries(emission), ...modelEntries(emission)].map((entry) => [entry.name, entry]),
  );
  return {
    entries: [
      entry("ensembleName", plain(name), documentation),
      entry(
        "memberData",
        plain(compiled.run.data.name),
        "What --data calls the data of the members.",
      ),
      { ...own.get("display")!, name: "memberDisplay", module: "ensemble" },
      { ...own.get("memberResults")!, module: "ensemble" },
      entry("memberSeed", plain(compiled.run.seed)),
      {
        ...entry(
          "trainings",
          { kind: "list", items: trainingsOf(members, trainers) },
          "One after the other they are trained, each in a folder of its own; of snapshots the last so many are members.",
        ),
        type: "readonly MemberTraining[]",
      },
    ],
    flags: new Set(["members", ...(combine === "vote" ? ["votes"] : [])]),
  };
}

function entry(name: string, value: Recipe, about?: string): Entry {
  return { module: "ensemble", name, value, ...(about !== undefined && { about }) };
}

/** What the trainer of a run is called: runs are numbered in the order in which the ensemble names them. */
export function trainerName(index: number): string {
  return `trainer${index + 1}`;
}

/** Members are numbered within their run, so a run that is named twice is trained twice. */
function trainingsOf(
  members: readonly EnsembleMembers[],
  trainers: readonly EnsembleTrainer[],
): readonly Item[] {
  const count = new Map<string, number>();
  const trainings = members.flatMap((each) => {
    const index = trainers.findIndex(({ run }) => run.name === each.run);
    return Array.from({ length: each.kind === "runs" ? each.count : 1 }, () => {
      const member = (count.get(each.run) ?? 0) + 1;
      count.set(each.run, member);
      const snapshots = each.kind === "snapshots" ? each.last : 0;
      return { trainer: trainerName(index), name: `${each.run} ${member}`, member, snapshots };
    });
  });
  return trainings.map(({ trainer, name, member, snapshots }, index) => ({
    recipe: record({
      trainer: variable(trainer),
      name: plain(name),
      folder: plain(`member-${index + 1}`),
      member: plain(member),
      snapshots: plain(snapshots),
    }),
  }));
}
