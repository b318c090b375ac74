import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { makeFolder } from "./make-folder.ts";

/** Runs a generated TypeScript file with this Node, and gives its exit code. */
export async function runTypeScript(
  file: string,
  args: readonly string[],
  input: "inherit" | "ignore",
  output: "inherit" | "ignore" = "inherit",
): Promise<number> {
  linkPackages(dirname(file));
  const child = spawn(process.execPath, [...loader(file), file, ...args], {
    stdio: [input, output, "inherit"],
  });
  // Whoever signals this process means the training: it saves its checkpoint and ends, and its exit code is then ours.
  // (A terminal signals both; the child takes signals so close together for one.)
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.removeAllListeners(signal);
    process.on(signal, passOn);
  }
  // The listeners stay: a late signal must not take the exit code away.
  return new Promise<number>((settle, fail) => {
    child.on("error", fail);
    child.on("exit", (code, signal) =>
      settle(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}

/** tsx, where Node does not strip types itself. */
function loader(file: string): readonly string[] {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return [];
  const hooks = file.includes("?") ? ["--import", hooksForQuestionMarks()] : [];
  return ["--import", pathToFileURL(tsxPath()).href, ...hooks];
}

const tsxPath = (): string => createRequire(import.meta.url).resolve("tsx");

/** tsx takes a question mark in a path for the end of it, so files below such a folder are stripped of their types by what tsx strips with. */
function hooksForQuestionMarks(): string {
  const esbuild = createRequire(tsxPath()).resolve("esbuild");
  const load = `
    import { readFile } from "node:fs/promises";
    import { fileURLToPath } from "node:url";
    import esbuild from ${JSON.stringify(pathToFileURL(esbuild).href)};
    export async function load(url, context, next) {
      if (!/%3F.*\\.ts$/i.test(url)) return next(url, context);
      const text = await readFile(fileURLToPath(url), "utf8");
      const { code } = await esbuild.transform(text, { loader: "ts", format: "esm", target: "node20" });
      return { format: "module", source: code, shortCircuit: true };
    }`;
  const register = `
    import { register } from "node:module";
    register(${JSON.stringify(asModule(load))});`;
  return asModule(register);
}

function asModule(text: string): string {
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

/** A generated trainer imports gpu.js, and one that reads images sharp: where its folder has none in reach, ours is linked there. */
function linkPackages(folder: string): void {
  const readsImages = existsSync(join(folder, "runtime", "images.ts"));
  for (const name of readsImages ? ["gpu.js", "sharp"] : ["gpu.js"]) {
    const ours = reaches(folder, name) ? undefined : packageFolder(name);
    if (ours === undefined) continue;
    const modules = join(folder, "node_modules");
    makeFolder(modules);
    const link = join(modules, name);
    rmSync(link, { recursive: true, force: true });
    symlinkSync(ours, link, "junction");
  }
}

function reaches(folder: string, name: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
    if (dirname(at) === at) return false;
  }
}

/** Where a package of ours lies; undefined for an optional one that is not installed. */
function packageFolder(name: string): string | undefined {
  let at: string;
  try {
    at = dirname(createRequire(import.meta.url).resolve(name));
  } catch {
    return undefined;
  }
  while (!isPackage(at, name)) at = dirname(at);
  return at;
}

function isPackage(folder: string, name: string): boolean {
  const file = join(folder, "package.json");
  return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).name === name;
}
