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
    { path: ".gitignore", text: ignored },
    { path: "README.md", text: readme(emission, files) },
  ];
}

function packageText(emission: Emission): string {
  return plainPackage(
    emission.compiled.run.name,
    {
      start: "tsx train.ts",
      predict: "tsx predict.ts",
      test: "tsx test.ts",
      check: "tsc -p tsconfig.json && tsx check-kernels.ts",
    },
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
        "@types/node": "22.20.5",
        tsx: "4.23.15",
        typescript: "7.0.2",
      },
    },
    undefined,
    2,
  )}\n`;
}

/** What no repository keeps of the folder: packages, and what trainings leave. */
export const ignored = "node_modules/\nrun/\n";

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
  "loop.ts": "the loops over epochs and steps, and why they end",
  "session.ts": "what a training carries along, its tensors, and the types of these",
  "checkpoints.ts": "beginning, saving, going on and ending",
  "measuring.ts": "what the rows of a part reach",
  "predict-rows.ts": "the rows of a table that is predicted from",
  "averages.ts": "averages of the weights in their place",
  "teaching.ts": "the teacher's weights",
  "warm-starts.ts": "weights of other trainings to start from",
  "weight-files.ts": "where such files lie",
  "member.ts": "what a member of an ensemble says, and how that is judged",
  "model.ts": "the tensors and what they start from, the learning rate, the metrics",
  "augment.ts": "what is done to the rows before the model is given them",
  "augment-worker.ts": "a thread that makes batches while the device computes",
  "data.ts": "where the rows come from, how they are divided and scaled",
  "kernels.ts": "the tensor work as gpu.js kernels, with their shapes",
  "wasm.ts":
    "the same work as a WebAssembly module: its bytes, and where each array lies in its memory",
  "wasm.wat": "that module as text, with comments",
  "predict.ts": "the trained model in use",
  "test.ts": "the first steps, with the losses that they should have",
  "check-kernels.ts": "whether the kernels, which are texts, are functions",
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

Versions in package.json are exact; \`npm install\` writes package-lock.json, which is worth keeping. The bytes in wasm.ts are
made by nnspec from the same plans as the kernels: \`npm test\` compares what both compute, and \`nnspec build --check\` makes
every file again and names those that differ.

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
    emission.compiled.plans.sample === undefined || writerOf(emission)
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
    ["npm test", "train a few steps, and compare their losses with those of when this was made"],
    ["npm run check", "type-check everything, the kernels too"],
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
  ["npm test", "train a few steps of each run, and compare their losses"],
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
