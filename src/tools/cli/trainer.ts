import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Program, TypedRun } from "../../compiler/typed/program.ts";
import { UsageError } from "./exit.ts";
import { reasonOf } from "./sources.ts";

/** Generates the trainer of a run into a folder; what was generated there before is replaced, and nothing else touched. */
export async function writeTrainer(program: Program, run: TypedRun, folder: string, options: BuildChoices): Promise<readonly string[]> {
  const { buildTrainer } = await import("../../compiler/build.ts");
  const files = await buildTrainer(program, run, options);
  try {
    for (const { path, text } of files) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  } catch (error) {
    throw new UsageError(`cannot write into ${folder}: ${reasonOf(error)}`);
  }
  return files.map(({ path }) => path);
}

export interface BuildChoices {
  /** Folder that relative data paths of the file start from. */
  readonly base: string;
  readonly data: ReadonlyMap<string, string>;
}

/** Runs a generated TypeScript file with this Node: by tsx where Node does not strip types itself. Gives its exit code. */
export async function runTypeScript(file: string, args: readonly string[], input: "inherit" | "ignore" = "inherit"): Promise<number> {
  linkRuntime(dirname(file));
  const loader = stripsTypes() ? [] : ["--import", import.meta.resolve("tsx")];
  const child = spawn(process.execPath, [...loader, file, ...args], { stdio: [input, "inherit", "inherit"] });
  const ignoreInterrupt = (): void => {};
  process.removeAllListeners("SIGINT");
  process.on("SIGINT", ignoreInterrupt);
  try {
    return await new Promise<number>((settle, fail) => {
      child.on("error", fail);
      child.on("exit", (code, signal) => settle(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  } finally {
    process.off("SIGINT", ignoreInterrupt);
  }
}

function stripsTypes(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** A generated trainer imports gpu.js: where its folder has none in reach, ours is linked there. */
function linkRuntime(folder: string): void {
  if (reaches(folder, "gpu.js")) return;
  const ours = packageFolder("gpu.js");
  const modules = join(folder, "node_modules");
  mkdirSync(modules, { recursive: true });
  const link = join(modules, "gpu.js");
  rmSync(link, { recursive: true, force: true });
  symlinkSync(ours, link, "junction");
}

function reaches(folder: string, name: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
    if (dirname(at) === at) return false;
  }
}

function packageFolder(name: string): string {
  let at = dirname(createRequire(import.meta.url).resolve(name));
  while (!isPackage(at, name)) at = dirname(at);
  return at;
}

function isPackage(folder: string, name: string): boolean {
  const file = join(folder, "package.json");
  return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).name === name;
}
