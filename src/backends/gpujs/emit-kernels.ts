import type { Plan } from "../../compiler/plan/plan.ts";
import { gpuJsProgram } from "./lower-plan.ts";
import type { GpuJsKernel, GpuJsProgram, GpuJsStep } from "./program.ts";

export interface EmittedKernels {
  readonly path: string;
  readonly text: string;
}

export type GpuJsPlans = Readonly<Partial<Record<Plan["name"], Plan>>>;

/** A string literal that is safe in any file: separators and `<` are escaped. */
function literal(text: string): string {
  return JSON.stringify(text)
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029")
    .replaceAll("<", "\\u003c");
}

/** Text for a line comment: one line, without control characters. */
function commentText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}

/**
 * The generated file of kernels: each gpu.js function as a string of many lines under its shapes, then for each plan
 * the table of what is called with what, in order. Functions that several plans share are written once.
 */
export function emitKernels(
  plans: GpuJsPlans,
  devicePlanModule = "./runtime/device-plan.ts",
): EmittedKernels {
  const programs = Object.values(plans).map(gpuJsProgram);
  const sources = nameSources(programs);
  const functions = [...sources].map(
    ([source, { name, about }]) => `// ${commentText(about)}\nconst ${name} = \`\n${source}\n\`;\n`,
  );
  const tables = programs.map((program) => planTable(program, sources));
  const header = [
    `import type { DevicePlan } from ${literal(devicePlanModule)};`,
    "",
    "// The tensor work as gpu.js functions. Arrays are flat and row-major; `i` is the element that a thread computes.",
    "",
  ].join("\n");
  return { path: "kernels.ts", text: `${header}\n${functions.join("\n")}\n${tables.join("\n")}` };
}

type Sources = ReadonlyMap<string, { readonly name: string; readonly about: string }>;

function nameSources(programs: readonly GpuJsProgram[]): Sources {
  const sources = new Map<string, { name: string; about: string }>();
  const taken = new Set<string>();
  for (const program of programs) {
    for (const step of program.steps.flatMap((each): readonly GpuJsKernel[] =>
      "body" in each ? each.body : "source" in each ? [each] : [],
    )) {
      if (sources.has(step.source)) continue;
      const wanted = `kernel_${/^function (\w+)/.exec(step.source)![1]!}`;
      let name = wanted;
      for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
      taken.add(name);
      sources.set(step.source, { name, about: step.about });
    }
  }
  return sources;
}

function planTable(program: GpuJsProgram, sources: Sources): string {
  const derived = [...program.derived].map(([name, formula]) => `${name}: (given) => ${formula},`);
  return [
    `export const ${program.name} = {`,
    `  name: ${literal(program.name)},`,
    `  capacity: ${program.capacity},`,
    `  inputs: ${record(program.inputs, String)},`,
    `  variables: ${record(program.variables, String)},`,
    `  given: [${program.given.map(literal).join(", ")}],`,
    `  derived: { ${derived.join(" ")} },`,
    `  steps: [`,
    ...program.steps.map((step) => `    ${stepRow(step, sources)},`),
    `  ],`,
    `  results: ${record(program.results, literal)},`,
    `  updates: ${record(program.updates, literal)},`,
    `} satisfies DevicePlan;`,
    "",
  ].join("\n");
}

/** `"__proto__": …` would set the prototype instead of a property. */
function keyText(name: string): string {
  return name === "__proto__" ? `["__proto__"]` : literal(name);
}

function record<Value>(
  entries: ReadonlyMap<string, Value>,
  text: (value: Value) => string,
): string {
  return `{ ${[...entries].map(([name, value]) => `${keyText(name)}: ${text(value)}`).join(", ")} }`;
}

function stepRow(step: GpuJsStep, sources: Sources): string {
  if ("body" in step) {
    const { about, places, reverse, body, stacks } = step;
    return `{ about: ${literal(about)}, places: ${places}, reverse: ${reverse}, body: [${body.map((kernel) => stepRow(kernel, sources)).join(", ")}], stacks: ${JSON.stringify(stacks)} }`;
  }
  if ("fill" in step)
    return `{ fill: ${literal(step.fill)}, stream: ${literal(step.stream)}, size: ${step.size} }`;
  const list = (names: readonly string[]): string => `[${names.map(literal).join(", ")}]`;
  const { name } = sources.get(step.source)!;
  return `{ source: ${name}, arrays: ${list(step.arrays)}, numbers: ${list(step.numbers)}, makes: ${literal(step.makes)}, size: ${step.size} }`;
}
