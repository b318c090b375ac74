import { openTerminal } from "./terminal.ts";

/** Says what a person should know, beside the output that a program may read. */
export function noteAside(notes: readonly string[] = []): void {
  const terminal = openTerminal();
  for (const note of notes) terminal.writeError(`note: ${note}\n`);
}
