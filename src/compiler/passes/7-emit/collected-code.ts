import type { CollectedMetric, CompiledRun } from "../../plan/compiled.ts";
import { join, key, literal, name, nothing, ts, type Code } from "./code.ts";

/** Code for metrics that are made of numbers kept row by row: nothing where the run has none. */
export interface CollectedCode {
  /** Before, in and after the loop over batches in `evaluate`. */
  readonly before: Code;
  readonly inside: Code;
  /** Entries of the metrics. */
  readonly entries: Code;
  /** A function that counts tables, for the end; and what `EndEvent` gets, from the code of a part. */
  readonly functions: Code;
  readonly tables: (part: Code) => Code;
}

export function collectedCode({ collected }: CompiledRun): CollectedCode {
  const numbers = collected.filter(({ kind }) => kind === "number");
  const tables = collected.filter(({ kind }) => kind === "table");
  return {
    before: keeping(numbers),
    inside: filling(numbers),
    entries: join(
      numbers.map(
        (metric) =>
          ts`${key(metric.name)}: ${name(metric.make)}(${join(keptNames(metric), ts`, `)}),`,
      ),
      ts`
`,
    ),
    functions: tables.length === 0 ? nothing : tablesFunction(tables),
    tables: (part) =>
      tables.length === 0 ? nothing : ts`tables: await tablesOf(device, ${part}),`,
  };
}

/** `aucScore`, `confusionPredicted`. */
function keptNames({ name: metric, operands }: CollectedMetric): readonly Code[] {
  return operands.map((operand) =>
    name(`${metric}${operand.name.charAt(0).toUpperCase()}${operand.name.slice(1)}`),
  );
}

/** Room for all rows of the part. */
function keeping(metrics: readonly CollectedMetric[]): Code {
  if (metrics.length === 0) return nothing;
  const rooms = metrics.flatMap((metric) =>
    keptNames(metric).map(
      (kept, place) =>
        ts`const ${kept} = new Float32Array(part.rows.length${times(metric.operands[place]!.size)});`,
    ),
  );
  return ts`${rooms}
  let measured = 0;`;
}

function filling(metrics: readonly CollectedMetric[]): Code {
  if (metrics.length === 0) return nothing;
  const fills = metrics.flatMap((metric) =>
    keptNames(metric).map((kept, place) => {
      const operand = metric.operands[place]!;
      const values =
        "field" in operand
          ? ts`batch.fields[${literal(operand.field)}]!`
          : ts`(await device.result(plans.evaluate, ${literal(operand.result)}))`;
      return ts`${kept}.set(${values}.subarray(0, batch.rows${times(operand.size)}), measured${times(operand.size)});`;
    }),
  );
  return ts`${fills}
    measured += batch.rows;`;
}

function times(size: number): Code {
  return size === 1 ? nothing : ts` * ${literal(size)}`;
}

function tablesFunction(tables: readonly CollectedMetric[]): Code {
  const entries = tables.map((metric) => {
    const classes =
      metric.labels === undefined
        ? ts`undefined`
        : ts`part.dataset.columns.get(${literal(metric.labels)})?.classNames`;
    return ts`${key(metric.name)}: ${name(metric.make)}(${join(keptNames(metric), ts`, `)}, ${literal(metric.classes)}, ${classes}),`;
  });
  return ts`/** How often each class is taken for each other, over all rows of a part. */
async function tablesOf(device: Device, part: Part): Promise<Readonly<Record<string, ConfusionTable>>> {
  ${keeping(tables)}
  for (const batch of batches(part, part.rows, inputs, batchSize)) {
    device.run(plans.evaluate, { rows: batch.rows, inputs: batch.fields, numbers: {}, step: 0 });
    ${filling(tables)}
  }
  return { ${entries} };
}`;
}
