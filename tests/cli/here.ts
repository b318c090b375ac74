import { resolve } from "node:path";
import { commandLine } from "../../src/tools/cli/program.ts";
import { reportFailure } from "../../src/tools/cli/exit.ts";

const program = resolve("dist/nnspec.js");

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command line in this very process, where what has been loaded and compiled once stays so. For commands that start no
 * other process and read no standard input; that the built program does the same is told by the tests that spawn it.
 */
export async function nnspecHere(
  args: readonly string[],
  { cwd = process.cwd() }: { readonly cwd?: string } = {},
): Promise<Ended> {
  const stdout = catching(process.stdout);
  const stderr = catching(process.stderr);
  const before = {
    folder: process.cwd(),
    code: process.exitCode,
    colour: process.env["NO_COLOR"],
    started: process.argv[1]!,
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  const listeners = signals.map((signal) => process.listeners(signal));
  try {
    process.argv[1] = program;
    process.chdir(cwd);
    process.exitCode = 0;
    process.env["NO_COLOR"] = "1";
    await commandLine().parseAsync([...args], { from: "user" });
  } catch (error) {
    process.exitCode = reportFailure(error);
  } finally {
    process.argv[1] = before.started;
    process.chdir(before.folder);
    restore(before.colour);
    for (const [place, signal] of signals.entries()) {
      process.removeAllListeners(signal);
      for (const listener of listeners[place]!) process.on(signal, listener);
    }
  }
  const status = Number(process.exitCode);
  process.exitCode = before.code;
  return { status, stdout: stdout.end(), stderr: stderr.end() };
}

function restore(colour: string | undefined): void {
  if (colour === undefined) delete process.env["NO_COLOR"];
  else process.env["NO_COLOR"] = colour;
}

/** Keeps what is written to a stream from here on, until the end is asked for. */
function catching(stream: NodeJS.WriteStream): { readonly end: () => string } {
  const { write } = stream;
  let caught = "";
  stream.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    caught += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const done = rest.find((each) => typeof each === "function") as (() => void) | undefined;
    done?.();
    return true;
  }) as typeof stream.write;
  return {
    end: () => {
      stream.write = write;
      return caught;
    },
  };
}
