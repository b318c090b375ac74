import type { EmittedFile } from "../target.ts";
import { exampleName, isOfFolder, writerOf } from "./predictions.ts";
import { describeSchedule, describeUse } from "./describe.ts";
import { keptFile, specName, type Emission } from "./emission.ts";

/** What makes the folder a program of its own: its package, its compiler settings, its page for people. */
export function packageFiles(
  emission: Emission,
  files: readonly EmittedFile[],
): readonly EmittedFile[] {
  return [
    { path: "package.json", text: packageText(emission) },
    { path: "tsconfig.json", text: tsconfig(["*.ts", "runtime/*.ts"]) },
    { path: "README.md", text: readme(emission, files) },
  ];
}

function packageText(emission: Emission): string {
  return plainPackage(
    emission.compiled.run.name,
    { start: "tsx train.ts", predict: "tsx predict.ts", check: "tsc -p tsconfig.json" },
    isOfFolder(emission) ? { sharp: "^0.35.5" } : {},
  );
}

/** A package that depends on gpu.js alone, but for what reading its data needs. */
export function plainPackage(
  name: string,
  scripts: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): string {
  const folder = name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-");
  return `${JSON.stringify(
    {
      name: `${folder}-trainer`,
      version: "1.0.0",
      private: true,
      type: "module",
      engines: { node: ">=20.19" },
      scripts,
      dependencies: { "gpu.js": "2.24.1", ...more },
      devDependencies: {
        "@types/node": "^22.19.0",
        tsx: "^4.23.0",
        typescript: "^5.9.0 || ^6.0.0 || ^7.0.0",
      },
    },
    undefined,
    2,
  )}\n`;
}

export function tsconfig(include: readonly string[]): string {
  return `{
  "compilerOptions": {
    "target": "es2022",
    "lib": ["es2023", "dom"],
    "module": "nodenext",
    "moduleResolution": "nodenext",
    "types": ["node"],
    "strict": true,
    "noEmit": true,
    "noUnusedLocals": true,
    "noUnusedParameters": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true
  },
  "include": [${include.map((path) => JSON.stringify(path)).join(", ")}]
}
`;
}

const about: Readonly<Record<string, string>> = {
  "train.ts": "the command line of training",
  "training.ts": "the run, and one training from beginning to end: start reading here",
  "loop.ts": "the loops over epochs and steps",
  "steps.ts": "one step",
  "epoch-batches.ts": "the batches of an epoch",
  "session.ts": "what a training carries along, and its tensors",
  "checkpoints.ts": "beginning, saving, going on and ending",
  "measuring.ts": "what the rows of a part reach",
  "collecting.ts": "metrics that are made of numbers of all rows",
  "stopping.ts": "why training ends",
  "plateaus.ts": "schedules that watch a metric",
  "averages.ts": "averages of the weights in their place",
  "teaching.ts": "the teacher's weights",
  "warm-starts.ts": "weights of other trainings to start from",
  "weight-files.ts": "where such files lie",
  "member.ts": "what a member of an ensemble says, and how that is judged",
  "still-tensors.ts": "which tensors the first epoch left as they were",
  "types.ts": "the types of all these",
  "model.ts": "the tensors and what they start from, the learning rate, the metrics",
  "augment.ts": "what is done to the rows before the model is given them",
  "augment-worker.ts": "a thread that makes batches while the device computes",
  "data.ts": "where the rows come from, how they are divided and scaled",
  "kernels.ts": "the tensor work as gpu.js kernels, with their shapes",
  "wasm.ts":
    "the same work as a WebAssembly module: its bytes, and where each array lies in its memory",
  "wasm.wat": "that module as text, with comments",
  "predict.ts": "the trained model in use",
  "sample-kernels.ts": "prediction with noise on (Monte-Carlo dropout) as gpu.js kernels",
  "sample-wasm.ts": "the same as a WebAssembly module",
};

function readme(emission: Emission, files: readonly EmittedFile[]): string {
  const { run } = emission.compiled;
  const writer = writerOf(emission);
  const modules = files
    .filter(({ path }) => !path.includes("/"))
    .map(({ path }) => `- \`${path}\`: ${about[path] ?? ""}`);
  const carried = files
    .filter(({ path }) => path.startsWith("runtime/"))
    .map(({ path }) => `\`${path.slice("runtime/".length)}\``);
  return `# ${plainText(run.name)}: ${plainText(run.model.name)} on ${plainText(run.data.name)}

A program that trains this model and uses it, made by nnspec from ${plainText(specName(emission))}. It depends on gpu.js alone${isOfFolder(emission) ? " (and on sharp, which reads images)" : ""}, and nothing here
needs nnspec any more.
${run.documentation === undefined ? "" : `\n${plainText(run.documentation)}\n`}
Optimiser: ${plainText(describeUse(run.optimizer.use))}; schedule: ${plainText(describeSchedule(run.schedule.parts))}; batches of ${emission.compiled.capacity} rows; at most ${run.epochs} epochs.

## Use

\`\`\`sh
${commandLines(emission)}
\`\`\`

With Node 22.18 or newer \`node train.ts\` runs it directly. Training writes into \`run/\`: ${run.keep.kind === "best" ? "`best.safetensors` and\n" : ""}\`last.safetensors\` (the weights, readable by any safetensors library), \`resume.safetensors\` (what \`--resume\` needs) and
\`metrics.jsonl\` (a line for each epoch), and in \`${exampleName(emission)}\` ${writer ? "a text to go on with" : "a few rows to predict"}.

In a program:

\`\`\`ts
import { closeModel, ${writer ? "continueText, loadModel" : "loadModel, predict"} } from "./predict.ts";

const model = await loadModel("${keptFile(emission)}");
${writer ? 'const text = await continueText(model, "Shall I", { length: 300, temperature: 0.7, seed: 0 });' : `const predictions = await predict(model, [row]); // row: ${rowExample(emission)}`}
await closeModel(model);
\`\`\`

In a browser bundle \`training.ts\` and call its function \`train\`; nothing is written there, and the trained tensors are returned.

## Files

${modules.join("\n")}
- \`runtime/\`: what the program needs besides: ${carried.join(", ")}
`;
}

/** The commands of the page, each with what it does. */
function commandLines(emission: Emission): string {
  const rows = `run/${exampleName(emission)}`;
  const predicting: readonly Command[] = writerOf(emission)
    ? [
        [
          `npm run predict -- --length 300 ${rows}`,
          "goes on with a text, here with one of the data",
        ],
      ]
    : [
        [
          `npm run predict -- ${rows}`,
          "a line of JSON for each row (JSON or CSV); these are of the data",
        ],
      ];
  const sampling: readonly Command[] =
    emission.compiled.sampling === undefined || writerOf(emission)
      ? []
      : [
          [
            `npm run predict -- --samples 50 ${rows}`,
            "the mean of 50 predictions with dropout on, and their spread",
          ],
        ];
  return aligned([
    ["npm install", ""],
    ["npm start", "train; npm start -- --help lists the options"],
    ["npm start -- --resume", "go on after an interruption"],
    [`npm start -- --evaluate ${keptFile(emission)}`, "measure a checkpoint"],
    ...predicting,
    ...sampling,
    ["npm run check", "type-check everything"],
  ]);
}

type Command = readonly [command: string, purpose: string];

function aligned(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(([command]) => command.length));
  return commands
    .map(([command, purpose]) =>
      purpose === "" ? command : `${command.padEnd(width)}  # ${purpose}`,
    )
    .join("\n");
}

function rowExample({ compiled: { run } }: Emission): string {
  return `{ ${run.model.inputs.map(({ name }) => `${name.replace(/\W/g, "_")}: [numbers]`).join(", ")} }`;
}

/** Text of a spec inside Markdown: one line, nothing in it formats or links. */
function plainText(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .replace(/[\\`*_[\]<>#|~!&]/g, "\\$&");
}

/** The page of an ensemble's folder. */
export function ensembleReadme(name: string, folders: readonly string[]): string {
  return `# Ensemble ${plainText(name)}

Models whose predictions are made one, made by nnspec. It depends on gpu.js alone, and nothing here needs nnspec any more.

\`\`\`sh
${aligned([
  ["npm install", ""],
  ["npm start", "train every member, then measure them alone and together"],
  ["npm start -- --resume", "go on after an interruption"],
  ["npm start -- --evaluate run", "measure what is trained"],
  [
    "npm run predict -- run/member-1/rows.json",
    "a line of JSON for each row (JSON or CSV); these are of the data",
  ],
  ["npm run check", "type-check everything"],
])}
\`\`\`

- \`ensemble.ts\`: trains and measures
- \`predict.ts\`: the members in use
- \`members.ts\`: who they are
${folders.map((folder) => `- \`${folder}/\`: a trainer, complete in itself`).join("\n")}
`;
}
