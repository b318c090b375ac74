import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { positionAt } from "../../src/compiler/base/source.ts";
import type { Diagnostic } from "../../src/compiler/base/diagnostics/diagnostic.ts";
import { check } from "../../src/compiler/check.ts";

/** Checks a text as if it lay at `path`; imports are read from the disk beside it. */
export function checkText(text: string, path = "examples/sample.nnspec", set: ReadonlyMap<string, string> = new Map()) {
  return check(
    { path, text },
    {
      set,
      read: (wanted, from) => {
        const found = join(dirname(from), wanted);
        return existsSync(found) ? { path: found, text: readFileSync(found, "utf8") } : { problem: "missing" };
      },
    },
  );
}

/** `error NN0301 4:8-4:17`: a finding in one line, for comparison. */
export function inOneLine({ severity, code, span }: Diagnostic): string {
  const start = positionAt(span.source, span.start);
  const end = positionAt(span.source, span.end);
  return `${severity} ${code} ${start.line}:${start.column}-${end.line}:${end.column}`;
}
