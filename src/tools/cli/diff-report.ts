import {
  unchanged,
  type Change,
  type Difference,
  type ModelDifference,
  type TensorFit,
} from "../../compiler/diff.ts";
import { printable } from "../../compiler/base/diagnostics/escape.ts";
import { grouped } from "./output.ts";

const mostLines = 40;

/** The difference for people: a paragraph for each model, data declaration and run that changed. */
export function diffToText(difference: Difference, before: string, after: string): string {
  if (difference.same) return `${before} and ${after} describe the same models, data and runs`;
  const models = difference.models.filter((model) => !unchanged(model)).map(textOfModel);
  const others = [
    ...difference.data.map((data) => ({ ...data, kind: "data" })),
    ...difference.runs.map((run) => ({ ...run, kind: "run" })),
  ]
    .filter(({ changes }) => changes.length > 0)
    .map(({ kind, name, changes }) =>
      [`${kind} ${name}`, ...limited(changes.map(textOfChange))].join("\n"),
    );
  return [...models, ...others].map(visible).join("\n\n");
}

/** Control characters made visible, line by line. */
function visible(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function textOfModel(model: ModelDifference): string {
  const { name, before, after } = model;
  if (!before || !after)
    return `model ${name} ${before ? "is gone" : "is new"}: ${grouped((before ?? after)!.parameters)} parameters`;
  const fit = checkpointOf(model);
  return [
    `model ${name}`,
    ...costs(model).map(([what, text]) => `  ${what}: ${text}`),
    ...limited(model.shapes.map(textOfChange)),
    `  old checkpoint: ${fit.verdict}`,
    ...limited(fit.faults.map((tensor) => `    ${textOfTensor(tensor)}`)),
  ].join("\n");
}

function costs({ before, after }: ModelDifference): readonly (readonly [string, string])[] {
  const rows = [
    ["parameters", before?.parameters, after?.parameters],
    ["multiply-adds", before?.multiplyAdds, after?.multiplyAdds],
    ["depth", before?.depth, after?.depth],
  ] as const;
  return rows.map(([what, old, now]) => [what, amount(old, now)]);
}

/** `13,002 → 15,002 (+15.4 %)`. */
function amount(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined)
    return before === undefined ? `${grouped(after ?? 0)} (new)` : `${grouped(before)} (gone)`;
  if (before === after) return grouped(before);
  const share =
    before === 0
      ? ""
      : ` (${after > before ? "+" : ""}${((100 * (after - before)) / before).toFixed(1)} %)`;
  return `${grouped(before)} → ${grouped(after)}${share}`;
}

function textOfChange({ what, before, after }: Change): string {
  if (before === undefined) return `  + ${what}: ${after}`;
  if (after === undefined) return `  - ${what}: ${before}`;
  return `  ~ ${what}: ${before} → ${after}`;
}

function textOfTensor({ path, fit, before, after }: TensorFit): string {
  switch (fit) {
    case "fits":
      return `${path} ${after}: fits`;
    case "missing":
      return `${path} ${after}: not in the old checkpoint`;
    case "dropped":
      return `${path} ${before}: no longer used`;
    case "other shape":
      return `${path}: ${before} in the checkpoint, ${after} in the model`;
  }
}

function checkpointOf({ tensors, checkpointFits }: ModelDifference): {
  readonly verdict: string;
  readonly faults: readonly TensorFit[];
} {
  const faults = tensors.filter(({ fit }) => fit !== "fits");
  const fitting = `${tensors.length - faults.length} of ${tensors.filter(({ fit }) => fit !== "dropped").length} tensors fit`;
  if (faults.length === 0) return { verdict: "fits", faults };
  return {
    verdict: checkpointFits
      ? `fits; ${faults.length} of its tensors are no longer used`
      : `does not fit; ${fitting}`,
    faults,
  };
}

function limited(lines: readonly string[]): readonly string[] {
  return lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines), `  … and ${lines.length - mostLines} more`];
}

/** The difference as tables for a pull request. */
export function diffToMarkdown(difference: Difference, before: string, after: string): string {
  const title = `**nnspec diff** ${code(before)} → ${code(after)}`;
  if (difference.same) return `${title}\n\nNothing changed in models, data and runs.`;
  const models = [
    "| model | parameters | multiply-adds | depth | old checkpoint |",
    "|---|---:|---:|---:|---|",
    ...difference.models.map(
      (model) =>
        `| ${[code(model.name), ...costs(model).map(([, text]) => text), model.before && model.after ? checkpointOf(model).verdict : ""].join(" | ")} |`,
    ),
  ];
  const details = [
    ...difference.models.map(({ name, shapes }) => rowsOf(`Shapes of ${code(name)}`, shapes)),
    ...difference.models.map((model) => tensorRows(model)),
    ...difference.data.map(({ name, changes }) => rowsOf(`Data ${code(name)}`, changes)),
    ...difference.runs.map(({ name, changes }) => rowsOf(`Run ${code(name)}`, changes)),
  ];
  return [
    title,
    ...(difference.models.length === 0 ? [] : [models.join("\n")]),
    ...details.filter((part) => part !== ""),
  ].join("\n\n");
}

function rowsOf(title: string, changes: readonly Change[]): string {
  if (changes.length === 0) return "";
  const rows = changes.map(
    ({ what, before, after }) =>
      `| ${code(what)} | ${before === undefined ? "" : code(before)} | ${after === undefined ? "" : code(after)} |`,
  );
  return [title, "", "| | before | after |", "|---|---|---|", ...limitedRows(rows)].join("\n");
}

function tensorRows(model: ModelDifference): string {
  const { faults } = checkpointOf(model);
  if (faults.length === 0) return "";
  const rows = faults.map(
    ({ path, fit, before, after }) =>
      `| ${code(path)} | ${fit} | ${before === undefined ? "" : code(before)} | ${after === undefined ? "" : code(after)} |`,
  );
  return [
    `Old checkpoints of ${code(model.name)}`,
    "",
    "| tensor | | in the checkpoint | in the model |",
    "|---|---|---|---|",
    ...limitedRows(rows),
  ].join("\n");
}

function limitedRows(rows: readonly string[]): readonly string[] {
  return rows.length <= mostLines
    ? rows
    : [...rows.slice(0, mostLines), `| … and ${rows.length - mostLines} more | | |`];
}

/** A code span in a table's cell: nothing of the text can end either. */
function code(text: string): string {
  return `\`${printable(text).replaceAll("`", "'").replaceAll("|", "\\|").replaceAll("\n", " ")}\``;
}
