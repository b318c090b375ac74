// Imports point down the floors of the house and never form a cycle between folders; `src/runtime` stands apart.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const floors = [
  ["src/compiler/base", 0],
  ["src/compiler/syntax", 1],
  ["src/compiler/ir", 1],
  ["src/compiler/library", 2],
  ["src/compiler/typed", 3],
  ["src/compiler/plan", 3],
  ["src/compiler/passes", 3],
  ["src/compiler", 4],
  ["src/service", 5],
  ["src/tools", 6],
];
const apart = [
  ["src/compiler/syntax", "src/compiler/ir"],
  ["src/compiler/ir", "src/compiler/syntax"],
  ["src/compiler/library", "src/compiler/syntax"],
  ["src/compiler/typed", "src/compiler/syntax"],
  ["src/compiler/plan", "src/compiler/syntax"],
  ["src/compiler/typed", "src/compiler/passes"],
  ["src/compiler/plan", "src/compiler/passes"],
  // What an editor asks is answered from the analysis, never by a pass of its own.
  ["src/service", "src/compiler/passes"],
  ["src/service", "src/compiler/lints"],
];
// A pass may import from earlier passes, never from later ones.
const passOf = (path) => Number(/^src\/compiler\/passes\/(\d)/.exec(path)?.[1] ?? 0);

const faults = [];
for (const file of filesBelow("src")) {
  for (const match of readFileSync(file, "utf8").matchAll(
    /(?:from|import\()\s*"(\.{1,2}\/[^"]+)"/g,
  )) {
    const target = relative(".", join(dirname(file), match[1]));
    if (!target.startsWith("src/")) continue;
    const reason = faultOf(file, target);
    if (reason) faults.push(`${file} imports ${target}: ${reason}`);
  }
}
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}

function faultOf(file, target) {
  const runtime = (path) => path.startsWith("src/runtime/");
  // The tools read data as trainers do.
  if (inside(file, "src/tools") && runtime(target)) return undefined;
  if (runtime(file) !== runtime(target))
    return runtime(file)
      ? "the runtime imports nothing of the compiler"
      : "trainers carry the runtime; the compiler does not run it";
  if (runtime(file)) return undefined;
  if (floorOf(target) > floorOf(file)) return "imports never point up a floor";
  if (apart.some(([from, to]) => inside(file, from) && inside(target, to)))
    return "these two do not know each other";
  if (passOf(target) > passOf(file) && passOf(file) > 0)
    return "a pass does not know the passes after it";
  return undefined;
}

function floorOf(path) {
  return floors.find(([folder]) => inside(path, folder))?.[1] ?? 9;
}

function inside(path, folder) {
  return path.startsWith(`${folder}/`);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}
