import { reportEvents } from "./events.ts";
import { reportLines } from "./plain.ts";
import { reportProgress } from "./progress.ts";
import type { MetricDisplay, Reporter } from "./reporter.ts";
import type { Terminal } from "./terminal.ts";

/** JSON lines when asked for; a bar where a person looks on; plain lines otherwise. */
export function createReporter(
  terminal: Terminal,
  format: "pretty" | "json",
  display: MetricDisplay,
): Reporter {
  if (format === "json") return reportEvents(terminal);
  return terminal.interactive ? reportProgress(terminal, display) : reportLines(terminal, display);
}
