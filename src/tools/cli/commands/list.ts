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
  if (kind === "lint" || kind === "lints") return listLints(options);
  if (kind === "setting" || kind === "settings") return listSettings(options);
  if (kind === "target" || kind === "targets") return listTargets(options);
  const items = library.all().map(describe);
  const kinds = [...new Set(items.map((item) => item.kind))];
  const wanted = kind === undefined ? undefined : kindNamed(kind, kinds);
  const chosen = items.filter((item) => wanted === undefined || item.kind === wanted);
  if (options.format === "json") writeLine(JSON.stringify(chosen, undefined, 2));
  else
    writeLine(
      table(
        ["kind", "name", "summary"],
        chosen.map((item) => [item.kind, item.name, item.summary]),
      ),
    );
}

/** Every lint with its own severity, before any configuration. */
function listLints({ format }: SharedOptions): void {
  const rows = lints.map(({ code, name, severity, title }) => ({ code, name, severity, title }));
  if (format === "json") writeLine(JSON.stringify(rows, undefined, 2));
  else
    writeLine(
      table(
        ["code", "name", "severity", "what it finds"],
        rows.map((row) => [row.code, row.name, row.severity, row.title]),
      ),
    );
}

/** What a run may say of itself. */
function listSettings({ format }: SharedOptions): void {
  const rows = settings.map(({ name, takes, otherwise, summary }) => ({
    ...{ name, takes, default: otherwise },
    summary,
  }));
  if (format === "json") writeLine(JSON.stringify(rows, undefined, 2));
  else
    writeLine(
      table(
        ["setting", "what it does"],
        rows.map(({ name, summary }) => [name, summary]),
      ),
    );
}

/** What `nnspec build --target` can make of a run. */
function listTargets({ format }: SharedOptions): void {
  const rows = targets.map(({ name, summary }) => ({ name, summary }));
  if (format === "json") writeLine(JSON.stringify(rows, undefined, 2));
  else
    writeLine(
      table(
        ["target", "what it makes of a run"],
        rows.map(({ name, summary }) => [name, summary]),
      ),
    );
}

/** Singular and plural are the same kind: `layer`, `layers`, `losses`. */
function kindNamed(written: string, kinds: readonly string[]): string {
  const found = kinds.find((kind) => [kind, `${kind}s`, `${kind}es`].includes(written));
  if (found) return found;
  const near = suggest(written, kinds);
  throw new UsageError(
    `there is no kind ${written}${near ? `; did you mean ${near}?` : `; the kinds are ${[...kinds, "lint", "setting", "target"].join(", ")}`}`,
  );
}
