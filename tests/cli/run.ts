import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const program = resolve("dist/nnspec.js");

/** Runs the built command line; colours off, so that texts can be compared. */
export function nnspec(
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string; readonly timeout?: number } = {},
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    input: options.input ?? "",
    cwd: options.cwd,
    timeout: options.timeout ?? 120_000,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, stdout, stderr };
}
