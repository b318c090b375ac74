import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { format } from "prettier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { emitInto, remove, repository, type Emitted } from "./support/folder.ts";
import { smallRun, use } from "./support/small-run.ts";

let emitted: Emitted;
beforeAll(async () => {
  emitted = await emitInto(smallRun());
});
afterAll(() => remove(emitted));

const ownFiles = [
  "train.ts",
  "training.ts",
  "model.ts",
  "data.ts",
  "predict.ts",
  "test.ts",
  "check-kernels.ts",
  "checkpoints.ts",
  "loop.ts",
  "measuring.ts",
  "session.ts",
  "kernels.ts",
  "wasm.ts",
  "package.json",
  "tsconfig.json",
  ".gitignore",
  "README.md",
];

describe("the emitted folder", () => {
  test("has its modules, the runtime files that they use, and what makes it a package", () => {
    const paths = emitted.files.map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith("runtime/"))).toEqual(ownFiles);
    expect(paths).toContain("runtime/csv.ts");
    expect(paths).toContain("runtime/device.ts");
  });

  test("carries no file that nothing imports", () => {
    const paths = emitted.files.map(({ path }) => path);
    for (const absent of [
      "runtime/make-spirals.ts",
      "runtime/make-function.ts",
      "runtime/read-folder.ts",
      "runtime/read-text.ts",
    ])
      expect(paths).not.toContain(absent);
    const imported = new Set(emitted.files.flatMap(({ path, text }) => importsOf(path, text)));
    for (const path of paths.filter((one) => one.startsWith("runtime/")))
      expect([...imported], path).toContain(path);
  });

  test("is the same for the same input, byte by byte", async () => {
    const { program, run } = smallRun();
    const again = await emit(compileRun(run), program, {
      pathFromFolder: () => join(repository, "examples/data/digits.csv.gz"),
    });
    expect(again).toEqual(emitted.files);
  });

  test("is printed by prettier: printing it again changes nothing", async () => {
    const parsers: Record<string, string> = { ts: "typescript", json: "json", md: "markdown" };
    for (const { path, text } of emitted.files) {
      const parser = parsers[path.slice(path.lastIndexOf(".") + 1)];
      if (parser === undefined) continue;
      expect(await format(text, { parser, printWidth: 100 }), path).toBe(text);
    }
  });

  test("depends on gpu.js alone", () => {
    const description = JSON.parse(textOf("package.json")) as { dependencies: object };
    expect(Object.keys(description.dependencies)).toEqual(["gpu.js"]);
    const packages = emitted.files.flatMap(({ text }) =>
      [...text.matchAll(/^import [^;]*?from "([^."][^"]*)"/gm)].map((match) => match[1]),
    );
    expect(new Set(packages)).toEqual(new Set(["gpu.js"]));
  });

  test("has no trace of the machine or of the compiler", () => {
    const ours = emitted.files.filter(({ path }) => path !== "data.ts");
    for (const { path, text } of ours) {
      expect(text, path).not.toContain(repository);
      expect(text, path).not.toMatch(/src\/compiler|chevrotain|ts-morph|prettier/);
    }
  });

  test("has no node: import, so that bundlers for the browser take it as it is", () => {
    for (const { path, text } of emitted.files)
      expect(text, path).not.toMatch(/^import (?!type)[^;]*from "node:/m);
  });
});

describe("type checking", () => {
  const compilers = {
    "5.9": "typescript-5.9/lib/tsc.js",
    "6.0": "typescript-6.0/lib/tsc.js",
    "7.0": "typescript/bin/tsc",
  };
  test.each(Object.entries(compilers))(
    "strict TypeScript %s accepts it: erasable syntax, nothing unused",
    (_version, compiler) => {
      const { stdout } = spawnSync(
        process.execPath,
        [join(repository, "node_modules", compiler), "-p", "tsconfig.json"],
        { cwd: emitted.folder, encoding: "utf8" },
      );
      expect(stdout).toBe("");
    },
  );
});

describe("specialisation", () => {
  test("a run without validation, test and best weights has no code for them", async () => {
    const small = smallRun();
    const data = { ...small.run.data, split: { train: 1, validation: 0, test: 0 } };
    const train = await trainText({
      ...small,
      run: { ...small.run, data, keep: { kind: "last" } },
    });
    expect(train).not.toContain("evaluate(device, data.validation)");
    expect(train).not.toContain("bestEpoch");
    expect(train).not.toContain("evaluate(device, data.test)");
  });

  test("conditions to stop appear as they were written", async () => {
    const small = smallRun();
    const train = await trainText({
      ...small,
      run: {
        ...small.run,
        stop: {
          kind: "or",
          conditions: [
            {
              kind: "early",
              metric: "validation.loss",
              patience: { amount: 5, unit: "epoch" },
              least: 0,
              better: "lower",
            },
            {
              kind: "compare",
              operator: "<",
              left: { kind: "variable", name: "train.loss" },
              right: {
                kind: "apply",
                operator: "*",
                operands: [
                  { kind: "number", value: 1e-3 },
                  { kind: "variable", name: "initial.loss" },
                ],
              },
            },
            {
              kind: "compare",
              operator: "<",
              left: { kind: "variable", name: "gradient_norm" },
              right: { kind: "number", value: 1e-6 },
            },
            {
              kind: "compare",
              operator: ">",
              left: { kind: "variable", name: "time" },
              right: { kind: "number", value: 600 },
            },
          ],
        },
      },
    });
    expect(train).toContain('reason: "validation.loss has not become better for 5 epochs"');
    expect(train).toContain("holds: ({ stalled }) => stalled[0]!");
    expect(train).toContain('value("train.loss") < 0.001 * value("initial.loss")');
    expect(train).toContain('value("gradient_norm") < 0.000001');
    expect(train).toContain('{ reason: "time > 600", holds: ({ value }) => value("time") > 600 }');
  });

  test("a scheduled momentum is a function of its own", async () => {
    const small = smallRun();
    const momentum = {
      schedule: [
        use("schedule", "linear", { duration: { amount: 2, unit: "epoch" }, from: 0.5, to: 0.9 }),
        use("schedule", "constant"),
      ],
    };
    const optimizer = {
      ...small.run.optimizer,
      use: use("optimizer", "sgd", { rate: 0.1, momentum }),
    };
    const run = {
      ...small.run,
      optimizer,
      weights: small.run.weights.map((settings) => ({ ...settings, optimizer })),
    };
    const files = await emit(compileRun(run), small.program);
    const model = files.find(({ path }) => path === "model.ts")!.text;
    expect(model).toContain("momentum: momentumAt(moment)");
  });
});

async function trainText({ program, run }: ReturnType<typeof smallRun>): Promise<string> {
  const files = await emit(compileRun(run), program);
  const own = files.filter(({ path }) => path.endsWith(".ts") && !path.startsWith("runtime/"));
  return own.map(({ text }) => text).join("\n");
}

function textOf(path: string): string {
  return emitted.files.find((file) => file.path === path)!.text;
}

function importsOf(path: string, text: string): readonly string[] {
  const folder = path.startsWith("runtime/") ? "runtime/" : "";
  return [...text.matchAll(/from "\.\/([^"]+)"/g)].map((match) => `${folder}${match[1]}`);
}
