import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolder } from "./make-folder.ts";
import { captureTypeScript } from "./run-typescript.ts";

/** A function of a generated module, and what it is called with: something that JSON can say. */
export interface Call {
  readonly module: string;
  readonly function: string;
  readonly argument: object;
}

/** What a call gave, as JSON in which numbers that it has no word for go by their names; or why the program refused, for people. */
export type Answer = { readonly json: string } | { readonly refused: string };

/** Writes a generated folder, calls one function in it, in a process of its own, and throws the folder away. */
export async function callOnce(
  files: readonly { readonly path: string; readonly text: string }[],
  call: Call,
): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), "nnspec-once-"));
  try {
    for (const { path, text } of files) {
      makeFolder(dirname(join(folder, path)));
      writeFileSync(join(folder, path), text);
    }
    const { status, stdout, stderr } = await captureTypeScript(folder, script(call));
    if (status === 0) return { json: stdout };
    if (status === refused) return { refused: stderr.trim() };
    throw new Error(`${call.module} failed\n${stderr}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const refused = 2;

function script({ module, function: called, argument }: Call): string {
  return `import { ${called} } from "./${module}";
import { describeError, UserError } from "./runtime/errors.ts";
const spell = (_, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
try { console.log(JSON.stringify(await ${called}(${JSON.stringify(argument)}) ?? null, spell)); }
catch (error) { if (!(error instanceof UserError)) throw error; console.error(describeError(error)); process.exitCode = ${refused}; }`;
}

/** Numbers that JSON has no word for, back from their names; a text called `name` stays one. */
export function reviveNumbers(key: string, value: unknown): unknown {
  return key !== "name" && typeof value === "string" && /^(NaN|-?Infinity)$/.test(value)
    ? Number(value)
    : value;
}
