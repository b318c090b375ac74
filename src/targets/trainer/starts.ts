import { prefetches } from "./augmentations.ts";
import { comment, ts } from "./code.ts";
import { describeSchedule, describeUse } from "./describe.ts";
import { keptFile, specName, type Emission } from "./emission.ts";
import { writerOf } from "./predictions.ts";
import type { Start } from "./program.ts";

/** The files that a person starts or imports, in the order in which they are read. */
export function startsOf(emission: Emission): readonly Start[] {
  const { run } = emission.compiled;
  return [
    trainStart(emission),
    trainingStart(emission),
    modelStart(emission),
    ...(run.augment || run.views ? [augmentStart(emission)] : []),
    ...(prefetches(run) ? [workerStart] : []),
    dataStart(emission),
    predictStart(emission),
    testStart,
    checkStart,
  ];
}

function trainStart(emission: Emission): Start {
  return {
    path: "train.ts",
    header: comment(
      `The command line of training.ts: run ${emission.compiled.run.name} of ${specName(emission)}, made by nnspec.`,
      "`npm start` trains; `npm start -- --help` lists the options.",
    ),
    offers: [],
    ends: {
      code: ts`export * from "./training.ts";

runAsProgram(import.meta.url, runTraining);`,
      uses: ["runtime/program.ts#runAsProgram", "train.ts#runTraining"],
    },
  };
}

function trainingStart(emission: Emission): Start {
  const { run, plans } = emission.compiled;
  return {
    path: "training.ts",
    header: comment(
      `Trains ${run.model.name} on ${run.data.name}: run ${run.name} of ${specName(emission)}, made by nnspec.`,
      run.documentation,
      `Optimiser ${describeUse(run.optimizer.use)}, schedule ${describeSchedule(run.schedule.parts)}.`,
      "The function `train` can be called from a page as well; train.ts is its command line.",
    ),
    offers: ["train", "evaluateCheckpoint", ...(plans.judge ? ["rehearse"] : [])],
    ...(plans.judge && {
      ends: {
        code: ts`export { judge, say } from "./member.ts";`,
        uses: [],
        passes: ["member.ts#judge", "member.ts#say"],
      },
    }),
  };
}

function modelStart({ compiled: { run } }: Emission): Start {
  return {
    path: "model.ts",
    header: comment(
      `Model ${run.model.name}: its tensors and what they start from, the numbers of each step, the metrics.`,
      run.model.documentation,
    ),
    offers: ["@parameters", "@statistics", "@slots", "@monitors", "@numbersOf"],
  };
}

function dataStart({ compiled: { run } }: Emission): Start {
  return {
    path: "data.ts",
    header: comment(
      `The data of run ${run.name}: where its rows come from, how they are divided, how they are brought to scale.`,
    ),
    offers: ["loadData", "loadOther", "@fields"],
  };
}

function augmentStart({ compiled: { run } }: Emission): Start {
  return {
    path: "augment.ts",
    header: comment(`What run ${run.name} does to its rows before the model is given them.`),
    offers: run.augment ? ["@augmentingOf"] : [],
  };
}

const workerStart: Start = {
  path: "augment-worker.ts",
  header: comment(
    "A thread that makes batches while the device computes; training starts it where that is worth it.",
  ),
  offers: [],
  ends: {
    code: ts`serveBatches(augmentingOf);`,
    uses: ["runtime/prefetch-worker.ts#serveBatches", "@augmentingOf"],
  },
};

const testStart: Start = {
  path: "test.ts",
  header: comment("`npm test`: the first steps of the training, and what their losses should be."),
  offers: [],
  ends: {
    code: ts`runAsProgram(import.meta.url, testTraining);`,
    uses: ["runtime/program.ts#runAsProgram", "test.ts#testTraining"],
  },
};

const checkStart: Start = {
  path: "check-kernels.ts",
  header: comment(
    "A part of `npm run check`: the kernels are texts, which the compiler does not read.",
  ),
  offers: [],
  ends: {
    code: ts`runAsProgram(import.meta.url, checkKernels);`,
    uses: ["runtime/program.ts#runAsProgram", "check-kernels.ts#checkKernels"],
  },
};

function predictStart(emission: Emission): Start {
  const { run, plans } = emission.compiled;
  const writes = writerOf(emission) !== undefined;
  const use = writes
    ? "From the command line: `npm run predict -- --length 300 run/start.txt`, which goes on with a text."
    : "From the command line: `npm run predict -- run/rows.json`, where rows are JSON objects or the lines of a CSV file.";
  const main = writes ? "writeFromCommandLine" : "predictFromCommandLine";
  return {
    path: "predict.ts",
    header: comment(
      `Predicts with ${run.model.name} (run ${run.name} of ${specName(emission)}), made by nnspec.`,
      `In a program: \`const model = await loadModel("${keptFile(emission)}"); await ${writes ? "continueText(model, start, { length: 300, temperature: 0.7, seed: 0 })" : "predict(model, [row])"}\`.\n${use}`,
    ),
    offers: [
      "loadModel",
      "closeModel",
      "predict",
      ...(writes ? ["continueText"] : ["parseRows"]),
      ...(plans.sample ? ["predictDrawn"] : []),
      "Prediction",
      "Row",
    ],
    ends: {
      code: ts`runAsProgram(import.meta.url, ${{ code: main }});`,
      uses: ["runtime/program.ts#runAsProgram", `predict.ts#${main}`],
    },
  };
}
