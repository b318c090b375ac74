import type { Plans } from "../../compiler/plan/backend.ts";
import { gpuJsProgram, type FunctionPool } from "./lower-plan.ts";
import type { GpuJsKernel, GpuJsProgram, GpuJsStep } from "./program.ts";

export interface EmittedKernels {
  readonly path: string;
  readonly text: string;
}

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
  plans: Plans,
  devicePlanModule = "./runtime/device-plan.ts",
): EmittedKernels {
  const pool: FunctionPool = new Map();
  const programs = Object.values(plans).map((plan) => gpuJsProgram(plan, pool));
  const sources = nameSources(programs);
  const functions = [...sources].map(
    ([source, { name, about }]) => `${about}\nconst ${name} = \`\n${source}\n\`;\n`,
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

interface Source {
  readonly name: string;
  /** Comment lines: what it computes, and which arrays. */
  readonly about: string;
}
type Sources = ReadonlyMap<string, Source>;

function nameSources(programs: readonly GpuJsProgram[]): Sources {
  const kernels = new Map<string, GpuJsKernel[]>();
  for (const kernel of programs.flatMap(({ steps }) => steps.flatMap(kernelsOf))) {
    const known = kernels.get(kernel.source);
    if (known === undefined) kernels.set(kernel.source, [kernel]);
    else known.push(kernel);
  }
  const taken = new Set<string>();
  return new Map(
    [...kernels].map(([source, makers]) => {
      const wanted = `kernel_${makers[0]!.name}`;
      let name = wanted;
      for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
      taken.add(name);
      return [source, { name, about: aboutText(makers) }] as const;
    }),
  );
}

function kernelsOf(step: GpuJsStep): readonly GpuJsKernel[] {
  return "body" in step ? step.body : "source" in step ? [step] : [];
}

/** What the first of the kernels computes, and which arrays they all make, in lines of a readable length. */
function aboutText(makers: readonly GpuJsKernel[]): string {
  const { about, makes } = makers[0]!;
  const what = about.startsWith(`${makes}: `) ? about.slice(makes.length + 2) : about;
  const names = [...new Set(makers.map((maker) => maker.makes))];
  const shown = names.length <= mostNames + 1 ? names : names.slice(0, mostNames);
  const rest = names.length - shown.length;
  const words = `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}: ${what}`;
  return commentLines(commentText(words)).join("\n");
}

/** Arrays that a comment lists by name. */
const mostNames = 4;
const lineLength = 100;

function commentLines(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < lineLength)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`// ${word}`);
  }
  return lines;
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
