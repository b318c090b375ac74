import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Readable } from "node:stream";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compileRun } from "../../../src/compiler/compile.ts";
import type { EmittedFile } from "../../../src/targets/target.ts";
import { emit } from "../../../src/targets/trainer/emit.ts";
import type { CompiledRun } from "../../../src/compiler/plan/compiled.ts";
import type { Program, TypedRun } from "../../../src/compiler/typed/program.ts";

export const repository = resolve(import.meta.dirname, "../../..");
const tsx = pathToFileURL(join(repository, "node_modules/tsx/dist/loader.mjs")).href;

/** The bundled digits in the place of the data that a spec names. */
export const digits = join(repository, "examples/data/digits.csv.gz");

export interface Emitted {
  readonly folder: string;
  readonly compiled: CompiledRun;
  readonly files: readonly EmittedFile[];
}

/** Compiles and emits a run that reads the bundled digits (or `data`), into a folder that reaches the packages of this repository. */
export async function emitInto(
  { program, run }: { readonly program: Program; readonly run: TypedRun },
  data = digits,
): Promise<Emitted> {
  const compiled = compileRun(run);
  const files = await emit(compiled, program, { pathFromFolder: () => data });
  const folder = mkdtempSync(join(tmpdir(), "nnspec-emit-"));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  return { folder, compiled, files };
}

export function remove({ folder }: Pick<Emitted, "folder">): void {
  rmSync(folder, { recursive: true, force: true });
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a TypeScript file of the folder in Node, as `npm start` does. */
export function runIn(
  folder: string,
  file: string,
  args: readonly string[] = [],
  input = "",
): Promise<Ended> {
  return new Promise((settle) => {
    const child = execFile(
      process.execPath,
      ["--import", tsx, file, ...args],
      { cwd: folder, maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        settle({
          code: typeof error?.code === "number" ? error.code : error ? 1 : 0,
          stdout,
          stderr,
        });
      },
    );
    child.stdin?.end(input);
  });
}

/** The same, to be spoken to while it runs. */
export function spawnIn(
  folder: string,
  file: string,
  args: readonly string[],
): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, ["--import", tsx, file, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** The events of `--format json`. */
export function eventsOf(stdout: string): readonly Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
