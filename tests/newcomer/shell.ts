import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";

/** How a command ended. */
export interface Outcome {
  /** The exit code as a shell tells it: of what a signal ended, 128 and the signal's number. */
  readonly status: number;
  /** Everything that it wrote, to either output. */
  readonly output: string;
}

/** Only what hangs reaches it, on however busy a machine. */
const limit = 10 * 60_000;

interface Typing {
  /** More of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Ctrl-C is pressed when this has been printed. */
  readonly interruptAt?: RegExp;
}

/** Runs a command line in a folder as somebody would who sits there for the first time: nothing is remembered of the machine. */
export async function type(
  command: string,
  folder: string,
  { environment = {}, interruptAt }: Typing = {},
): Promise<Outcome> {
  const child = spawn("sh", ["-c", command], {
    cwd: folder,
    env: { ...ownEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, so that a signal reaches all of it, as from a terminal.
    detached: true,
  });
  const signal = (kind: NodeJS.Signals): void => void process.kill(-child.pid!, kind);
  const clock = setTimeout(() => signal("SIGKILL"), limit);
  let output = "";
  let interrupted = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (interrupted || interruptAt?.test(output) !== true) return;
      interrupted = true;
      signal("SIGINT");
    });
  }
  const status = await new Promise<number>((settle, fail) => {
    child.on("error", fail).on("close", (code, ending) => {
      settle(code ?? 128 + constants.signals[ending!]);
    });
  });
  clearTimeout(clock);
  return { status, output };
}

/** Runs it and expects that it ends well. */
export async function typeWell(
  command: string,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { status, output } = await type(command, folder, { environment });
  expect(status, `${command}\nin ${folder}\n${output}`).toBe(0);
  return output;
}

/** Without what npm tells the programs that it starts: the tests themselves may be among them. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name));
  return {
    ...Object.fromEntries(own),
    XDG_CACHE_HOME: mkdtempSync(join(tmpdir(), "nnspec-cold-")),
    NO_COLOR: "1",
    FORCE_COLOR: "0",
    npm_config_update_notifier: "false",
  };
}
