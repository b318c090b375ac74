import { runsInNode } from "./platform.ts";

/** Where output goes, and what it can show. */
export interface Terminal {
  /** Whether lines can be redrawn: a person looks at it. */
  readonly interactive: boolean;
  readonly colours: boolean;
  readonly columns: number;
  write(text: string): void;
  writeError(text: string): void;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

/** Standard output in Node; the console of a browser, line by line. Colours only on a terminal and without NO_COLOR. */
export function openTerminal(): Terminal {
  if (!runsInNode())
    return {
      interactive: false,
      colours: false,
      columns: 80,
      write: logLines(console.log),
      writeError: logLines(console.error),
      now: milliseconds,
    };
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr])
    if (!stream.listeners("error").includes(outlive)) stream.on("error", outlive);
  const interactive = stdout.isTTY === true && env["TERM"] !== "dumb" && env["CI"] === undefined;
  return {
    interactive,
    colours: interactive && (env["NO_COLOR"] ?? "") === "",
    // A terminal of unknown width says 0.
    columns: stdout.columns > 0 ? stdout.columns : 80,
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    now: milliseconds,
  };
}

/** Whoever read the output has gone (`… | head`): what is being computed goes on. */
function outlive(error: Error & { readonly code?: string }): void {
  if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
}

const milliseconds = (): number => performance.now();

/** A console prints whole lines only. */
function logLines(print: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) print(line);
  };
}
