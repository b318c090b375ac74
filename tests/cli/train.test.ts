import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { nnspecHere } from "./here.ts";
import { nnspec } from "./run.ts";

interface Event {
  readonly event: string;
  readonly epoch?: number;
  readonly backend?: string;
  readonly seconds?: number;
  readonly train?: Readonly<Record<string, number>>;
  readonly validation?: Readonly<Record<string, number>>;
  readonly test?: Readonly<Record<string, number>>;
  readonly paths?: Readonly<Record<string, string>>;
}

let folder: string;
const iris = resolve("examples/iris.nnspec");

function events(stdout: string): readonly Event[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-train-"));
});

describe("train", () => {
  test("gives one JSON object a line: start, every epoch with every metric, the end with the test", () => {
    const { status, stdout, stderr } = nnspec(
      ["train", iris, "--epochs", "3", "--backend", "cpu", "--run-dir", "iris", "--format", "json"],
      { cwd: folder },
    );
    expect(status, stderr).toBe(0);
    const all = events(stdout);
    expect(all.map(({ event }) => event)).toEqual(["start", "epoch", "epoch", "epoch", "end"]);
    for (const [index, { epoch, train, validation }] of all.slice(1, 4).entries()) {
      expect(epoch).toBe(index + 1);
      for (const part of [train, validation])
        expect(part).toEqual({ loss: expect.any(Number), accuracy: expect.any(Number) });
    }
    const end = all.at(-1)!;
    expect(end).toMatchObject({
      backend: "cpu",
      seconds: expect.any(Number),
      test: { accuracy: expect.any(Number), loss: expect.any(Number) },
    });
    for (const path of Object.values(end.paths!))
      expect(existsSync(resolve(folder, path)), path).toBe(true);
    expect(
      readFileSync(join(folder, "iris/metrics.jsonl"), "utf8").trim().split("\n"),
    ).toHaveLength(3);
  });

  test("evaluates and predicts with the run folder", () => {
    const measured = nnspec(["eval", "iris", "--backend", "cpu", "--format", "json"], {
      cwd: folder,
    });
    expect(measured.status, measured.stderr).toBe(0);
    expect(events(measured.stdout).at(-1)!.test!["accuracy"]).toBeGreaterThanOrEqual(0);
    const predicted = nnspec(["predict", "iris", "--backend", "cpu"], {
      cwd: folder,
      input: "[[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]",
    });
    expect(predicted.status, predicted.stderr).toBe(0);
    const answers = predicted.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers).toHaveLength(2);
    for (const { probabilities } of answers) {
      expect(
        Object.values(probabilities as Record<string, number>).reduce((sum, one) => sum + one, 0),
      ).toBeCloseTo(1, 5);
    }
  });

  test("does not write over a trained run, and goes on with it when told to", async () => {
    expect(await nnspecHere(["train", iris, "--run-dir", "iris"], { cwd: folder })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--resume"),
    });
    const resumed = await nnspecHere(
      [
        "train",
        iris,
        "--epochs",
        "5",
        "--backend",
        "cpu",
        "--run-dir",
        "iris",
        "--resume",
        "--format",
        "json",
      ],
      { cwd: folder },
    );
    expect(resumed.status, resumed.stderr).toBe(0);
    const straight = await nnspecHere(
      [
        "train",
        iris,
        "--epochs",
        "5",
        "--backend",
        "cpu",
        "--run-dir",
        "straight",
        "--format",
        "json",
      ],
      { cwd: folder },
    );
    const losses = (stdout: string) =>
      events(stdout)
        .filter(({ event }) => event === "epoch")
        .map(({ epoch, train }) => [epoch, train!["loss"]]);
    expect(losses(resumed.stdout)).toEqual(losses(straight.stdout).slice(3));
    expect(readFileSync(join(folder, "iris/last.safetensors"))).toEqual(
      readFileSync(join(folder, "straight/last.safetensors")),
    );
  });

  test("refuses what cannot be: a GPU where there is none, a value outside the domain, a run that is not there", async () => {
    const noDisplay = await nnspecHere(["train", iris, "--backend", "gpu", "--run-dir", "gpu"], {
      cwd: folder,
    });
    if (!process.env["DISPLAY"])
      expect(noDisplay).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("no GPU backend"),
      });
    expect(await nnspecHere(["train", iris, "--run", "Nobody"], { cwd: folder })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Classifier"),
    });
    expect(await nnspecHere(["train", iris, "--set", "nothing=3"], { cwd: folder })).toMatchObject({
      status: 1,
    });
    expect(await nnspecHere(["eval", "nowhere"], { cwd: folder })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("not a run folder"),
    });
  });

  test("saves and ends with 130 at an interrupt, also when it comes twice at once and to the command alone", async () => {
    const endless = readFileSync(iris, "utf8")
      .replace(/\n *stop: .*/, "")
      .replace("data/iris.csv", resolve("examples/data/iris.csv"));
    writeFileSync(join(folder, "endless.nnspec"), endless);
    const child = spawn(
      process.execPath,
      [
        resolve("dist/nnspec.js"),
        "train",
        "endless.nnspec",
        "--epochs",
        "500000",
        "--backend",
        "cpu",
        "--run-dir",
        "interrupted",
        "--format",
        "json",
      ],
      { cwd: folder, stdio: ["ignore", "pipe", "ignore"] },
    );
    child.stdout.once("data", () =>
      setTimeout(() => [child.kill("SIGINT"), child.kill("SIGINT")], 300),
    );
    expect(await new Promise((settle) => child.on("exit", settle))).toBe(130);
    for (const file of ["last.safetensors", "resume.safetensors"])
      expect(existsSync(join(folder, "interrupted", file)), file).toBe(true);
  });

  test("starts from the weights of another run, also of one that keeps its last alone", async () => {
    const spec = readFileSync(iris, "utf8")
      .replace("data/iris.csv", resolve("examples/data/iris.csv"))
      .replace("metrics: accuracy", "metrics: accuracy\n  keep: last");
    writeFileSync(
      join(folder, "fine.nnspec"),
      `${spec}
train Classifier on Iris as Fine {
  loss: cross_entropy(logits, species)
  optimizer: sgd(0)
  epochs: 1
  for parameters { load: Classifier }
}
ensemble Many { members: runs(Classifier, count: 2), combine: average }
`,
    );
    const train = (run: string, to: string) =>
      nnspecHere(
        [
          "train",
          "fine.nnspec",
          "--run",
          run,
          "--backend",
          "cpu",
          "--epochs",
          "1",
          "--run-dir",
          to,
        ],
        { cwd: folder },
      );
    expect(await train("Fine", "lone/fine")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("classifier/last.safetensors"),
    });
    for (const run of ["Classifier", "Fine"])
      expect(await train(run, `tuned/${run.toLowerCase()}`)).toMatchObject({ status: 0 });
    const weights = (run: string) =>
      readFileSync(join(folder, "tuned", run, "last.safetensors")).subarray(-400);
    expect(weights("fine")).toEqual(weights("classifier"));
    expect((await train("Fine", "lone/fine")).stderr).toMatch(
      /nnspec(\.js)? train fine\.nnspec --run Classifier --run-dir lone\/classifier\n/,
    );
  });

  test("trains, measures and uses an ensemble, and goes on with it", () => {
    const nn = (...args: readonly string[]) => nnspec(args, { cwd: folder });
    const trained = nn(
      "train",
      "fine.nnspec",
      "--run",
      "Many",
      "--backend",
      "wasm",
      "--epochs",
      "2",
      "--run-dir",
      "many",
      "--format",
      "json",
    );
    expect(trained.status, trained.stderr).toBe(0);
    const end = events(trained.stdout).at(-1) as Event & {
      members: readonly { name: string; metrics: Record<string, number> }[];
    };
    expect(end.members.map(({ name }) => name)).toEqual(["Classifier 1", "Classifier 2"]);
    const measured = events(nn("eval", "many", "--format", "json").stdout).at(-1)!;
    expect(measured.test).toEqual(end.test);
    const again = nn(
      "train",
      "fine.nnspec",
      "--run",
      "Many",
      "--backend",
      "wasm",
      "--epochs",
      "2",
      "--run-dir",
      "many",
      "--resume",
      "--format",
      "json",
    );
    expect(events(again.stdout).map(({ event }) => event)).toEqual(["end"]);
    const predicted = nnspec(["predict", "many"], { cwd: folder, input: "[[5.1, 3.5, 1.4, 0.2]]" });
    expect(JSON.parse(predicted.stdout)).toMatchObject({
      class: expect.any(String),
      probability: expect.any(Number),
    });
    const built = nn("build", "fine.nnspec", "--run", "Many", "--out", "built");
    expect(built.status, built.stderr).toBe(0);
    for (const file of [
      "ensemble.ts",
      "predict.ts",
      "members.ts",
      "README.md",
      "classifier/train.ts",
      "data/iris.csv",
    ])
      expect(existsSync(join(folder, "built", file)), file).toBe(true);
  });

  test("says plainly that the data is not there", async () => {
    writeFileSync(
      join(folder, "lost.nnspec"),
      readFileSync(iris, "utf8").replace("data/iris.csv", "data/lost.csv"),
    );
    const { status, stderr } = await nnspecHere(["train", "lost.nnspec", "--backend", "cpu"], {
      cwd: folder,
    });
    expect(status).toBe(2);
    expect(stderr).toContain("lost.csv");
    expect(stderr).not.toContain("    at ");
  });

  test("trains on the whole set at once for batch: all", async () => {
    const whole = readFileSync(iris, "utf8")
      .replace(/epochs: \d+/, "epochs: 2\n  batch: all")
      .replace(/\n\s*batch: \d+/, "")
      .replace("data/iris.csv", resolve("examples/data/iris.csv"));
    writeFileSync(join(folder, "whole.nnspec"), whole);
    const { status, stdout, stderr } = await nnspecHere(
      ["train", "whole.nnspec", "--backend", "cpu", "--format", "json"],
      { cwd: folder },
    );
    expect(status, stderr).toBe(0);
    expect(events(stdout)[0]).toMatchObject({ event: "start", stepsPerEpoch: 1 });
  });
});

describe("build", () => {
  test("writes a folder that has its data, type-checks, and trains by itself", async () => {
    const { status, stderr } = await nnspecHere(["build", iris, "--out", "standalone"], {
      cwd: folder,
    });
    expect(status, stderr).toBe(0);
    const files = readdirSync(join(folder, "standalone"));
    for (const file of [
      "train.ts",
      "predict.ts",
      "kernels.ts",
      "model.ts",
      "data.ts",
      "data",
      "runtime",
      "package.json",
      "tsconfig.json",
      "README.md",
    ])
      expect(files).toContain(file);
    const manifest = JSON.parse(readFileSync(join(folder, "standalone/package.json"), "utf8"));
    expect(Object.keys(manifest.dependencies)).toEqual(["gpu.js"]);
    const again = await nnspecHere(["build", iris, "--out", "again"], { cwd: folder });
    expect(again.status).toBe(0);
    for (const file of files.filter((name) => /\.(ts|json|md)$/.test(name))) {
      expect(readFileSync(join(folder, "again", file), "utf8")).toBe(
        readFileSync(join(folder, "standalone", file), "utf8"),
      );
    }
  });
});

describe("build with other data", () => {
  test("carries that alone", async () => {
    writeFileSync(join(folder, "mine.csv"), readFileSync("examples/data/iris.csv"));
    const built = await nnspecHere(["build", iris, "--data", "Iris=mine.csv", "--out", "bound"], {
      cwd: folder,
    });
    expect(built.status, built.stderr).toBe(0);
    expect(readdirSync(join(folder, "bound/data"))).toEqual(["mine.csv"]);
  });
});

describe("build with batch: all", () => {
  test("counts the rows of the copied data, and says what stands against it", async () => {
    const spec = readFileSync(iris, "utf8").replace(/\n\s*batch: \d+/, "\n  batch: all");
    mkdirSync(join(folder, "data"), { recursive: true });
    writeFileSync(join(folder, "data/iris.csv"), readFileSync("examples/data/iris.csv"));
    writeFileSync(join(folder, "all.nnspec"), spec);
    const built = await nnspecHere(["build", "all.nnspec", "--out", "all"], { cwd: folder });
    expect(built.status, built.stderr).toBe(0);
    writeFileSync(join(folder, "none.nnspec"), spec.replace("iris.csv", "none.csv"));
    expect(
      await nnspecHere(["build", "none.nnspec", "--out", "none"], { cwd: folder }),
    ).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("none.csv"),
    });
  });
});

describe("init, fmt, list, summary, explain, doctor", () => {
  test.each(["spirals", "csv"])(
    "the %s template checks, is in canonical form and trains",
    async (template) => {
      expect(
        await nnspecHere(["init", template, "--template", template], { cwd: folder }),
      ).toMatchObject({ status: 0 });
      const at = join(folder, template);
      expect(
        await nnspecHere(["check", "--error-on-warning", "model.nnspec"], { cwd: at }),
      ).toMatchObject({
        status: 0,
      });
      expect(await nnspecHere(["fmt", "--check", "model.nnspec"], { cwd: at })).toMatchObject({
        status: 0,
      });
      const trained = await nnspecHere(
        ["train", "model.nnspec", "--backend", "wasm", "--threads", "1", "--format", "json"],
        { cwd: at },
      );
      expect(trained).toMatchObject({ status: 0 });
      // A first training that had learned nothing would be a poor welcome.
      expect(events(trained.stdout).at(-1)!.test!["accuracy"]).toBeGreaterThan(0.95);
      expect(
        await nnspecHere(["init", template, "--template", template], { cwd: folder }),
      ).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("nothing was written"),
      });
    },
  );

  test("fmt brings a file into canonical form, and --check only tells", async () => {
    const file = join(folder, "loose.nnspec");
    writeFileSync(
      file,
      "nnspec 1\ndim   B\nmodel Net( x:f32[B,px:4] )->f32[B,4]{ return x->dense( 4 ) }\n",
    );
    expect(await nnspecHere(["fmt", "--check", file])).toMatchObject({ status: 1 });
    expect(await nnspecHere(["fmt", file])).toMatchObject({ status: 0 });
    expect(await nnspecHere(["fmt", "--check", file])).toMatchObject({ status: 0 });
    const { stdout } = nnspec(["fmt", "-"], { input: "nnspec 1\ndim   B\n" });
    expect(stdout).toBe("nnspec 1\ndim B\n");
  });

  test("list gives every item with its formula and arguments", async () => {
    const items = JSON.parse((await nnspecHere(["list", "--format", "json"])).stdout) as {
      kind: string;
      name: string;
      formula: string;
      arguments: unknown[];
    }[];
    expect(items.length).toBeGreaterThan(80);
    expect(items.find(({ name }) => name === "adam")).toMatchObject({
      kind: "optimizer",
      summary: expect.any(String),
      formula: expect.any(String),
      arguments: expect.any(Array),
    });
    expect((await nnspecHere(["list", "optimizers"])).stdout).toContain("adamw");
    expect(await nnspecHere(["list", "optimiser"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("optimizer"),
    });
  });

  test("summary counts parameters and multiply-adds of each layer", async () => {
    const { models } = JSON.parse((await nnspecHere(["summary", iris, "--format", "json"])).stdout);
    expect(models[0]).toMatchObject({ name: "Classifier" });
    const parameters = models[0].layers.reduce(
      (sum: number, layer: { parameters: number }) => sum + layer.parameters,
      0,
    );
    expect(parameters).toBe(models[0].parameters);
    expect(models[0].layers[0]).toMatchObject({
      name: expect.any(String),
      shape: expect.stringContaining("[B"),
      parameters: expect.any(Number),
      multiplyAdds: expect.any(Number),
    });
  });

  test("explain knows codes, items and paths", async () => {
    expect((await nnspecHere(["explain", "NN0302"])).stdout).toContain("# ");
    expect((await nnspecHere(["explain", "relu"])).stdout).toContain("relu");
    expect(await nnspecHere(["explain", "NN9999"])).toMatchObject({ status: 2 });
    expect(await nnspecHere(["explain", "relo"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("relu"),
    });
    mkdirSync(join(folder, "sub"), { recursive: true });
    expect(await nnspecHere(["explain", iris, "no.such"])).toMatchObject({ status: 2 });
  });

  test("doctor says what this machine can run", async () => {
    const { findings } = JSON.parse((await nnspecHere(["doctor", "--format", "json"])).stdout);
    expect(findings.find(({ name }: { name: string }) => name === "gpu.js")).toMatchObject({
      state: "ok",
    });
  });
});
