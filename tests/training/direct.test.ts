import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import { compileRun } from "../../src/compiler/compile.ts";
import { ensembleFiles, trainersOf } from "../../src/targets/trainer/build.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import type { Emission } from "../../src/targets/trainer/emission.ts";
import { folderOf } from "../../src/targets/trainer/weight-files.ts";
import type { Program, TypedRun } from "../../src/compiler/typed/program.ts";
import { silentReporter } from "../../src/runtime/reporter.ts";
import { decodeSafetensors } from "../../src/runtime/safetensors.ts";
import { loadData } from "../../src/runtime/training/data.ts";
import { train } from "../../src/runtime/training/training.ts";
import { importReader, readSource } from "../../src/tools/cli/sources.ts";
import { makeDefinition } from "../../src/tools/training/make-definition.ts";
import { repository, runIn } from "../emit/support/folder.ts";

/** Training by a run's definition, in this process, and by its generated program: the same bytes. */

const examples = join(repository, "examples");
const top = mkdtempSync(join(tmpdir(), "nnspec-direct-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

function programOf(file: string): Program {
  const path = join(examples, file);
  const { value } = check(readSource(path), { set: new Map(), read: importReader(path) });
  return value!;
}

/** Examples by the epochs that they are trained for here. */
const files: Readonly<Record<string, number>> = {
  "iris.nnspec": 2,
  "regression.nnspec": 2,
  "second-order.nnspec": 2,
  "digits.nnspec": 1,
  "spirals.nnspec": 1,
  "surfaces.nnspec": 2,
  "averages.nnspec": 1,
  "noise-layers.nnspec": 1,
  "initialisation.nnspec": 1,
  "residual.nnspec": 1,
  "augmentation.nnspec": 1,
  "ensembles.nnspec": 1,
};

/** Those whose epochs are long, by the steps after which they end here. */
const long: Readonly<Record<string, number>> = {
  "digits-cnn.nnspec": 3,
  "unet.nnspec": 2,
  "character.nnspec": 2,
  "transformer.nnspec": 3,
};

const cases = [
  ...Object.entries(files),
  ...Object.keys(long).map((file) => [file, 1] as const),
].flatMap(([file, epochs]) => {
  const program = programOf(file);
  const steps = long[file];
  return program.runs.map((whole) => ({
    program,
    run: steps === undefined ? whole : { ...whole, steps },
    epochs,
    name: `${file}: ${whole.name}`,
  }));
});

const common = {
  backend: "wasm",
  threads: 1,
  data: new Map<string, string>(),
  resume: false,
  format: "json",
} as const;

const words = (epochs: number, folder: string): readonly string[] => [
  "--backend",
  "wasm",
  "--threads",
  "1",
  "--epochs",
  String(epochs),
  "--format",
  "json",
  "--run-dir",
  folder,
];

describe("a run trained by its definition and by its program", () => {
  test.concurrent.each(cases)("$name", async ({ program, run, epochs, name }) => {
    const own = join(top, name.replace(/\W+/g, "-"));
    const folder = join(own, "program");
    const emission = await emissionOf(program, run, folder);
    await write(emission, folder);
    const direct = join(own, "direct");
    await train(
      await makeDefinition(emission, hereIn(folder)),
      { ...common, epochs, runDirectory: direct },
      silentReporter,
    );
    const generated = join(own, "generated");
    expect(await runIn(folder, "train.ts", words(epochs, generated))).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(readRun(direct)).toEqual(readRun(generated));
  });

  test("a student, whose teacher was trained before, and what each takes of the other", async () => {
    const program = programOf("distillation.nnspec");
    const runOf = (name: string): TypedRun => program.runs.find((run) => run.name === name)!;
    const beside = join(top, "distillation");
    const trainInto = async (run: TypedRun, folder: string): Promise<string> => {
      const place = join(beside, folder);
      const emission = await emissionOf(program, run, join(place, "program"));
      await write(emission, join(place, "program"));
      await train(
        await makeDefinition(emission, hereIn(join(place, "program"))),
        { ...common, epochs: 1, runDirectory: place },
        silentReporter,
      );
      return place;
    };
    await trainInto({ ...runOf("Teaching"), steps: 3 }, folderOf("Teaching"));
    const direct = await trainInto(runOf("Learning"), "direct");
    const generated = join(beside, "generated");
    expect(await runIn(join(direct, "program"), "train.ts", words(1, generated))).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(readRun(direct)).toEqual(readRun(generated));
    expect(readRun(direct)).toHaveProperty(["best.safetensors"]);
  });

  test("the members of an ensemble, trained by its program, are what their run trains", async () => {
    const program = programOf("ensembles.nnspec");
    const ensemble = program.ensembles.find(({ name }) => name === "Five")!;
    const own = join(top, "ensemble");
    const folder = join(own, "program");
    for (const file of await ensembleFiles(program, ensemble, {})) put(folder, file);
    const [trainer] = trainersOf(program, ensemble);
    const inside = join(folder, trainer!.folder);
    const emission = await emissionOf(program, trainer!.run, inside, true);
    for (const file of await emit(emission.compiled, program, emission)) put(inside, file);
    linkPackages(folder);
    const run = join(own, "run");
    expect(await runIn(folder, "ensemble.ts", words(1, run))).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("member 5 of 5"),
    });
    const definition = await makeDefinition(emission, hereIn(inside));
    for (const member of [1, 4]) {
      const direct = join(own, `direct-${member}`);
      await train(
        definition,
        { ...common, epochs: 1, member, runDirectory: direct },
        silentReporter,
      );
      const { "ended.json": _, ...generated } = readRun(join(run, `member-${member}`));
      expect(readRun(direct)).toEqual(generated);
    }
  });
});

type File = { readonly path: string; readonly text: string };

function put(folder: string, { path, text }: File): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

async function write(emission: Emission, folder: string): Promise<void> {
  for (const file of await emit(emission.compiled, emission.program, emission)) put(folder, file);
  linkPackages(folder);
}

function linkPackages(folder: string): void {
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
}

function hereIn(folder: string): string {
  return pathToFileURL(join(folder, "data.ts")).href;
}

/** A batch of all rows is as large as they are many. */
async function emissionOf(
  program: Program,
  run: TypedRun,
  folder: string,
  member = false,
): Promise<Emission> {
  const pathFromFolder = (path: string): string =>
    isAbsolute(path) ? path : relative(folder, join(examples, path));
  const emission = (rows?: number): Emission => ({
    compiled: compileRun(run, { member, ...(rows !== undefined && { rows }) }),
    program,
    pathFromFolder,
    bound: new Map(),
  });
  if (run.batch !== "all") return emission();
  const definition = await makeDefinition(emission(1), hereIn(folder));
  return emission((await loadData(definition, run.seed)).train.rows.length);
}

/** Every file of a trained run; of the seconds that it took nothing. */
function readRun(folder: string): Readonly<Record<string, unknown>> {
  const read = (name: string): unknown => {
    const bytes = readFileSync(join(folder, name));
    if (!name.endsWith(".safetensors")) return withoutSeconds(bytes.toString());
    const { tensors, metadata } = decodeSafetensors(new Uint8Array(bytes), name);
    const text = Object.entries(metadata).map(([key, value]) => `${key}: ${value}`);
    return { tensors: [...tensors.values()], metadata: withoutSeconds(text.join("\n")) };
  };
  const names = readdirSync(folder).filter((name) => name !== "program");
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}

function withoutSeconds(text: string): string {
  return text.replaceAll(/"seconds":[\d.e-]+/g, '"seconds":0');
}
