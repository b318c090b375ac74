import type { WasmFunction, WasmModule } from "./encoder.ts";
import { instructions, type Instruction } from "./instructions.ts";

/** The text form of a module, from the same instructions as the binary, with the comments of kernels and loops. */
export function printModule(module: WasmModule): string {
  const names = identifiersOf(module.functions);
  const lines = ["(module", ...importLines(module)];
  for (const [index, one] of module.functions.entries())
    lines.push("", ...functionLines(one, index, names));
  return `${[...lines, ")"].join("\n")}\n`;
}

/** With threads the loader makes the memory a shared one where it can. */
function importLines({ pages, threaded }: WasmModule): readonly string[] {
  if (!threaded) return [`  (import "env" "memory" (memory ${pages}))`];
  return [
    `  (import "env" "memory" (memory ${pages} 65536))`,
    "  ;; the scratch of the thread",
    '  (import "env" "scratch" (global i32))',
  ];
}

/** A name each: what is left of two names without special characters may be one. */
function identifiersOf(functions: readonly WasmFunction[]): readonly string[] {
  const taken = new Set<string>();
  return functions.map((one) => {
    const wanted = identifier(one.name);
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  });
}

function identifier(name: string): string {
  return `$${name.replaceAll(/[^A-Za-z0-9_.]/g, "_")}`;
}

function functionLines(
  one: WasmFunction,
  index: number,
  names: readonly string[],
): readonly string[] {
  const exported = one.exported ? ` (export ${JSON.stringify(one.name)})` : "";
  const parameters = one.parameters.length === 0 ? "" : ` (param ${one.parameters.join(" ")})`;
  const locals = one.locals.length === 0 ? [] : [`    (local ${one.locals.join(" ")})`];
  return [
    `  ;; ${commentText(one.comment)}`,
    `  (func ${names[index]!}${exported}${parameters}`,
    ...locals,
    ...bodyLines(one.body, names),
    "  )",
  ];
}

/** One line, without control characters. */
function commentText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}

function bodyLines(body: readonly Instruction[], names: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let depth = 2;
  for (const instruction of body) {
    if (instruction.comment !== undefined)
      lines.push(`${"  ".repeat(depth)};; ${commentText(instruction.comment)}`);
    if (instruction.op === "end") depth--;
    lines.push("  ".repeat(depth) + instructionText(instruction, names));
    if (instruction.op === "loop" || instruction.op === "block" || instruction.op === "if") depth++;
  }
  return lines;
}

function instructionText({ op, immediates }: Instruction, names: readonly string[]): string {
  const [first = 0, second = 0, third = 0] = immediates;
  const memory = `${first === 0 ? "" : ` offset=${first}`} align=${2 ** second}`;
  switch (instructions[op].immediate) {
    case "none":
    case "block":
    case "copy":
      return op;
    case "index":
      return op === "call" ? `${op} ${names[first]!}` : `${op} ${first}`;
    case "f32":
      return `${op} ${floatText(first)}`;
    case "v128":
      return `${op} i32x4 ${immediates.map((word) => `0x${(word >>> 0).toString(16)}`).join(" ")}${constantNote(immediates)}`;
    case "memory":
      return op + memory;
    case "memory lane":
      return `${op}${memory} ${third}`;
    case "i32":
    case "i64":
    case "lane":
    case "shuffle":
      return `${op} ${immediates.join(" ")}`;
  }
}

function floatText(value: number): string {
  return Number.isNaN(value)
    ? "nan"
    : Number.isFinite(value)
      ? String(Math.fround(value))
      : value > 0
        ? "inf"
        : "-inf";
}

/** The numbers that the words of a constant stand for. */
function constantNote(words: readonly number[]): string {
  const floats = [...new Float32Array(Int32Array.from(words).buffer)];
  const same = floats.every((value) => Object.is(value, floats[0]));
  return ` (; ${same ? floats[0]! : floats.join(" ")} ;)`;
}
