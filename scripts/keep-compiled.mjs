// Runs commands as `dist/nnspec.js` does and keeps what V8 compiled meanwhile: dist/commands.cjs.cache. (A cache that is made before
// anything has run holds hardly any functions.)
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Script } from "node:vm";

const file = resolve("dist/commands.cjs");
const script = new Script(module.wrap(readFileSync(file, "latin1")), { filename: file });
const made = { exports: {} };
script.runInThisContext()(made.exports, module.createRequire(file), made, file, dirname(file));

const folder = mkdtempSync(join(tmpdir(), "nnspec-compiled-"));
const spec = "examples/digits.nnspec";
try {
  for (const words of [
    ["fmt", "--check", spec],
    ["check", spec],
    ["build", "examples/transformer.nnspec", "--out", join(folder, "built")],
    ["train", spec, "--epochs", "1", "--run-dir", join(folder, "run")],
  ])
    await made.exports.runCommand([process.execPath, file, ...words]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (process.exitCode) throw new Error(`a command ended with ${process.exitCode}`);
writeFileSync(`${file}.cache`, script.createCachedData());
