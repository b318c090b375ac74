import { runsInNode } from "./platform.ts";

/** Signals closer together than this are one Ctrl-C: npm and the like pass on what the terminal has sent already. */
const oneKeypress = 500;

/** What ends a training that saves first, with the exit codes of shells: Ctrl-C, and what schedulers of clusters and containers send. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Calls back at the first Ctrl-C or SIGTERM, so that the step can be finished and the state saved; the second ends the process at
 * once with code 130 or 143. Returns what takes the listener away. Does nothing in a browser.
 */
export function onInterrupt(callback: () => void): () => void {
  if (!runsInNode()) return () => undefined;
  let asked: number | undefined;
  const listener = (signal: keyof typeof codes) => {
    const now = performance.now();
    if (asked !== undefined && now - asked > oneKeypress) process.exit(codes[signal]);
    if (asked !== undefined) return;
    asked = now;
    process.exitCode = codes[signal];
    callback();
  };
  const signals = Object.keys(codes) as (keyof typeof codes)[];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/** The exit code of a training that was interrupted: by the process, as several programs in one have a listener each. */
export function interruptedCode(): number {
  return process.exitCode === codes.SIGTERM ? codes.SIGTERM : codes.SIGINT;
}
