// Bundles the command line into dist/, where it compiles once, and lays the runtime in pieces beside it.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
const shared = {
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  charset: "ascii",
  external: ["ts-morph", "prettier", "gpu.js", "tsx"],
  logLevel: "warning",
};
await build({ ...shared, entryPoints: { nnspec: "src/tools/cli/launch.ts" }, format: "esm" });
await build({
  ...shared,
  entryPoints: { "check-worker": "src/tools/cli/check-worker.ts" },
  format: "esm",
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
});
// One script instead of modules, as Node 20 lets nobody keep what V8 made of a module. What a command does not call stays unevaluated.
await build({
  ...shared,
  entryPoints: { commands: "src/tools/cli/run-command.ts" },
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  // A script that comes from a cache has forgotten how to import: it requires its packages.
  supported: { "dynamic-import": false },
  define: { "import.meta.url": "__moduleUrl" },
  banner: { js: 'const __moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
});
chmodSync("dist/nnspec.js", 0o755);
escapeRest("dist/commands.cjs");
await cutRuntime();
keepCompiled();

/** Reads the runtime with ts-morph, cuts it at the conditions that runs decide, and prints the pieces: what `build` chooses from. */
async function cutRuntime() {
  const cutter = "dist/cut-runtime.mjs";
  await build({
    entryPoints: ["scripts/cut-runtime.ts"],
    outfile: cutter,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "warning",
  });
  const { cutInto } = await import(`../${cutter}`);
  await cutInto("dist");
  rmSync(cutter);
}

/** The characters of regular expressions, which esbuild leaves as they are: a file of ASCII is read in a third of the time. */
function escapeRest(file) {
  const escaped = readFileSync(file, "utf8").replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  writeFileSync(file, escaped);
}

/** What V8 makes of the commands that people run most, beside them: a process of its own, as its commands speak and end. */
function keepCompiled() {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/keep-compiled.mjs"], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status !== 0) process.stderr.write(`The commands were not compiled ahead:\n${stderr}`);
}
