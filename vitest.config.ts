import { readFileSync, readdirSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const every = readdirSync("tests", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => join("tests", path));
/** Files that put other modules in the place of ours: what they load must not reach others. */
const replacing = every.filter((path) => readFileSync(path, "utf8").includes("vi.mock("));

/** The longest begin, so that no core waits for the last of them at the end. */
const longest = [
  "newcomer/path",
  "newcomer/pages",
  "compositions/networks-gl",
  "compositions/networks",
  "architectures/",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((part) => moduleId.includes(`/tests/${part}`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    // Limits against hanging, and no measurements: a machine may be busy with other things.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // All cores: vitest would leave one idle.
    maxWorkers: availableParallelism(),
    // What trainers remember of this machine's backends must not reach from one run of the tests to the next.
    env: { XDG_CACHE_HOME: join(tmpdir(), `nnspec-cache-${process.pid}`) },
    sequence: { sequencer: LongestFirst },
    projects: [
      // The compiler is loaded once a worker and not once a file.
      {
        extends: true,
        test: { name: "shared", isolate: false, include: every, exclude: replacing },
      },
      { extends: true, test: { name: "apart", isolate: true, include: replacing } },
    ],
  },
});
