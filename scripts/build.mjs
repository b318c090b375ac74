// Bundles the command line into dist/, cut so that `check` and `fmt` load neither prettier nor gpu.js, and lays the runtime in pieces beside it.
import { build } from "esbuild";
import { chmodSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: { nnspec: "src/tools/cli/main.ts", "check-worker": "src/tools/cli/check-worker.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  external: ["ts-morph", "prettier", "gpu.js", "tsx"],
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
chmodSync("dist/nnspec.js", 0o755);
await cutRuntime();

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
