import { INTERRUPTED, describeEnd, describeEpoch, describeStart } from "./describe-run.ts";
import type { MetricDisplay, Reporter } from "./reporter.ts";
import type { Terminal } from "./terminal.ts";

/** Plain lines, one an epoch: for files, pipes and consoles. */
export function reportLines(terminal: Terminal, display: MetricDisplay): Reporter {
  const print = (lines: readonly string[]) =>
    terminal.write(lines.map((line) => `${line}\n`).join(""));
  return {
    start: (event) => print(describeStart(event)),
    batch: () => undefined,
    epoch: (event) => print([describeEpoch(event, display)]),
    note: (text) => print([text]),
    end: (event) => print(describeEnd(event, display)),
    interrupted: () => print([INTERRUPTED]),
  };
}
