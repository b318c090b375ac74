import { statSync } from "node:fs";
import { costOf, type ModelCost } from "../../../compiler/cost.ts";
import type { Program } from "../../../compiler/typed/program.ts";
import { UsageError } from "../exit.ts";
import { openDims, stating } from "../open-dims.ts";
import { grouped, table, writeLine } from "../output.ts";
import type { SharedOptions } from "../options.ts";
import { programOf } from "../runs.ts";
import { expandPaths } from "../sources.ts";
import { chooseModels } from "./summary.ts";

/** A line of the table. `year` and `feature` stand in the documentation of the model: `/// 2012 · ReLU, dropout`. */
interface Compared {
  readonly name: string;
  readonly file: string;
  readonly year: number | null;
  readonly feature: string;
  /** For prediction, without the heads that only a loss uses; operations are two for a multiplication and an addition. */
  readonly parameters: number;
  readonly operations: number;
  readonly depth: number;
}

/** Models beside one another, in the order of their years: files, folders, or `file:Model`. */
export function compare(subjects: readonly string[], options: SharedOptions): void {
  const programs = new Map<string, Program | undefined>();
  const rows = subjects.flatMap((subject) => {
    const { paths, model } = parseSubject(subject);
    return paths.flatMap((path): readonly Compared[] => {
      if (!programs.has(path)) programs.set(path, programOf(path, options.set, options.format));
      const program = programs.get(path);
      if (!program) return [];
      const dims = openDims(program, options.set);
      return chooseModels(program, model).map((one) =>
        comparedOf(
          path,
          stating(() => costOf(one, dims)),
        ),
      );
    });
  });
  if ([...programs.values()].includes(undefined)) return;
  const ordered = rows.toSorted((a, b) => (a.year ?? Infinity) - (b.year ?? Infinity) || 0);
  writeLine(
    options.format === "json"
      ? JSON.stringify({ models: ordered }, undefined, 2)
      : printed(ordered),
  );
}

function parseSubject(subject: string): {
  readonly paths: readonly string[];
  readonly model: string | undefined;
} {
  if (subject === "-" || statSync(subject, { throwIfNoEntry: false }))
    return { paths: expandPaths([subject]), model: undefined };
  const [, path, model] = /^(.*):([A-Za-z_]\w*)$/.exec(subject) ?? [];
  if (path === undefined || !statSync(path, { throwIfNoEntry: false }))
    throw new UsageError(
      `cannot read ${path ?? subject}: there is no such file; write a file, or file:Model`,
    );
  return { paths: [path], model };
}

function comparedOf(file: string, { name, documentation, prediction, depth }: ModelCost): Compared {
  const [, year, feature] =
    /^\s*(\d{4})\s*[·:,-]?\s*(.*)$/.exec(documentation?.split("\n")[0] ?? "") ?? [];
  return {
    name,
    file,
    year: year === undefined ? null : Number(year),
    feature: (feature ?? documentation?.split("\n")[0] ?? "").trim(),
    parameters: prediction.parameters,
    operations: 2 * prediction.multiplyAdds,
    depth,
  };
}

function printed(rows: readonly Compared[]): string {
  const cells = rows.map(({ name, year, feature, parameters, operations, depth }) => [
    name,
    year === null ? "" : String(year),
    feature,
    grouped(parameters),
    inShort(operations),
    String(depth),
  ]);
  return table(
    ["model", "year", "salient feature", "parameters", "FLOPs", "depth"],
    cells,
    [3, 4, 5],
  );
}

/** 1428376960 → `1.43 G`. */
function inShort(count: number): string {
  for (const [size, letter] of [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ] as const)
    if (count >= size) return `${(count / size).toPrecision(3)}${letter}`;
  return String(count);
}
