import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    // What trainers remember of this machine's backends must not reach from one run of the tests to the next.
    env: { XDG_CACHE_HOME: join(tmpdir(), `nnspec-cache-${process.pid}`) },
  },
});
