// The order of the house: imports point down its floors, never up and never in a circle, imports of types too.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const floors = [
  ["src/compiler/base", 0],
  ["src/compiler/syntax", 1],
  ["src/compiler/ir", 1],
  ["src/compiler/library", 2],
  ["src/compiler/typed", 3],
  ["src/compiler/settings", 3],
  ["src/compiler/plan", 3],
  ["src/backends", 3],
  ["src/compiler/passes", 3],
  ["src/compiler", 4],
  ["src/targets", 5],
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
  ["src/compiler/settings", "src/compiler/passes"],
  ["src/compiler/settings", "src/compiler/syntax"],
  ["src/compiler/plan", "src/compiler/passes"],
  ["src/compiler/plan", "src/backends"],
  ["src/backends/wasm", "src/backends/gpujs"],
  ["src/backends/gpujs", "src/backends/wasm"],
  // What a run comes to is a compilation: targets and tools take that, and no pass.
  ["src/targets", "src/compiler/passes"],
  ["src/tools", "src/compiler/passes"],
  // What an editor asks is answered from the analysis, never by a pass of its own.
  ["src/service", "src/compiler/passes"],
  ["src/service", "src/targets"],
  ["src/service", "src/compiler/lints"],
];
// Backends know plans, and nothing of what they were made from.
const seenByBackends = ["src/backends", "src/compiler/plan", "src/compiler/base"];
// Only targets know that there are backends.
const knowBackends = ["src/backends", "src/targets", "src/tools"];
// A pass may import from earlier passes, never from later ones.
const passOf = (path) => Number(/^src\/compiler\/passes\/(\d)/.exec(path)?.[1] ?? 0);
// An argument's value may be a definition with arguments: one recursive type in two files.
const oneType = ["src/compiler/library/arguments.ts", "src/compiler/library/definition.ts"];

const importsOf = new Map(filesBelow("src").map((file) => [file, targetsOf(file)]));
const faults = [...upward(), ...circles()];
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}

function targetsOf(file) {
  const imports = readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.{1,2}\/[^"]+)"/g);
  return [...imports]
    .map(([, path]) => relative(".", join(dirname(file), path)))
    .filter((target) => target.startsWith("src/"));
}

function upward() {
  return [...importsOf].flatMap(([file, targets]) =>
    targets.flatMap((target) => {
      const reason = faultOf(file, target);
      return reason ? [`${file} imports ${target}: ${reason}`] : [];
    }),
  );
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
  if (inside(file, "src/backends") && !insideAny(target, seenByBackends))
    return "backends know plans and the base only";
  if (inside(target, "src/backends") && !insideAny(file, knowBackends))
    return "what comes before targets knows no backend";
  if (floorOf(target) > floorOf(file)) return "imports never point up a floor";
  if (apart.some(([from, to]) => inside(file, from) && inside(target, to)))
    return "these two do not know each other";
  if (passOf(target) > passOf(file) && passOf(file) > 0)
    return "a pass does not know the passes after it";
  return undefined;
}

/** Files that import each other in a circle, by Tarjan's strongly connected components. */
function circles() {
  const [number, low, stack, found] = [new Map(), new Map(), [], []];
  const visit = (file) => {
    number.set(file, number.size);
    low.set(file, number.get(file));
    stack.push(file);
    for (const target of importsOf.get(file) ?? []) {
      if (oneType.includes(file) && oneType.includes(target)) continue;
      if (!number.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file), low.get(target)));
    }
    if (low.get(file) !== number.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(`a circle of imports: ${circle.join(", ")}`);
  };
  for (const file of importsOf.keys()) if (!number.has(file)) visit(file);
  return found;
}

function floorOf(path) {
  return floors.find(([folder]) => inside(path, folder))?.[1] ?? 9;
}

function insideAny(path, folders) {
  return folders.some((folder) => inside(path, folder));
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
