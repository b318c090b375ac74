import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { positionAt } from "../../src/compiler/base/source.ts";
import type { Diagnostic } from "../../src/compiler/base/diagnostics/diagnostic.ts";
import { check } from "../../src/compiler/check.ts";
import type { Level } from "../../src/compiler/lints/lint.ts";
import { lintsOff } from "./lints-off.ts";

/** Checks a text as if it lay at `path`; imports are read from the disk beside it. */
export function checkText(
  text: string,
  path = "examples/sample.nnspec",
  set: ReadonlyMap<string, string> = new Map(),
  levels: ReadonlyMap<string, Level> = new Map(),
) {
  return check(
    { path, text },
    {
      set,
      lints: levels,
      read: (wanted, from) => {
        const found = join(dirname(from), wanted);
        return existsSync(found)
          ? { path: found, text: readFileSync(found, "utf8") }
          : { problem: "missing" };
      },
    },
  );
}

/** The same without the lints: for what is told of names, shapes and settings alone. */
export function checkWithoutLints(text: string, path?: string, set?: ReadonlyMap<string, string>) {
  return checkText(text, path, set, lintsOff);
}

/** `error NN0301 4:8-4:17`: a finding in one line, for comparison. */
export function inOneLine({ severity, code, span }: Diagnostic): string {
  const start = positionAt(span.source, span.start);
  const end = positionAt(span.source, span.end);
  return `${severity} ${code} ${start.line}:${start.column}-${end.line}:${end.column}`;
}
