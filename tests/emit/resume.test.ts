import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import {
  emitInto,
  eventsOf,
  remove,
  repository,
  runIn,
  spawnIn,
  type Emitted,
} from "./support/folder.ts";
import { digitsData, specRun } from "./support/spec.ts";

/** Everything at once that has something to remember: averages, refreshed statistics, a plateau, a teacher, patience, clipping, masks, slots. */
const text = `${digitsData}
model Large(image: f32[B, px: 64]) -> f32[B, 10] { return image -> dense(24) -> batch_norm -> relu -> dense(10) as logits }
model Small(image: f32[B, px: 64]) -> f32[B, 10] { return image -> dense(8, bias: off) -> batch_norm -> relu -> dropout(0.2) -> dense(10) as logits }
train Large on Digits as Teaching { loss: cross_entropy(logits, label), batch: 64, epochs: 4 }
recipe Everything {
  loss: 0.3 * cross_entropy(logits, label) + 0.7 * distill(logits, teacher.logits, temperature: 3)
  teacher: Teaching
  batch: 100
  epochs: 12
  optimizer: adam(0.01)
  schedule: warmup(10 steps) then plateau(validation.accuracy, factor: 0.5, patience: 0 epochs, threshold: 0.02)
  clip: norm(1)
  stop: early(validation.loss, patience: 30 epochs) or train.loss < 1e-9 * initial.loss or gradient_norm < 1e-9 * initial.gradient_norm
  keep: best(validation.accuracy)
  metrics: accuracy(logits, label)
}
train Small on Digits as Mean with Everything { average: swa(start: 30%) }
train Small on Digits as Moving with Everything { average: ema(0.9) }`;

const emitted = new Map<string, Emitted>();
let teacher: Emitted;

beforeAll(async () => {
  teacher = await emitInto(specRun(text, "Teaching"));
  for (const run of ["Mean", "Moving"]) {
    const trainer = await emitInto(specRun(text, run));
    emitted.set(run, trainer);
    // Saved after every epoch, so that there is something to go on from however fast the machine is.
    const program = join(trainer.folder, "loop.ts");
    writeFileSync(
      program,
      readFileSync(program, "utf8").replace(
        "const secondsBetweenSaves = 2;",
        "const secondsBetweenSaves = 0;",
      ),
    );
    expect(
      (
        await runIn(teacher.folder, "train.ts", [
          "--backend",
          "wasm",
          "--run-dir",
          join(trainer.folder, "teaching"),
          "--format",
          "json",
        ])
      ).code,
    ).toBe(0);
  }
});
afterAll(() => {
  for (const each of [teacher, ...emitted.values()]) remove(each);
});

test("the program passes the strict compiler", () => {
  const { stdout } = spawnSync(
    process.execPath,
    [join(repository, "node_modules/typescript/bin/tsc"), "-p", emitted.get("Mean")!.folder],
    { encoding: "utf8" },
  );
  expect(stdout).toBe("");
});

/** Ends the training with a signal as soon as an epoch was reported; gives how it ended. */
function cut(
  folder: string,
  args: readonly string[],
  epoch: number,
  signal: NodeJS.Signals,
): Promise<number | NodeJS.Signals | null> {
  const child = spawnIn(folder, "train.ts", args);
  let seen = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (
      !seen.includes(`"epoch":${epoch},`) &&
      (seen += chunk.toString()).includes(`"epoch":${epoch},`)
    )
      child.kill(signal);
  });
  return new Promise((settle) => child.on("exit", (code, by) => settle(by ?? code)));
}

describe.each([
  ["Mean", "wasm"],
  ["Mean", "cpu"],
  ["Moving", "wasm"],
] as const)("run %s on %s", (run, backend) => {
  test("killed and interrupted on its way, it ends bit for bit as if it had run through", async () => {
    const { folder } = emitted.get(run)!;
    const args = (to: string, ...more: readonly string[]) => [
      "--backend",
      backend,
      "--format",
      "json",
      "--run-dir",
      `${backend}-${to}`,
      ...more,
    ];
    const whole = await runIn(folder, "train.ts", args("whole"));
    expect(whole.stderr).toBe("");
    expect(await cut(folder, args("cut"), 3, "SIGKILL")).toBe("SIGKILL");
    await cut(folder, args("cut", "--resume"), 6, "SIGINT");
    const last = await runIn(folder, "train.ts", args("cut", "--resume"));
    expect(last.stderr).toBe("");
    const bytes = (to: string, file: string) =>
      readFileSync(join(folder, `${backend}-${to}`, file));
    for (const file of ["best.safetensors", "last.safetensors"])
      expect(bytes("cut", file).equals(bytes("whole", file)), file).toBe(true);
    const state = (to: string) => {
      const { tensors, metadata } = decodeSafetensors(
        Uint8Array.from(bytes(to, "resume.safetensors")),
        to,
      );
      const { counters, ...others } = metadata;
      const kept = JSON.parse(counters!) as Record<string, number>;
      return {
        tensors: [...tensors.values()].map(({ name, values }) => [name, [...values]]),
        others,
        counters: new Map(Object.entries({ ...kept, seconds: 0 })),
      };
    };
    expect(state("cut")).toEqual(state("whole"));
    expect(state("whole").counters.get("drops")).toBeGreaterThan(0);
    const log = (to: string) =>
      bytes(to, "metrics.jsonl")
        .toString()
        .trim()
        .split("\n")
        .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));
    expect(log("cut")).toEqual(log("whole"));
    const end = ({ stdout }: { stdout: string }) =>
      eventsOf(stdout).at(-1) as { test: object; validation: object; best: object };
    expect([end(last).test, end(last).validation, end(last).best]).toEqual([
      end(whole).test,
      end(whole).validation,
      end(whole).best,
    ]);
  });

  test("nothing of the teacher is saved, and the averages are what is measured", async () => {
    const { folder } = emitted.get(run)!;
    const end = eventsOf(
      (
        await runIn(folder, "train.ts", [
          "--backend",
          backend,
          "--format",
          "json",
          "--run-dir",
          `${backend}-whole`,
          "--resume",
        ])
      ).stdout,
    ).at(-1) as { test: object };
    const measured = eventsOf(
      (
        await runIn(folder, "train.ts", [
          "--backend",
          backend,
          "--format",
          "json",
          "--run-dir",
          `${backend}-whole`,
          "--evaluate",
          `${backend}-whole/best.safetensors`,
        ])
      ).stdout,
    ).at(-1) as { test: object };
    expect(measured.test).toEqual(end.test);
    const names = (file: string) => [
      ...decodeSafetensors(
        Uint8Array.from(readFileSync(join(folder, `${backend}-whole`, file))),
        file,
      ).tensors.keys(),
    ];
    expect(names("best.safetensors").some((name) => /teacher|averaged/.test(name))).toBe(false);
    expect(names("resume.safetensors").some((name) => name.startsWith("teacher"))).toBe(false);
    expect(names("resume.safetensors").some((name) => name.endsWith("/averaged"))).toBe(true);
  });
});
