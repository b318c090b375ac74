import { runsInNode } from "./platform.ts";

/**
 * Calls back at the first Ctrl-C, so that the step can be finished and the state saved; the second ends the process at
 * once with code 130. Returns what takes the listener away. Does nothing in a browser.
 */
export function onInterrupt(callback: () => void): () => void {
  if (!runsInNode()) return () => undefined;
  let asked = false;
  const listener = () => {
    if (asked) process.exit(130);
    asked = true;
    callback();
  };
  process.on("SIGINT", listener);
  return () => void process.off("SIGINT", listener);
}
