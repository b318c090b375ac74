import { format } from "prettier";
import type { Program, TypedEnsemble } from "../../../typed/program.ts";
import type { EmittedFile } from "../emitted-file.ts";
import { ensembleReadme, plainPackage, tsconfig } from "../package-files.ts";
import { folderOf } from "../weight-files.ts";
import { membersText } from "./members.ts";
import { predictText } from "./predict.ts";
import { ensembleText } from "./train.ts";
import type { EnsembleTrainer } from "./trainer.ts";

/** The runs of an ensemble, each once, and where their trainers lie. */
export function trainersOf(
  program: Program,
  { members }: TypedEnsemble,
): readonly EnsembleTrainer[] {
  const names = [...new Set(members.map(({ run }) => run))];
  return names.flatMap((wanted) => {
    const run = program.runs.find((each) => each.name === wanted);
    return run ? [{ run, folder: folderOf(wanted) }] : [];
  });
}

/** What joins the trainers of the members, which lie in folders below: `ensemble.ts` trains and measures, `predict.ts` predicts. */
export async function ensembleFiles(
  program: Program,
  ensemble: TypedEnsemble,
): Promise<readonly EmittedFile[]> {
  const trainers = trainersOf(program, ensemble);
  const files = [
    { path: "members.ts", text: membersText(ensemble, trainers).code },
    { path: "ensemble.ts", text: ensembleText(ensemble, trainers[0]!).code },
    { path: "predict.ts", text: predictText(ensemble, trainers[0]!).code },
  ];
  const printed = files.map(async ({ path, text }) => ({
    path,
    text: await format(text, { parser: "typescript", printWidth: 100, endOfLine: "lf" }),
  }));
  return [
    ...(await Promise.all(printed)),
    {
      path: "package.json",
      text: plainPackage(ensemble.name, {
        start: "tsx ensemble.ts",
        predict: "tsx predict.ts",
        check: "tsc -p tsconfig.json",
      }),
    },
    {
      path: "tsconfig.json",
      text: tsconfig.replace('"runtime/*.ts"', '"*/*.ts",\n    "*/runtime/*.ts"'),
    },
    {
      path: "README.md",
      text: await format(
        ensembleReadme(
          ensemble.name,
          trainers.map(({ folder }) => folder),
        ),
        { parser: "markdown", printWidth: 100 },
      ),
    },
  ];
}
