import { suggest } from "../../../compiler/base/suggest.ts";
import { library } from "../../../compiler/library/index.ts";
import { lints } from "../../../compiler/lints/lints.ts";
import { settings } from "../../../compiler/settings/index.ts";
import { targets } from "../../../targets/index.ts";
import { describe } from "../../manual/describe.ts";
import { UsageError } from "../exit.ts";
import { table, writeLine } from "../output.ts";
import type { SharedOptions } from "../options.ts";

/** Every item of the library, or those of one kind. */
export function list(kind: string | undefined, options: SharedOptions): void {
  const other = others.find((each) => kind === each.kind || kind === `${each.kind}s`);
  if (other) return listRows(other.titles, other.rows, options);
  const items = library.all().map(describe);
  const kinds = [...new Set(items.map((item) => item.kind))];
  const wanted = kind === undefined ? undefined : kindNamed(kind, kinds);
  const chosen = items.filter((item) => wanted === undefined || item.kind === wanted);
  listRows({ kind: "kind", name: "name", summary: "summary" }, chosen, options);
}

/** All members as JSON, or those that have a title as columns. */
function listRows(
  titles: Readonly<Record<string, string>>,
  rows: readonly object[],
  { format }: SharedOptions,
): void {
  if (format === "json") return writeLine(JSON.stringify(rows, undefined, 2));
  const cells = rows.map((row) =>
    Object.keys(titles).map((key) => String(row[key as keyof object])),
  );
  writeLine(table(Object.values(titles), cells));
}

/** What is listed besides the items of the library: what it is called, and its members as columns. */
const others: readonly {
  readonly kind: string;
  readonly titles: Readonly<Record<string, string>>;
  readonly rows: readonly Readonly<Record<string, string>>[];
}[] = [
  {
    // Each with its own severity, before any configuration.
    kind: "lint",
    titles: { code: "code", name: "name", severity: "severity", title: "what it finds" },
    rows: lints.map(({ code, name, severity, title }) => ({ code, name, severity, title })),
  },
  {
    kind: "setting",
    titles: { name: "setting", summary: "what it does" },
    rows: settings.map(({ name, takes, otherwise, summary }) => ({
      ...{ name, takes, default: otherwise },
      summary,
    })),
  },
  {
    kind: "target",
    titles: { name: "target", summary: "what it makes of a run" },
    rows: targets.map(({ name, summary }) => ({ name, summary })),
  },
];

/** Singular and plural are the same kind: `layer`, `layers`, `losses`. */
function kindNamed(written: string, kinds: readonly string[]): string {
  const found = kinds.find((kind) => [kind, `${kind}s`, `${kind}es`].includes(written));
  if (found) return found;
  const near = suggest(written, kinds);
  throw new UsageError(
    `there is no kind ${written}${near ? `; did you mean ${near}?` : `; the kinds are ${[...kinds, ...others.map((each) => each.kind)].join(", ")}`}`,
  );
}
