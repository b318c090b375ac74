import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import { eventsOf, remove, repository, runIn } from "../emit/support/folder.ts";
import { expectClose } from "../support/close.ts";
import { folderOf, folderOfRun, irisRun } from "../support/full-batch.ts";
import { programOf } from "../support/run-of.ts";

describe("the surfaces of the example, by its own trainers", () => {
  const example = readFileSync(join(repository, "examples/surfaces.nnspec"), "utf8").replace(
    /^[^]*?dim B\n/,
    "",
  );
  const lowest = { Bent: [1, 1], Between: [0, 1], Steep: [0, 0] } as const;
  test.each(Object.entries(lowest))(
    "%s ends at the lowest point, and says why",
    async (name, point) => {
      const program = programOf(example);
      const folder = await folderOfRun(
        program,
        program.runs.find((run) => run.name === name)!,
        1,
      );
      const { stdout, stderr } = await runIn(folder, "train.ts", [
        "--format",
        "json",
        "--backend",
        "wasm",
      ]);
      expect(stderr).toBe("");
      const end = eventsOf(stdout).at(-1) as unknown as { readonly reason: string };
      expect(end.reason).toMatch(
        name === "Steep" ? /all epochs are done/ : /nothing lower is found/,
      );
      const { tensors } = decodeSafetensors(
        new Uint8Array(readFileSync(join(folder, "run/last.safetensors"))),
        "last",
      );
      expectClose(
        ["x", "y"].map((weight) => tensors.get(weight)!.values[0]!),
        [...point],
        { absolute: 1e-3 },
      );
      remove({ folder });
    },
  );
});

test("programs type-check strictly and carry only their own method", async () => {
  const folders = await Promise.all(
    ["lbfgs", "bfgs", "newton"].map((optimizer) =>
      folderOf(irisRun(optimizer, "stop: gradient_norm < 1e-4 * initial.gradient_norm")),
    ),
  );
  const carried = folders.map((folder) =>
    ["lbfgs", "bfgs", "newton"].filter((name) => existsSync(join(folder, `runtime/${name}.ts`))),
  );
  expect(carried).toEqual([["lbfgs"], ["bfgs"], ["newton"]]);
  const { stdout } = spawnSync(
    process.execPath,
    [join(repository, "node_modules/typescript/bin/tsc"), "-p", folders[2]!],
    { encoding: "utf8" },
  );
  expect(stdout).toBe("");
  for (const folder of folders) remove({ folder });
});
