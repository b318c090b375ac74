import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** How a peer is started. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a peer did in one round. */
export interface Measured {
  readonly steps: number;
  /** Seconds of the clock, and of the processor over all threads. */
  readonly wall: number;
  readonly cpu: number;
  /** Bytes: the largest resident size so far. */
  readonly memory: number;
}

interface Ready {
  readonly losses: readonly number[];
  readonly note?: string;
}

/** A peer in a process of its own; it speaks the protocol of `peers/protocol.ts`. */
export class Worker {
  readonly ready: Ready;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, ready: Ready) {
    this.child = child;
    this.lines = lines;
    this.ready = ready;
  }

  /** Starts the peer and waits for the losses of its first steps; what it says on standard error goes into the failure. */
  static async start(command: Command, limitSeconds: number): Promise<Worker> {
    const child = spawn(command.program, command.args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...command.environment },
    });
    let complaints = "";
    child.stderr.on("data", (text: Buffer) => {
      complaints = (complaints + text.toString()).slice(-4000);
    });
    child.stdin.on("error", () => undefined);
    const failed = new Promise<never>((_, reject) => {
      child.on("error", reject);
      child.on("close", (code) =>
        reject(new Error(`it ended with ${code}: ${lastWords(complaints)}`)),
      );
    });
    failed.catch(() => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const timer = setTimeout(() => child.kill("SIGKILL"), limitSeconds * 1000);
    try {
      const ready = await Promise.race([nextMessage<Ready>(lines), failed]);
      return new Worker(child, lines, ready);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Trains for about so long, at least one step. */
  async run(milliseconds: number): Promise<Measured> {
    this.child.stdin?.write(`run ${milliseconds}\n`);
    return nextMessage<Measured>(this.lines);
  }

  /** Ends the process. */
  stop(): void {
    this.child.kill("SIGKILL");
  }
}

/** Libraries print banners; only lines with an object are messages. */
async function nextMessage<Message>(lines: AsyncIterator<string>): Promise<Message> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true)
      return new Promise<never>((_, reject) =>
        setTimeout(() => reject(new Error("it ended without an answer")), 500),
      );
    if ((value as string).startsWith("{")) return JSON.parse(value as string) as Message;
  }
}

function lastWords(text: string): string {
  const lines = text
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines.find((line) => /Error/.test(line)) ?? lines.at(-1) ?? "it said nothing";
}
