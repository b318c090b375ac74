import type { RawColumn, RawData } from "./dataset.ts";
import { alignedFingerprint } from "./fingerprint.ts";
import type { Sources } from "./prepare.ts";
import type { TableLayout } from "./table-layout.ts";
import type { RunIdentity, SourceIdentity } from "./run-identity.ts";

/**
 * The rows that a checkpoint was trained with: what a file has grown by since is left out, so that the old rows are divided as they
 * were. Says of each source what has changed.
 */
export function rowsAsBefore(
  sources: Sources,
  { data }: RunIdentity,
  layout: TableLayout | undefined,
  tell: (remark: string) => void,
): Sources {
  return Object.fromEntries(
    Object.entries(sources).map(([part, now]: readonly [string, RawData | undefined]) => {
      const before = data.find((source) => source.part === part);
      return [part, before && now ? firstRows(now, before, layout, tell) : now];
    }),
  );
}

function firstRows(
  now: RawData,
  before: SourceIdentity,
  layout: TableLayout | undefined,
  tell: (remark: string) => void,
): RawData {
  const { where } = now;
  const isSame =
    now.rows >= before.rows && alignedFingerprint(layout, now, before.rows) === before.hash;
  const sizes =
    now.rows === before.rows ? "" : `, and has ${now.rows} rows instead of ${before.rows}`;
  if (!isSame)
    tell(
      `${where} has changed since these weights were trained${sizes}: rows that they were trained on may be among those that are measured.`,
    );
  else if (now.rows > before.rows)
    tell(
      `${where} has grown since these weights were trained, from ${before.rows} rows to ${now.rows}: the first ${before.rows} are used, and divided as they were.`,
    );
  return now.rows > before.rows ? cut(now, before.rows) : now;
}

function cut(data: RawData, rows: number): RawData {
  const columns = [...data.columns].map(
    ([name, column]) => [name, cutColumn(column, rows)] as const,
  );
  return {
    ...data,
    rows,
    columns: new Map(columns),
    ...(data.groups && { groups: data.groups.slice(0, rows) }),
  };
}

function cutColumn(column: RawColumn, rows: number): RawColumn {
  const size = column.shape.reduce((product, extent) => product * extent, 1);
  return { ...column, values: column.values.slice(0, rows * size) };
}
