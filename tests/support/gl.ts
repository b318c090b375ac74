import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Browser } from "playwright-core";

/** Where the GL tests can run, and in words why not. */
export interface Place {
  readonly problem: string | undefined;
}

/** Headless WebGL in Node: needs `xvfb-run` and gpu.js's optional package `gl`. */
export function headlessGl(): Place {
  if (spawnSync("sh", ["-c", "command -v xvfb-run"]).status !== 0)
    return { problem: "xvfb-run is not installed (Debian: xvfb xauth)" };
  try {
    createRequire(createRequire(import.meta.url).resolve("gpu.js")).resolve("gl");
    return { problem: undefined };
  } catch {
    return { problem: 'the optional package "gl" was not built' };
  }
}

const chromiumPath = "/usr/bin/chromium";

export function chromium(): Place {
  return { problem: existsSync(chromiumPath) ? undefined : `${chromiumPath} is not installed` };
}

/**
 * Says on standard error that something was not tested, and why; `describe.skipIf` alone would hide it in a count. Where
 * NNSPEC_REQUIRE_GL is set (in CI, which installs all of it) nothing may be left out.
 */
export function skipLoudly(what: string, { problem }: Place): boolean {
  if (problem === undefined) return false;
  if (process.env["NNSPEC_REQUIRE_GL"])
    throw new Error(`${what} must be tested here, but ${problem}`);
  process.stderr.write(`\n*** NOT TESTED: ${what}: ${problem} ***\n\n`);
  return true;
}

export interface GlOptions {
  /** Mesa's renderer: `softpipe` compiles shaders many times faster than the usual `llvmpipe`, and runs them slowly. */
  readonly renderer?: "softpipe";
  readonly timeout?: number;
}

/** What the script at `path` (TypeScript, exporting `run`) resolves to, run by Node with an X server and OpenGL. */
export async function runInHeadlessGl(
  path: string,
  argument?: unknown,
  { renderer, timeout = 600_000 }: GlOptions = {},
): Promise<unknown> {
  const code = `import { run } from ${JSON.stringify(path)};
    process.stdout.write("\\n@@" + JSON.stringify(await run(${JSON.stringify(argument ?? null)})) + "\\n", () => process.exit(0));`;
  const screen = "-screen 0 640x480x24 +extension GLX";
  const { stdout } = await promisify(execFile)(
    "xvfb-run",
    ["-a", "-s", screen, process.execPath, "--import", "tsx", "--input-type=module", "-e", code],
    {
      maxBuffer: 1 << 28,
      timeout,
      env: { ...process.env, ...(renderer && { GALLIUM_DRIVER: renderer }) },
    },
  );
  return JSON.parse(stdout.slice(stdout.lastIndexOf("@@") + 2));
}

const chromiumFlags = (
  "--headless=new --no-sandbox --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader --disable-quic --no-first-run " +
  "--disable-background-networking --disable-component-update --disable-sync"
).split(" ");

export async function launchChromium(): Promise<Browser> {
  const { chromium: launcher } = await import("playwright-core");
  return launcher.launch({ executablePath: chromiumPath, args: chromiumFlags });
}

/** What the script at `path` (TypeScript, exporting `run`) resolves to, bundled and run in Chromium with WebGL 2 in software. */
export async function runInChromium(path: string, argument?: unknown): Promise<unknown> {
  const bundle = await build({
    stdin: {
      contents: `import { run } from ${JSON.stringify(path)}; globalThis.outcome = run(${JSON.stringify(argument ?? null)});`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2023",
    logLevel: "silent",
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
    if (errors.length > 0) throw new Error(errors.join("\n"));
    return await page.evaluate(
      () => (globalThis as unknown as { outcome: Promise<unknown> }).outcome,
    );
  } finally {
    await browser.close();
  }
}
