import type { TypedEnsemble } from "../../../typed/program.ts";
import { comment, literal, ts, type Code } from "../code.ts";
import type { EnsembleTrainer } from "./trainer.ts";

/** `predict.ts`: the members in use. */
export function predictText(
  { name: own, combine }: TypedEnsemble,
  { folder }: EnsembleTrainer,
): Code {
  const runtime = (file: string): Code => literal(`./${folder}/runtime/${file}.ts`);
  return ts`${comment(`Predicts with the members of ensemble ${own}: ${combine === "vote" ? "the share of their votes" : "the mean of their probabilities"}, and the mean of numbers.`)}
import { voicesIn } from "./members.ts";
import { parseRows, readStandardInput, type Prediction } from ${literal(`./${folder}/predict.ts`)};
import { parseArguments } from ${runtime("arguments")};
import { runAsProgram } from ${runtime("entry")};
import { UserError } from ${runtime("errors")};
import { readText } from ${runtime("files")};
import { openTerminal } from ${runtime("terminal")};

/** One prediction of several for the same result of the same row. */
function together(predictions: readonly Prediction[]): Prediction {
  const { output, probabilities, values } = predictions[0]!;
  const joined = (pick: (prediction: Prediction) => number): number => predictions.reduce((sum, each) => sum + pick(each), 0) / predictions.length;
  if (probabilities !== undefined) {
    const shares = Object.fromEntries(Object.keys(probabilities).map((label) => [label, joined((each) => ${combine === "vote" ? ts`Number(each.class === label)` : ts`each.probabilities![label]!`})]));
    const [best] = Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!);
    return { output, class: best!, probability: shares[best!]!, probabilities: shares };
  }
  const means = values!.map((_, index) => joined((each) => each.values![index]!));
  if (predictions[0]!.class === undefined) return { output, values: means };
  const votes = predictions.map((each) => each.class!);
  const count = (label: string): number => votes.filter((vote) => vote === label).length;
  return { output, class: votes.reduce((best, vote) => (count(vote) > count(best) ? vote : best)), values: means };
}

/** The command line: rows of a file or of the standard input, a line of JSON for each. Gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  const files = argv.filter((word, index) => !word.startsWith("--") && !(argv[index - 1] ?? "").startsWith("--"));
  const parsed = parseArguments(argv.filter((word) => !files.includes(word)), { name: "predict.ts [rows.json|rows.csv|-]", summary: ${literal(`Predicts with the members of ${own}; --run-dir is where they were trained.`)}, data: [] });
  if (parsed.kind === "help") {
    terminal.write(parsed.text);
    return 0;
  }
  if (files.length > 1) throw new UserError("One file of rows at a time.");
  const where = files[0] ?? "-";
  const rows = parseRows(where === "-" ? await readStandardInput() : await readText(where), where);
  const said: Prediction[][][] = [];
  for (const { checkpoint, trainer } of voicesIn(parsed.options.runDirectory ?? "run")) {
    const model = await trainer.loadModel(checkpoint, parsed.options.backend);
    said.push(await trainer.predict(model, rows));
    await trainer.closeModel(model);
  }
  for (const index of rows.keys()) {
    const joined = said[0]![index]!.map((_, output) => together(said.map((predictions) => predictions[index]![output]!)));
    terminal.write(JSON.stringify(joined.length === 1 ? joined[0] : joined) + "\\n");
  }
  return 0;
}

runAsProgram(import.meta.url, main);
`;
}
