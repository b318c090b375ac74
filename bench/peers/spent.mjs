// Imported before a command: tells on file descriptor 3 what it had spent when it ended, or with SPENT_AT=line when it wrote its first
// line, which ends it. Milliseconds since the process was made, of the main thread's and of all threads' processor time; MiB at most.
import { readFileSync, writeSync } from "node:fs";
import { performance } from "node:perf_hooks";

function tell() {
  const { user, system } = process.cpuUsage();
  const spent = {
    clock: performance.now(),
    main: mainThread(),
    all: (user + system) / 1000,
    memory: process.resourceUsage().maxRSS / 1024,
  };
  writeSync(3, JSON.stringify(spent));
}

/** Linux counts it for each thread. */
function mainThread() {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
  } catch {
    return null;
  }
}

if (process.env.SPENT_AT === "line") {
  process.stdout.write = () => {
    tell();
    process.exit(0);
  };
} else process.on("exit", tell);
