import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Limits against hanging, and no measurements: a machine may be busy with other things.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // All cores: vitest would leave one idle.
    maxWorkers: availableParallelism(),
    // What trainers remember of this machine's backends must not reach from one run of the tests to the next.
    env: { XDG_CACHE_HOME: join(tmpdir(), `nnspec-cache-${process.pid}`) },
  },
});
