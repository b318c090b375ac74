// Bundles the command line into dist/, cut so that `check` and `fmt` load neither ts-morph nor prettier nor gpu.js.
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
