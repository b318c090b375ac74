import { placeOf, readWords } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { readStandardInput } from "../standard-input.ts";
import { openTerminal } from "../terminal.ts";
import type { EnsembleDefinition, MemberPrediction } from "./ensemble-definition.ts";
import { voicesIn } from "./members.ts";

const options = {
  "--run-dir": { value: "folder" },
  "--backend": { value: "auto|gpu|wasm|cpu" },
  "--help": {},
};

function usageOf(ensemble: EnsembleDefinition): string {
  return `Predicts with the members of ${ensemble.ensembleName}: a line of JSON for each row of a file (JSON or CSV) or of the standard input.

  predict.ts [--run-dir run] [--backend auto|gpu|wasm|cpu] [rows.json|rows.csv|-]
  --run-dir: where the members were trained
`;
}

/** The command line: rows of a file or of the standard input, a line of JSON for each. Gives the exit code. */
export async function predictTogether(
  ensemble: EnsembleDefinition,
  argv: readonly string[],
): Promise<number> {
  const terminal = openTerminal();
  const { given, others } = readWords(argv, options);
  if (given.has("--help")) {
    terminal.write(usageOf(ensemble));
    return 0;
  }
  if (others.length > 1) throw new UserError("One file of rows at a time.");
  const [where = "-"] = others;
  const { backend } = placeOf(given);
  const text = where === "-" ? await readStandardInput() : await readText(where);
  let rows: readonly unknown[] | undefined;
  const said: MemberPrediction[][][] = [];
  const folder = given.get("--run-dir") ?? "run";
  for (const { checkpoint, trainer } of voicesIn(ensemble, folder)) {
    const model = await trainer.loadModel(checkpoint, backend);
    rows ??= trainer.parseRows(model, text, where);
    said.push(await trainer.predict(model, rows));
    await trainer.closeModel(model);
  }
  for (const index of (rows ?? []).keys()) {
    const joined = said[0]![index]!.map((_, output) =>
      join(
        ensemble,
        said.map((predictions) => predictions[index]![output]!),
      ),
    );
    terminal.write(`${JSON.stringify(joined.length === 1 ? joined[0] : joined)}\n`);
  }
  return 0;
}

/** One prediction of several for the same result of the same row: mean probabilities or shares of votes, and the mean of numbers. */
function join(
  ensemble: EnsembleDefinition,
  predictions: readonly MemberPrediction[],
): MemberPrediction {
  const { output, probabilities, values } = predictions[0]!;
  const mean = (pick: (prediction: MemberPrediction) => number): number =>
    predictions.reduce((sum, each) => sum + pick(each), 0) / predictions.length;
  if (probabilities !== undefined) {
    const shares = Object.fromEntries(
      Object.keys(probabilities).map((label) => [
        label,
        mean((each) =>
          ensemble.votes ? Number(each.class === label) : each.probabilities![label]!,
        ),
      ]),
    );
    const [best] = Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!);
    return { output, class: best!, probability: shares[best!]!, probabilities: shares };
  }
  const means = values!.map((_, index) => mean((each) => each.values![index]!));
  if (predictions[0]!.class === undefined) return { output, values: means };
  const votes = predictions.map((each) => each.class!);
  const count = (label: string): number => votes.filter((vote) => vote === label).length;
  const most = votes.reduce((best, vote) => (count(vote) > count(best) ? vote : best));
  return { output, class: most, values: means };
}
