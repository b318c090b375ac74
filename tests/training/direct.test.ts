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
import { emit } from "../../src/targets/trainer/emit.ts";
import type { Emission } from "../../src/targets/trainer/emission.ts";
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

/** Examples by the epochs that they are trained for here: all but those whose epochs are long, or that start from weights of other runs. */
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
const cases = Object.entries(files).flatMap(([file, epochs]) => {
  const program = programOf(file);
  return program.runs.map((run) => ({ program, run, epochs, name: `${file}: ${run.name}` }));
});

describe("a run trained by its definition and by its program", () => {
  test.concurrent.each(cases)("$name", async ({ program, run, epochs, name }) => {
    const own = join(top, name.replace(/\W+/g, "-"));
    const folder = join(own, "program");
    const emission = await emissionOf(program, run, folder);
    const { compiled, pathFromFolder } = emission;
    for (const { path, text } of await emit(compiled, program, { pathFromFolder })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
    await train(
      await makeDefinition(emission, hereIn(folder)),
      {
        backend: "wasm",
        threads: 1,
        data: new Map(),
        resume: false,
        format: "json",
        epochs,
        runDirectory: join(own, "direct"),
      },
      silentReporter,
    );
    const words = [
      "--backend",
      "wasm",
      "--threads",
      "1",
      "--epochs",
      String(epochs),
      "--format",
      "json",
    ];
    const ended = await runIn(folder, "train.ts", [...words, "--run-dir", join(own, "generated")]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(readRun(join(own, "direct"))).toEqual(readRun(join(own, "generated")));
  });
});

function hereIn(folder: string): string {
  return pathToFileURL(join(folder, "data.ts")).href;
}

/** A batch of all rows is as large as they are many. */
async function emissionOf(program: Program, run: TypedRun, folder: string): Promise<Emission> {
  const pathFromFolder = (path: string): string =>
    isAbsolute(path) ? path : relative(folder, join(examples, path));
  const emission = (rows?: number): Emission => ({
    compiled: compileRun(run, rows === undefined ? {} : { rows }),
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
  return Object.fromEntries(readdirSync(folder).map((name) => [name, read(name)]));
}

function withoutSeconds(text: string): string {
  return text.replaceAll(/"seconds":[\d.e-]+/g, '"seconds":0');
}
