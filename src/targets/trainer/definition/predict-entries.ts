import { fedFields } from "../augmentations.ts";
import {
  classesOf,
  hasLabels,
  isOfFolder,
  measuredOutput,
  readings,
  samplesByDefault,
  usageOf,
  usageOfWriter,
  writerOf,
} from "../predictions.ts";
import { fieldOf, keptFile, type Emission } from "../emission.ts";
import type { Entry } from "./entry.ts";
import { plain, type Recipe } from "./recipe.ts";

function entry(name: string, value: Recipe, about?: string, type?: string): Entry {
  return {
    module: "predict",
    name,
    value,
    ...(about !== undefined && { about }),
    ...(type !== undefined && { type }),
  };
}

/** What predicting is told. */
export function predictEntries(emission: Emission): readonly Entry[] {
  const { compiled } = emission;
  const { run } = compiled;
  const inputs = run.model.inputs.map(({ name }) => ({
    name,
    field: fieldOf(emission, name),
    shape: [
      ...(compiled.fields.find((field) => field.name === fieldOf(emission, name))?.shape ?? []),
    ],
    classes: classesOf(emission, name),
  }));
  const outputs = readings(emission).map(({ output, shape, kind, field }) => ({
    name: output,
    shape: [...shape],
    kind,
    field,
  }));
  const measured = measuredOutput(emission);
  const writer = writerOf(emission);
  return [
    entry(
      "modelInputs",
      plain(inputs),
      "What a row consists of, and the fields of the data that scale it.",
      "readonly ModelInput[]",
    ),
    entry(
      "modelOutputs",
      plain(outputs),
      "What the model says, and how it is read.",
      "readonly ModelOutput[]",
    ),
    ...(measured === undefined
      ? []
      : [
          entry(
            "measuredView",
            plain({
              name: measured.output,
              shape: [...measured.shape],
              kind: measured.kind,
              field: measured.field,
            }),
            "The output whose mean over the views is measured.",
          ),
        ]),
    entry("keptFile", plain(keptFile(emission)), "The weights that training keeps."),
    entry("defaultSamples", plain(run.predict?.samples ?? 50)),
    entry("commandSamples", plain(samplesByDefault(emission))),
    entry("usage", plain(writer ? usageOfWriter(emission) : usageOf(emission))),
    ...(writer === undefined
      ? []
      : [
          entry(
            "writer",
            plain({ ...writer }),
            "The field that the model reads, and the output with the scores of the next character.",
          ),
        ]),
  ];
}

/** Decisions that are nothing but yes. */
export function predictFlags(emission: Emission): readonly string[] {
  const { run } = emission.compiled;
  const kinds = new Set(readings(emission).map(({ kind }) => kind));
  const cut = fedFields(run).length > 0;
  return [
    ...(hasLabels(emission) ? ["readsLabels"] : []),
    ...(kinds.has("probabilities") ? ["saysProbabilities"] : []),
    ...(kinds.has("scores") ? ["saysScores"] : []),
    ...(kinds.has("chance") ? ["saysChances"] : []),
    ...(cut ? ["feedsPredictions"] : []),
    ...(isOfFolder(emission) && run.model.inputs.length === 1 ? ["seesImages"] : []),
    ...(emission.compiled.plans.sample === undefined ? [] : ["samples"]),
  ];
}
