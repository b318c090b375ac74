import { library } from "../../compiler/library/index.ts";
import type { Definition, DefinitionKind } from "../../compiler/library/definition.ts";
import { settings } from "../../compiler/settings/index.ts";
import { coverage } from "./coverage.ts";
import { page, pageOfSetting } from "./page.ts";

/** The chapters of the reference, in reading order: kind, title, and what items of the kind are for. */
const chapters = [
  [
    "layer",
    "Layers",
    "A layer is a stage: `x -> dense(10)`. Layers with weights make new ones at each use.",
  ],
  [
    "activation",
    "Activations",
    "An activation is a stage, one value in and one of the same type out: `x -> relu`.",
  ],
  [
    "function",
    "Functions",
    "Mathematical functions of values and of plain numbers: `abs(a - b)`, `0.5 ^ floor(t / 500)`.",
  ],
  [
    "initializer",
    "Initialisers",
    "What weights start from: `for weights { init: kaiming(relu) }`. fan_in and fan_out are the connections into and out of one unit.",
  ],
  [
    "regularizer",
    "Regularisers",
    "Penalties that are added to the loss: `for weights { regularize: l2(1e-4) }`. On a value of the batch a penalty is the mean over the rows of each row's sum.",
  ],
  [
    "loss",
    "Losses",
    "What training makes small: `loss: cross_entropy(logits, label)`. A loss gives one number for each example; training takes the mean over the examples of the batch, and over any further axes.",
  ],
  [
    "optimizer",
    "Optimisers",
    "How weights follow the gradient g: `optimizer: adam(1e-3)`. Steps t count from 1.",
  ],
  [
    "schedule",
    "Schedules",
    "How the learning rate changes: `schedule: warmup(2 epochs) then cosine(to: 0)`. Steps t count from 1 in each part of a sequence; \"start\" is the rate where the part before ended, and for the first part the run's own rate. A multiple such as `0.1x` is always of the run's own rate.",
  ],
  [
    "metric",
    "Metrics",
    "What is reported of each epoch: `metrics: (accuracy, top(5))`. A metric counts every example once, whatever the batches.",
  ],
  ["source", "Sources", 'Where data comes from: `source: csv("digits.csv", target: "digit")`.'],
  [
    "normalizer",
    "Normalisers",
    "What is done to the inputs: `normalize: standardize`. Statistics come from the training split only.",
  ],
  [
    "augmentation",
    "Augmentations",
    "What is done to the rows of a training batch, drawn anew in each epoch: `augment: pad_crop(4) then flip(w) then mixup(alpha: 0.2)`. They act on the values as `normalize` leaves them; what comes in at a border is 0.",
  ],
] as const satisfies readonly (readonly [DefinitionKind, string, string])[];

/** The reference as files: path under `spec/reference/` to text. */
export function manual(): ReadonlyMap<string, string> {
  const files = new Map([["README.md", contents()]]);
  for (const [kind, title, introduction] of chapters) {
    files.set(`${folder(kind)}/README.md`, chapter(kind, title, introduction));
    for (const definition of library.all(kind))
      files.set(`${folder(kind)}/${definition.name}.md`, page(definition));
  }
  files.set("settings/README.md", chapterOfSettings());
  for (const setting of settings) files.set(`settings/${setting.name}.md`, pageOfSetting(setting));
  files.set(
    "coverage.md",
    coverage((definition) => `${folder(definition.kind)}/${definition.name}.md`),
  );
  return files;
}

function folder(kind: DefinitionKind): string {
  return kind === "loss" ? "losses" : `${kind}s`;
}

function contents(): string {
  const lines = chapters.map(
    ([kind, title]) =>
      `- [${title}](${folder(kind)}/README.md): ${library
        .all(kind)
        .map((item) => link(`${folder(kind)}/`, item))
        .join(", ")}`,
  );
  const ofRuns = settings.map(({ name }) => `[${name}](settings/${name}.md)`).join(", ");
  return [
    "# Reference",
    "",
    "Every item of the library and every setting of runs, made from its definition by `scripts/reference.ts`. The header `nnspec 1` pins these formulas and defaults.",
    "",
    ...lines,
    `- [Settings of runs](settings/README.md): ${ofRuns}`,
    "",
    "[Coverage](coverage.md): what the lectures teach, row by row, with links to syntax, page and test.",
    "",
  ].join("\n");
}

function chapter(kind: DefinitionKind, title: string, introduction: string): string {
  const rows = library.all(kind).map((item) => `| ${link("", item)} | ${cell(item.summary)} |`);
  return [
    `# ${title}`,
    "",
    introduction,
    "",
    "| name | what it does |",
    "|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function chapterOfSettings(): string {
  const rows = settings.map(
    ({ name, takes, otherwise, summary }) =>
      `| [${name}](${name}.md) | ${takes} | ${otherwise} | ${cell(summary)} |`,
  );
  return [
    "# Settings of runs",
    "",
    "What `train` and `recipe` set: `train Net on Digits { loss: cross_entropy(logits, label), epochs: 30 }`. The numbers are those of chapters of the specification.",
    "",
    "| name | takes | default | what it does |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function link(prefix: string, item: Definition): string {
  return `[${item.name}](${prefix}${item.name}.md)`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
