import { Command, InvalidArgumentError, Option } from "commander";
import manifest from "../../../package.json" with { type: "json" };
import type { BackendChoice } from "../../runtime/device.ts";
import { defaultTarget } from "../../targets/index.ts";
import { templateNames } from "./templates.ts";
import { asCalled } from "./called.ts";
import type {
  BuildOptions,
  CheckOptions,
  DiffOptions,
  InspectOptions,
  PredictOptions,
  RunFolderOptions,
  SharedOptions,
  TrainOptions,
  VerifyOptions,
} from "./options.ts";

/** Every command, its options and examples. What a command does is loaded when it is called. */
export function commandLine(): Command {
  const program = new Command("nnspec")
    .description(
      "Describe a neural network and its training in one small file; check it, and generate its trainer.",
    )
    .version(manifest.version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      "after",
      asCalled("\nStart with:\n  nnspec init my-model && cd my-model && nnspec train model.nnspec"),
    );
  for (const add of [
    init,
    check,
    build,
    train,
    evaluate,
    predict,
    inspect,
    verify,
    fmt,
    summary,
    compare,
    diff,
    explain,
    list,
    doctor,
  ])
    add(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}

function init(program: Command): void {
  program
    .command("init [folder]")
    .description("write a first model.nnspec that trains as it stands")
    .addOption(
      new Option("--template <name>", "what to start from")
        .choices(templateNames)
        .default(templateNames[0]),
    )
    .addHelpText("after", examples("nnspec init", "nnspec init my-model --template csv"))
    .action(async (folder: string | undefined, options: { template: string }) =>
      (await import("./commands/init.ts")).init(folder ?? ".", options),
    );
}

function check(program: Command): void {
  program
    .command("check <files...>")
    .description(
      "prove names, shapes and settings, and run nothing; a folder stands for all specs below it, - for the standard input",
    )
    .addOption(setOption())
    .addOption(
      assignments(
        new Option(
          "--data <Name=path>",
          "a file whose header is compared with that data declaration; may be given several times",
        ),
      ),
    )
    .addOption(
      new Option("--format <format>", "for people, for programs, or for a CI system")
        .choices(["pretty", "json", "github", "sarif", "junit"])
        .default("pretty"),
    )
    .option("--error-on-warning", "end with exit code 1 when there are warnings", false)
    .option(
      "--fix",
      "first apply the fix of every finding that has exactly one, where the file is the better for it",
      false,
    )
    .addHelpText(
      "after",
      examples(
        "nnspec check model.nnspec",
        "nnspec check examples --format json",
        "nnspec check . --format sarif > nnspec.sarif",
        "nnspec check model.nnspec --fix",
        "nnspec check model.nnspec --set width=256",
        "nnspec check mnist.nnspec --data Mnist=mnist.npz",
      ),
    )
    .action(async (files: string[], options: CheckOptions) =>
      (await import("./commands/check.ts")).check(files, options),
    );
}

function build(program: Command): void {
  program
    .command("build <file>")
    .description(
      "generate the standalone TypeScript trainer of a run, or what another target makes",
    )
    .requiredOption(
      "--out <folder>",
      "where the files go; those that are already there are replaced",
    )
    .option("--target <name>", "what is generated: one of `nnspec list targets`", defaultTarget)
    .option("--run <name>", "which run, when the file has several")
    .option(
      "--relaxed-simd",
      "fused multiplication and addition in the WebAssembly module; not every engine runs it, and last bits differ between machines",
    )
    .option(
      "--check",
      "write nothing: exit with 1 and name the files that are not what this spec and this version generate",
    )
    .option("--wat", "the WebAssembly module as text besides, with comments, to be read")
    .addOption(setOption())
    .addOption(dataOption())
    .addHelpText(
      "after",
      examples(
        "nnspec build digits.nnspec --out digits",
        "nnspec build search.nnspec --run Searched --set depth=3 --out deep",
        "nnspec build digits.nnspec --target trainer --out digits --check",
      ),
    )
    .action(async (file: string, options: BuildOptions) =>
      (await import("./commands/build.ts")).build(file, options),
    );
}

function train(program: Command): void {
  program
    .command("train <file>")
    .description("build the trainer into a run folder and run it")
    .option("--run <name>", "which run, when the file has several")
    .addOption(setOption())
    .addOption(dataOption())
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(calibrateOption())
    .option("--epochs <n>", "how many epochs instead of the file's", wholeNumber(1))
    .option("--seed <n>", "the seed instead of the file's", wholeNumber(0))
    .option(
      "--folds <n>",
      "divide the rows into n parts and train n times, each part validating once: mean and deviation of every metric",
      wholeNumber(2),
    )
    .option(
      "--run-dir <folder>",
      "where trainer, checkpoints and logs go (default: runs/<run>, then runs/<run>-2, …)",
    )
    .option("--resume", "go on from the last checkpoint of --run-dir", false)
    .option(
      "--accept <names>",
      "with --resume: settings that may be others than before (batch,rate,schedule); what --set and --epochs change may",
    )
    .addOption(
      new Option(
        "--inspect <what>",
        "report first how the network begins (init), then train; the report is also kept as inspection.html",
      ).choices(["init"]),
    )
    .addOption(formatOption())
    .addHelpText(
      "after",
      examples(
        "nnspec train digits.nnspec",
        "nnspec train digits.nnspec --epochs 5 --set lr=3e-3 --format json",
        "nnspec train digits.nnspec --run-dir runs/mlp --resume --epochs 60",
      ),
    )
    .action(async (file: string, options: TrainOptions) =>
      (await import("./commands/train.ts")).train(file, options),
    );
}

function evaluate(program: Command): void {
  program
    .command("eval <run-folder>")
    .description("measure a trained model on the test part of its data, or on other data")
    .addOption(dataOption())
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(calibrateOption())
    .option("--checkpoint <file>", "which weights instead of the best ones")
    .addOption(formatOption())
    .option("--tta", "measure the mean prediction over the views of `predict: average(…)` as well")
    .addHelpText(
      "after",
      examples(
        "nnspec eval runs/mlp",
        "nnspec eval runs/mlp --data Digits=other.csv --format json",
      ),
    )
    .action(async (folder: string, options: RunFolderOptions) =>
      (await import("./commands/eval.ts")).evaluate(folder, options),
    );
}

function predict(program: Command): void {
  program
    .command("predict <run-folder> [input]")
    .description(
      "use a trained model: rows of a CSV or JSON file (or JSON lines of the standard input) in, JSON lines out",
    )
    .addOption(backendOption())
    .addOption(threadsOption())
    .option("--checkpoint <file>", "which weights instead of the best ones")
    .option(
      "--samples <n>",
      "Monte-Carlo dropout: predict each row so many times with noise on; mean and spread (0: once, without noise)",
      wholeNumber(0),
    )
    .addOption(
      new Option(
        "--header <on|off>",
        "whether the first line of the table names its columns; off: they stand in the order of the training",
      ).choices(["on", "off"]),
    )
    .option("--measure", "measure the predictions too, on the targets that the table has")
    .addHelpText(
      "after",
      examples(
        "nnspec predict runs/mlp new.csv",
        "nnspec predict runs/mlp new.csv --samples 50",
        "echo '[[5.1, 3.5, 1.4, 0.2]]' | nnspec predict runs/iris -",
      ),
    )
    .action(async (folder: string, input: string | undefined, options: PredictOptions) =>
      (await import("./commands/predict.ts")).predict(folder, input ?? "-", options),
    );
}

function inspect(program: Command): void {
  program
    .command("inspect <file>")
    .description(
      "how a run begins: the spread of activations and gradients, layer by layer, before any training; several runs side by side",
    )
    .option("--run <name>", "only this run, in detail")
    .addOption(setOption())
    .addOption(dataOption())
    .addOption(backendOption())
    .option("--seed <n>", "the seed instead of the file's", wholeNumber(0))
    .option("--html <file>", "write the report as a page as well")
    .addOption(formatOption())
    .addHelpText(
      "after",
      examples(
        "nnspec inspect digits.nnspec",
        "nnspec inspect initialisation.nnspec --html report.html",
        "nnspec inspect initialisation.nnspec --run Small",
      ),
    )
    .action(async (file: string, options: InspectOptions) =>
      (await import("./commands/inspect.ts")).inspect(file, options),
    );
}

function verify(program: Command): void {
  program
    .command("verify <file>")
    .description(
      "one batch on each backend of this machine against a float64 interpreter: the loss, the gradient of every parameter, the training step; exit code 1 beyond rounding",
    )
    .option("--run <name>", "only this run (of an ensemble: its members)")
    .addOption(setOption())
    .addOption(dataOption())
    .addOption(
      new Option("--backend <backend>", "only this one (default: auto, all that are here)").choices(
        backends,
      ),
    )
    .addOption(
      new Option(
        "--threads <auto|n>",
        "threads of the wasm backend (default: auto, one, and as many as training would take)",
      ),
    )
    .option(
      "--rows <n>",
      "rows of the batch (default: those that the run trains with, where they take seconds)",
      wholeNumber(1),
    )
    .option("--seed <n>", "the seed instead of the file's", wholeNumber(0))
    .addOption(formatOption())
    .addHelpText(
      "after",
      examples(
        "nnspec verify digits.nnspec",
        "nnspec verify digits.nnspec --backend wasm --threads 4",
        "nnspec verify transformer.nnspec --rows 4 --format json",
      ),
    )
    .action(async (file: string, options: VerifyOptions) =>
      (await import("./commands/verify.ts")).verify(file, options),
    );
}

function fmt(program: Command): void {
  program
    .command("fmt <files...>")
    .description("bring specs into canonical form; - reads the standard input and prints")
    .option("--check", "change nothing; exit code 1 when a file is not in canonical form", false)
    .addHelpText(
      "after",
      examples(
        "nnspec fmt model.nnspec",
        "nnspec fmt --check examples",
        "nnspec fmt - < model.nnspec",
      ),
    )
    .action(async (files: string[], options: { check: boolean }) =>
      (await import("./commands/fmt.ts")).fmt(files, options),
    );
}

function summary(program: Command): void {
  program
    .command("summary <file>")
    .description(
      "a row a layer: shape, receptive field, parameters, multiply-adds; totals, depth, memory of prediction and training",
    )
    .option("--model <name>", "only this model")
    .addOption(setOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      examples(
        "nnspec summary digits.nnspec",
        "nnspec summary resnet.nnspec --model ResNet18 --format json",
      ),
    )
    .action(async (file: string, options: SharedOptions & { model?: string }) =>
      (await import("./commands/summary.ts")).summary(file, options),
    );
}

function compare(program: Command): void {
  program
    .command("compare <models...>")
    .description(
      "models beside one another: year and salient feature (from `/// 2012 · ReLU, dropout` above the model), parameters, FLOPs, depth",
    )
    .addOption(setOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      examples(
        "nnspec compare alexnet.nnspec vgg16.nnspec",
        "nnspec compare resnets.nnspec:ResNet18 resnets.nnspec:ResNet50",
        "nnspec compare architectures --format json",
      ),
    )
    .action(async (models: string[], options: SharedOptions) =>
      (await import("./commands/compare.ts")).compare(models, options),
    );
}

function diff(program: Command): void {
  program
    .command("diff <before> <after>")
    .description(
      "what changed between two specs, or a spec at two commits (REV:path): shapes, parameters, cost, settings, and whether an old checkpoint still fits",
    )
    .addOption(setOption())
    .addOption(
      new Option("--format <format>", "for people, for programs, or for a pull request")
        .choices(["pretty", "json", "markdown"])
        .default("pretty"),
    )
    .addHelpText(
      "after",
      examples(
        "nnspec diff old.nnspec new.nnspec",
        "nnspec diff HEAD~1:model.nnspec model.nnspec",
        "nnspec diff origin/main:model.nnspec model.nnspec --format markdown",
      ),
    )
    .action(async (before: string, after: string, options: DiffOptions) =>
      (await import("./commands/diff.ts")).diff(before, after, options),
    );
}

function explain(program: Command): void {
  program
    .command("explain <code-or-file> [path]")
    .description(
      "explain a diagnostic, a library item, a setting of runs, or all that applies to a weight, layer or setting of a file and where it comes from",
    )
    .addOption(setOption())
    .addHelpText(
      "after",
      examples(
        "nnspec explain NN0301",
        "nnspec explain adam",
        "nnspec explain digits.nnspec h1.weight",
      ),
    )
    .action(async (subject: string, path: string | undefined, options: SharedOptions) =>
      (await import("./commands/explain.ts")).explain(subject, path, options),
    );
}

function list(program: Command): void {
  program
    .command("list [kind]")
    .description(
      "list the library: layers, activations, initializers, regularizers, losses, optimizers, schedules, metrics, sources …; settings of runs, lints and targets too",
    )
    .addOption(formatOption())
    .addHelpText(
      "after",
      examples(
        "nnspec list",
        "nnspec list optimizer",
        "nnspec list layer --format json",
        "nnspec list targets",
      ),
    )
    .action(async (kind: string | undefined, options: SharedOptions) =>
      (await import("./commands/list.ts")).list(kind, options),
    );
}

function doctor(program: Command): void {
  program
    .command("doctor")
    .description(
      "what this machine can run: Node, gpu.js, headless GL, and what is missing for them",
    )
    .addOption(formatOption())
    .addHelpText("after", examples("nnspec doctor", "nnspec doctor --format json"))
    .action(async (options: SharedOptions) =>
      (await import("./commands/doctor.ts")).doctor(options),
    );
}

function examples(...lines: readonly string[]): string {
  return asCalled(`\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`);
}

function formatOption(): Option {
  return new Option("--format <format>", "for people or for programs")
    .choices(["pretty", "json"])
    .default("pretty");
}

function threadsOption(): Option {
  return new Option(
    "--threads <auto|n>",
    "threads of the wasm backend (default: auto, as many as are faster)",
  );
}

function calibrateOption(): Option {
  return new Option(
    "--calibrate",
    "with --backend auto: measure all backends again, whatever is remembered",
  );
}

const backends: readonly BackendChoice[] = ["auto", "gpu", "wasm", "cpu"];

function backendOption(): Option {
  return new Option(
    "--backend <backend>",
    "where the tensors are computed (default: auto)",
  ).choices(backends);
}

function setOption(): Option {
  return assignments(
    new Option(
      "--set <name=value>",
      "another value for a dim, a hyper or a setting of runs; may be given several times",
    ),
  );
}

function dataOption(): Option {
  return assignments(
    new Option(
      "--data <Name=path>",
      "another source for a data declaration; may be given several times",
    ),
  );
}

function assignments(option: Option): Option {
  return option
    .default(new Map<string, string>(), "none")
    .argParser((text: string, before: ReadonlyMap<string, string>) => {
      const at = text.indexOf("=");
      if (at < 1 || at === text.length - 1)
        throw new InvalidArgumentError(
          `Write it as ${option.name() === "set" ? "name=value" : "Name=path"}.`,
        );
      return new Map([...before, [text.slice(0, at).trim(), text.slice(at + 1).trim()]]);
    });
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Give a whole number from ${least}.`);
    return value;
  };
}
