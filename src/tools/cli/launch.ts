#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";

/** What `commands.cjs` exports. */
type Commands = typeof import("./run-command.ts");

/** Exists since Node 22.1. */
interface CachingModule {
  readonly enableCompileCache?: () => unknown;
}

const file = join(import.meta.dirname, "commands.cjs");
await load().runCommand(process.argv);

/** All commands are one script, which V8 need not compile again: newer Nodes keep what they compiled, for others it lies beside the script. */
function load(): Commands {
  const require = module.createRequire(file);
  const { enableCompileCache } = module as CachingModule;
  if (enableCompileCache === undefined) return loadWith(require);
  enableCompileCache();
  return require(file) as Commands;
}

/** A cache of another version of V8 is refused by V8 itself: then the script is compiled as always. */
function loadWith(require: NodeJS.Require): Commands {
  const cache = `${file}.cache`;
  // All that is not ASCII is escaped in it (scripts/build.mjs), which is read faster.
  const source = module.wrap(readFileSync(file, "latin1"));
  const script = new Script(source, {
    filename: file,
    ...(existsSync(cache) && { cachedData: readFileSync(cache) }),
  });
  const made = { exports: {} as Commands };
  script.runInThisContext()(made.exports, require, made, file, import.meta.dirname);
  return made.exports;
}
