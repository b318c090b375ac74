import type { Plans } from "../../compiler/plan/backend.ts";
import {
  keyText,
  layStatement,
  lineWidth,
  numberText,
  stringText,
  type Layout,
} from "../../compiler/base/layout.ts";
import { gpuJsProgram, type FunctionPool } from "./lower-plan.ts";
import type { GpuJsStack } from "./places.ts";
import type { GpuJsKernel, GpuJsProgram, GpuJsStep } from "./program.ts";
import { shareSizes } from "./share-sizes.ts";

export interface EmittedKernels {
  readonly path: string;
  readonly text: string;
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
  devicePlanModule = "./runtime/device.ts",
): EmittedKernels {
  const pool: FunctionPool = new Map();
  const programs = Object.values(plans).map((plan) => gpuJsProgram(plan, pool));
  const functions = nameFunctions(programs);
  const texts = functions.list.map(
    ({ name, about, parameters, text }) =>
      `${about}\n${withRoom(`const ${name} = ${parameters}\``, text)}\`;\n`,
  );
  const tables = programs.map((program) => planTable(program, functions.calls));
  const header = [
    `import type { DevicePlan } from ${stringText(devicePlanModule)};`,
    "",
    "// The tensor work as gpu.js functions. Arrays are flat and row-major; `i` is the element that a",
    "// thread computes, capital letters are sizes. A step of a plan: what it makes, how many elements",
    "// that has, the function, and the arrays and numbers that it is given.",
    "",
  ].join("\n");
  return { path: "kernels.ts", text: `${header}\n${texts.join("\n")}\n${tables.join("\n")}` };
}

/** A function after what it is called: its parameters have a line of their own where they need it, and so have its sizes. */
function withRoom(opening: string, text: string): string {
  const [head = ""] = text.split("\n", 1);
  if (opening.length + head.length <= lineWidth) return opening + text;
  const roomy = text.replace(/\((.*)\) \{$/m, (_, parameters) => `(\n  ${parameters}\n) {`);
  const [shortHead = ""] = roomy.split("\n", 1);
  if (opening.length + shortHead.length <= lineWidth) return opening + roomy;
  const inLines = opening.replace(
    /\((.*)\) =>/,
    (_, sizes: string) => `(\n  ${sizes.replaceAll(", ", ",\n  ")},\n) =>`,
  );
  return inLines + roomy;
}

interface NamedFunctions {
  readonly list: readonly {
    readonly name: string;
    /** Comment lines: what it computes, and which arrays. */
    readonly about: string;
    /** `(N: number) => ` where its sizes are. */
    readonly parameters: string;
    readonly text: string;
  }[];
  /** How a plan names each source: the function, with its sizes where it has such. */
  readonly calls: ReadonlyMap<string, string>;
}

/** Functions that are the same but for their sizes are written once, as a function of these. */
function nameFunctions(programs: readonly GpuJsProgram[]): NamedFunctions {
  const kernels = new Map<string, GpuJsKernel[]>();
  for (const kernel of programs.flatMap(({ steps }) => steps.flatMap(kernelsOf))) {
    const known = kernels.get(kernel.source);
    if (known === undefined) kernels.set(kernel.source, [kernel]);
    else known.push(kernel);
  }
  const taken = new Set<string>(programs.map(({ name }) => name));
  const calls = new Map<string, string>();
  const list = shareSizes([...kernels.values()].map(([kernel]) => kernel!)).map((shared) => {
    const wanted = shared.kernels[0]!.name;
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
    taken.add(name);
    for (const [place, { source }] of shared.kernels.entries()) {
      const sizes = shared.sizes.map(({ values }) => values[place]);
      calls.set(source, sizes.length === 0 ? name : `${name}(${sizes.join(", ")})`);
    }
    const makers = shared.kernels.flatMap(({ source }) => kernels.get(source)!);
    const list = shared.sizes.map((size) => `${size.name}: number`).join(", ");
    const parameters = list === "" ? "" : `(${list}) => `;
    return { name, about: aboutText(makers), parameters, text: shared.text };
  });
  return { list, calls };
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

function commentLines(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < lineWidth)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`// ${word}`);
  }
  return lines;
}

function planTable(program: GpuJsProgram, calls: ReadonlyMap<string, string>): string {
  const formulas = [...program.derived].map(
    ([name, formula]) => [name, { head: "(given) =>", body: formula }] as const,
  );
  const table: Layout = {
    isOpen: true,
    entries: [
      ["name", stringText(program.name)],
      ["capacity", numberText(program.capacity)],
      ["inputs", record(program.inputs, numberText)],
      ["given", texts(program.given)],
      ["derived", { entries: formulas }],
      ["steps", { items: program.steps.map((step) => stepRow(step, calls)) }],
      ["results", record(program.results, stringText)],
      ["updates", record(program.updates, stringText)],
    ],
  };
  return `${layStatement(`export const ${program.name} = `, table, " satisfies DevicePlan;")}\n`;
}

function record<Value>(
  entries: ReadonlyMap<string, Value>,
  text: (value: Value) => string,
): Layout {
  return { entries: [...entries].map(([name, value]) => [keyText(name), text(value)] as const) };
}

function texts(names: readonly string[]): Layout {
  return { items: names.map(stringText) };
}

function stepRow(step: GpuJsStep, calls: ReadonlyMap<string, string>): Layout {
  if ("body" in step) {
    const { about, places, reverse, body, stacks } = step;
    return {
      entries: [
        ["about", stringText(about)],
        ["places", numberText(places)],
        ["reverse", String(reverse)],
        ["body", { items: body.map((kernel) => stepRow(kernel, calls)) }],
        ["stacks", { items: stacks.map(stackRow) }],
      ],
    };
  }
  if ("fill" in step) {
    const { fill, stream, size } = step;
    return {
      entries: [
        ["fill", stringText(fill)],
        ["stream", stringText(stream)],
        ["size", numberText(size)],
      ],
    };
  }
  const { makes, size, source, arrays, numbers } = step;
  const given = numbers.length === 0 ? [texts(arrays)] : [texts(arrays), texts(numbers)];
  return { items: [stringText(makes), numberText(size), calls.get(source)!, ...given] };
}

function stackRow({ makes, here, before, rows, width }: GpuJsStack): Layout {
  return {
    entries: [
      ["makes", stringText(makes)],
      ["here", stringText(here)],
      ["before", stringText(before)],
      ["rows", numberText(rows)],
      ["width", numberText(width)],
    ],
  };
}
