import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { nnspec } from "./run.ts";

let folder: string;
const rows = "[[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]";
const iris = readFileSync("examples/iris.nnspec", "utf8").replace(
  "data/iris.csv",
  resolve("examples/data/iris.csv"),
);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-predict-"));
  writeFileSync(join(folder, "plain.nnspec"), iris);
  writeFileSync(
    join(folder, "noisy.nnspec"),
    iris.replace("-> tanh", "-> tanh -> dropout(0.4)").replace("epochs: 200", "epochs: 1"),
  );
  writeFileSync(
    join(folder, "asked.nnspec"),
    iris
      .replace("-> tanh", "-> tanh -> dropout(0.4)")
      .replace("epochs: 200", "epochs: 1\n  predict: monte_carlo(samples: 6)"),
  );
});

function trained(name: string): void {
  const { status, stderr } = nnspec(
    ["train", `${name}.nnspec`, "--epochs", "1", "--backend", "wasm", "--run-dir", name],
    { cwd: folder },
  );
  expect(status, stderr).toBe(0);
}

function predict(name: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = nnspec(["predict", name, "--backend", "wasm", ...args], {
    cwd: folder,
    input: rows,
  });
  return {
    status,
    stderr,
    answers:
      status === 0
        ? stdout
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
        : [],
  };
}

test("--samples gives mean, spread and entropy where there is noise; without it prediction is plain", () => {
  trained("noisy");
  expect(predict("noisy").answers.map(({ samples }) => samples)).toEqual([undefined, undefined]);
  const { answers } = predict("noisy", "--samples", "20");
  expect(answers).toHaveLength(2);
  for (const answer of answers) {
    expect(answer).toMatchObject({
      samples: 20,
      entropy: expect.any(Number),
      spread: expect.any(Object),
    });
    expect(
      Object.values(answer["probabilities"] as Record<string, number>).reduce(
        (sum, one) => sum + one,
        0,
      ),
    ).toBeCloseTo(1, 5);
    expect(
      Object.values(answer["spread"] as Record<string, number>).some((one) => one > 1e-4),
    ).toBe(true);
  }
  expect(predict("noisy", "--samples", "20").answers).toEqual(answers);
});

test("a run that asks for samples draws them by itself", () => {
  trained("asked");
  expect(predict("asked").answers.map(({ samples }) => samples)).toEqual([6, 6]);
  expect(predict("asked", "--samples", "0").answers.map(({ samples }) => samples)).toEqual([
    undefined,
    undefined,
  ]);
});

test("nothing to sample: said so, before anything is loaded", () => {
  trained("plain");
  expect(predict("plain", "--samples", "20")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("nothing in the model of plain is random"),
  });
  expect(predict("plain", "--samples", "0").status).toBe(0);
  expect(predict("plain", "--samples", "few")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("whole number"),
  });
});
