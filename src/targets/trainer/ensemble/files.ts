import { layStatement, type Layout } from "../../../compiler/base/layout.ts";
import type { CompiledRun } from "../../../compiler/plan/compiled.ts";
import type { Program, TypedEnsemble } from "../../../compiler/typed/program.ts";
import { comment, literal, name, ts } from "../code.ts";
import { printedText, printModule } from "../emit.ts";
import type { EmittedFile } from "../../target.ts";
import { ensembleReadme, ignored, plainPackage, tsconfig } from "../package-files.ts";
import { loadPieces } from "../pieces/load-pieces.ts";
import { programModules, type Start } from "../program.ts";
import { folderOf } from "../weight-files.ts";
import { ensembleDefinition, trainerName } from "./definition.ts";
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
  compiled: CompiledRun,
): Promise<readonly EmittedFile[]> {
  const trainers = trainersOf(program, ensemble);
  const members = trainers.map((_, index) => trainerName(index));
  const modules = programModules(
    await loadPieces(),
    ensembleDefinition(program, ensemble, trainers, compiled),
    [{ path: "trainers.ts", members, uses: ["MemberTrainer"] }],
    startsOf(ensemble),
  );
  // Beside trainers it is the way to predict.
  const named = modules.map((module) =>
    module.path === "predict-together.ts" ? { ...module, path: "predict.ts" } : module,
  );
  return [
    ...(await Promise.all(named.map(printModule))),
    await printedText("trainers.ts", trainersText(trainers)),
    {
      path: "package.json",
      text: plainPackage(ensemble.name, {
        start: "tsx ensemble.ts",
        predict: "tsx predict.ts",
        test: trainers.map(({ folder }) => `tsx ${folder}/test.ts`).join(" && "),
        check: [
          "tsc -p tsconfig.json",
          ...trainers.map(({ folder }) => `tsx ${folder}/check-kernels.ts`),
        ].join(" && "),
      }),
    },
    {
      path: "tsconfig.json",
      text: tsconfig(["*.ts", "runtime/*.ts", "*/*.ts", "*/runtime/*.ts"]),
    },
    { path: ".gitignore", text: ignored },
    {
      path: "README.md",
      text: ensembleReadme(
        ensemble.name,
        trainers.map(({ folder }) => folder),
      ),
    },
  ];
}

function startsOf({ name: own, documentation, combine }: TypedEnsemble): readonly Start[] {
  const joining =
    combine === "vote" ? "the share of their votes" : "the mean of their probabilities";
  return [
    {
      path: "ensemble.ts",
      header: comment(
        `Trains the members of ensemble ${own} one after the other, and measures what they say together.`,
        documentation,
      ),
      offers: [],
      ends: {
        code: ts`runAsProgram(import.meta.url, runEnsemble);`,
        uses: ["runtime/program.ts#runAsProgram", "ensemble.ts#runEnsemble"],
      },
    },
    {
      path: "predict-together.ts",
      header: comment(
        `Predicts with the members of ensemble ${own}: ${joining}, and the mean of numbers.`,
      ),
      offers: [],
      ends: {
        code: ts`runAsProgram(import.meta.url, predictTogether);`,
        uses: ["runtime/program.ts#runAsProgram", "predict-together.ts#predictTogether"],
      },
    },
  ];
}

/** The trainers of the members under one type. */
function trainersText(trainers: readonly EnsembleTrainer[]): string {
  const imports = trainers.flatMap(({ folder }, index) => [
    `import * as predict${index + 1} from ${literal(`./${folder}/predict.ts`).code};`,
    `import * as train${index + 1} from ${literal(`./${folder}/training.ts`).code};`,
  ]);
  const tables = trainers.map(({ run }, index) => {
    const start = `export const ${name(trainerName(index)).code}: MemberTrainer = `;
    const table: Layout = {
      entries: [
        [`...train${index + 1}`, undefined],
        [`...predict${index + 1}`, undefined],
        ["keeps", literal(run.keep.kind).code],
      ],
    };
    const about = comment(`The trainer of run ${run.name}.`).code;
    return `\n${about}\n${layStatement(start, table, ";")}\n`;
  });
  const type = `import type { MemberTrainer } from "./members.ts";`;
  return `${[...imports, type].join("\n")}\n${tables.join("")}`;
}
