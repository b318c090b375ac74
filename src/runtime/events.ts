import { spellNumber } from "./format-numbers.ts";
import type { Reporter } from "./reporter.ts";
import type { Terminal } from "./terminal.ts";

/** One JSON object a line on standard output, for programs: {"event":"start"|"epoch"|"end",…}; notes go to standard error. */
export function reportEvents(terminal: Terminal): Reporter {
  const send = (event: string, values: object) =>
    terminal.write(`${JSON.stringify({ event, ...values }, spellNumber)}\n`);
  return {
    start: (event) => send("start", event),
    batch: () => undefined,
    epoch: (event) => send("epoch", event),
    note: (text) => terminal.writeError(`${text}\n`),
    end: (event) => send("end", event),
    interrupted: () => send("interrupted", {}),
  };
}
