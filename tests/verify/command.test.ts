import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { compileVerification } from "../../src/compiler/verification.ts";
import { beginningOf } from "../../src/tools/cli/verification/beginning.ts";
import { stepOf } from "../../src/tools/cli/verification/step-call.ts";
import { nnspec } from "../cli/run.ts";
import { programOf } from "./verified.ts";

const folder = mkdtempSync(join(tmpdir(), "nnspec-verify-"));
const architectures = resolve("examples/architectures");

interface Verified {
  readonly verdict: string;
  readonly rows: number;
  readonly batch: number;
  readonly loss: number;
  readonly origin: { readonly kind: string; readonly why?: string };
  readonly missing?: string;
  readonly backends: readonly { readonly name: string }[];
}

function verify(...args: readonly string[]) {
  const { status, stdout, stderr } = nnspec(["verify", ...args, "--format", "json"], {
    cwd: folder,
  });
  return { status, stderr, runs: (JSON.parse(stdout) as { runs: readonly Verified[] }).runs };
}

describe("nnspec verify", () => {
  test("rows are drawn where the data is not there, and the report says so", () => {
    const { status, runs } = verify(
      join(architectures, "lenet5.nnspec"),
      ...["--rows", "2", "--backend", "wasm", "--threads", "1"],
    );
    expect(status).toBe(0);
    expect(runs[0]).toMatchObject({ verdict: "within rounding", rows: 2, batch: 64 });
    expect(runs[0]!.origin).toEqual({
      kind: "drawn",
      why: expect.stringContaining("--data Mnist="),
    });
    expect(runs[0]!.backends.map(({ name }) => name)).toEqual(["wasm"]);
  });

  test("weights of a training that was not done are drawn, and the report says so", () => {
    const { status, runs } = verify(
      resolve("examples/distillation.nnspec"),
      ...["--run", "Learning", "--rows", "2", "--backend", "cpu", "--seed", "5"],
    );
    expect(status).toBe(0);
    expect(runs[0]!.missing).toMatch(/^The weights of run Teaching are not there/);
    expect(runs[0]!.origin.kind).toBe("data");
  });

  test("an ensemble stands for its members", () => {
    const { status, runs } = verify(
      resolve("examples/ensembles.nnspec"),
      ...["--run", "Votes", "--rows", "2", "--backend", "wasm"],
    );
    expect(status).toBe(0);
    expect(runs.map((run) => (run as unknown as { run: string }).run)).toEqual(["Once", "Cycles"]);
  });

  test("what cannot be done is said in a line", () => {
    const refused = nnspec(["verify", join(architectures, "alexnet.nnspec")]);
    expect(refused).toMatchObject({ status: 2, stdout: "" });
    expect(refused.stderr).toMatch(/^nnspec: AlexNet is not verified: .*--rows 1.*\n$/);
    const iris = resolve("examples/iris.nnspec");
    for (const [args, said] of [
      [["--threads", "99"], "--threads takes auto or a whole number from 1 to 64"],
      [["--run", "Nothing"], "has no run Nothing"],
      [["--data", "Iris=nowhere.csv"], "nowhere.csv"],
      [["--rows", "0"], "whole number from 1"],
    ] as const) {
      const { status, stderr } = nnspec(["verify", iris, ...args], { cwd: folder });
      expect(status).toBe(2);
      expect(stderr).toContain(said);
      expect(stderr).not.toMatch(/\n +at /);
    }
  });

  test("a file that is no program ends with its errors", () => {
    writeFileSync(join(folder, "wrong.nnspec"), "nnspec 1\nmodel\n");
    expect(nnspec(["verify", join(folder, "wrong.nnspec")]).status).toBe(1);
  });
});

test("where the first step has the rate 0, one is taken that moves the weights", async () => {
  writeFileSync(join(folder, "d.csv"), `a,b,y\n${"1,2,3\n".repeat(8)}`);
  const file = join(folder, "ramp.nnspec");
  const program = programOf(
    file,
    `nnspec 1
dim B
data D { x: f32[B, 2] y: f32[B, 1] source: csv("d.csv", target: "y") }
define ramp(t) = (t - 1) / 10
model M(x: f32[B, 2]) -> f32[B, 1] { return x -> dense(1) }
train M on D { loss: squared_error(output, y) batch: 2 epochs: 5 optimizer: sgd(0.1) schedule: ramp }`,
  );
  const verification = compileVerification(program.runs[0]!);
  const beginning = await beginningOf(verification, program, { file, data: new Map(), seed: 1 });
  expect(beginning).toMatchObject({ rows: 2, stepsPerEpoch: 4, totalSteps: 20 });
  const { call } = stepOf(verification, beginning, 1);
  expect(call.step).toBe(2);
  expect(call.numbers["rate"]).toBeCloseTo(0.01, 12);
});
