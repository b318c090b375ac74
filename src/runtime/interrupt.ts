import { runsInNode } from "./platform.ts";

/** Signals closer together than this are one Ctrl-C: npm and the like pass on what the terminal has sent already. */
const oneKeypress = 500;

/**
 * Calls back at the first Ctrl-C, so that the step can be finished and the state saved; the second ends the process at
 * once with code 130. Returns what takes the listener away. Does nothing in a browser.
 */
export function onInterrupt(callback: () => void): () => void {
  if (!runsInNode()) return () => undefined;
  let asked: number | undefined;
  const listener = () => {
    const now = performance.now();
    if (asked !== undefined && now - asked > oneKeypress) process.exit(130);
    if (asked !== undefined) return;
    asked = now;
    callback();
  };
  process.on("SIGINT", listener);
  return () => void process.off("SIGINT", listener);
}
