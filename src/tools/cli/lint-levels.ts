import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Diagnostic } from "../../compiler/base/diagnostics/diagnostic.ts";
import { readConfiguration } from "../../compiler/lints/configuration.ts";
import type { Level } from "../../compiler/lints/lint.ts";
import { readSource, rootOf } from "./sources.ts";

/** How loudly each lint is heard in a file: `nnspec.config.json` of its root says, where there is one. */
export function lintLevels(main: string): {
  readonly levels: ReadonlyMap<string, Level>;
  readonly diagnostics: readonly Diagnostic[];
} {
  const path = join(rootOf(main), "nnspec.config.json");
  if (!existsSync(path)) return { levels: new Map(), diagnostics: [] };
  return readConfiguration({ path: relative(process.cwd(), path), text: readSource(path).text });
}
