import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { exitCode } from "../exit.ts";
import { writeLine } from "../output.ts";
import type { SharedOptions } from "../options.ts";

interface Finding {
  readonly name: string;
  readonly state: "ok" | "missing" | "problem";
  readonly detail: string;
}

/** Tries what training needs on this machine, one thing after the other, and says what to install for what is missing. */
export async function doctor(options: SharedOptions): Promise<void> {
  const findings = [node(), cores(), await gpuJs(), headlessGl()];
  if (options.format === "json") writeLine(JSON.stringify({ findings }, undefined, 2));
  else
    for (const { name, state, detail } of findings)
      writeLine(`${mark[state]} ${name.padEnd(12)} ${detail}`);
  process.exitCode = findings.some(({ state }) => state === "problem")
    ? exitCode.specHasErrors
    : exitCode.clean;
}

const mark = { ok: "✓", missing: "–", problem: "✗" } as const;

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "Node",
    state: enough ? "ok" : "problem",
    detail: `${process.versions.node}${enough ? "" : ": nnspec needs 20.19 or newer"}`,
  };
}

function cores(): Finding {
  return { name: "processors", state: "ok", detail: String(availableParallelism()) };
}

async function gpuJs(): Promise<Finding> {
  try {
    const { GPU } = await import("gpu.js");
    const gpu = new GPU({ mode: "cpu" });
    const result = gpu.createKernel(
      function () {
        return 2;
      },
      { output: [1] },
    )() as Float32Array;
    await gpu.destroy();
    return {
      name: "gpu.js",
      state: result[0] === 2 ? "ok" : "problem",
      detail: "kernels run on the CPU",
    };
  } catch (error) {
    return {
      name: "gpu.js",
      state: "problem",
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

function headlessGl(): Finding {
  const name = "headless GL";
  try {
    const createContext: (width: number, height: number) => unknown = createRequire(
      import.meta.url,
    )("gl");
    if (createContext(2, 2))
      return {
        name,
        state: "ok",
        detail: "WebGL contexts can be made: --backend gpu works in Node",
      };
    return {
      name,
      state: "missing",
      detail:
        'gl is installed, but there is no display: run under xvfb-run -a -s "-screen 0 640x480x24 +extension GLX"',
    };
  } catch {
    return {
      name,
      state: "missing",
      detail:
        "the optional package gl is not installed: training in Node uses the CPU (browsers use WebGL)",
    };
  }
}
