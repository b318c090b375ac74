import { parseArguments, type TrainerOptions } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { interruptedCode } from "../interrupt.ts";
import { createReporter } from "../report.ts";
import type { MetricDisplay, Reporter } from "../reporter.ts";
import { openTerminal } from "../terminal.ts";
import type { Trained } from "./checkpoints.ts";
import type { TrainingDefinition } from "./definition.ts";
import { rehearseFolds, trainFolds } from "./fold-training.ts";
import { evaluateCheckpoint, rehearse, train } from "./training.ts";

/** The command line; gives the exit code. Whoever listens besides may take the place of the reporter. */
export async function runTraining(
  training: TrainingDefinition,
  argv: readonly string[],
  listen = (reporter: Reporter): Reporter => reporter,
): Promise<number> {
  const terminal = openTerminal();
  const options = parseArguments(argv, {
    name: "train.ts",
    summary: `Trains ${training.modelName} on ${training.dataName}.`,
    data: training.dataName,
    ...(training.measuredView && { views: true }),
  });
  if (typeof options === "string") {
    terminal.write(options);
    return 0;
  }
  const reporter = listen(createReporter(terminal, options.format, displayOf(training)));
  if (options.evaluate === undefined && options.dryRun === true) {
    if (training.folds) await rehearseFolds(training, options, reporter);
    else await rehearse(training, options, reporter);
    return 0;
  }
  if (options.evaluate === undefined) {
    return codeOf(
      await (training.folds
        ? trainFolds(training, options, reporter)
        : train(training, options, reporter)),
    );
  }
  const start = performance.now();
  const measured = await evaluateCheckpoint(training, options.evaluate, options);
  const { metrics, rows, backend, why } = measured;
  if (!Number.isFinite(metrics["loss"]))
    throw new UserError(
      `${options.evaluate} says nothing of these rows: the loss is ${metrics["loss"]}.`,
    );
  for (const remark of measured.remarks) reporter.note(remark);
  if (options.backend === "auto") reporter.note(`backend ${backend}: ${why}`);
  reporter.end({
    reason: `measured on ${rows} ${training.tests ? "rows" : describeRows(training, options)}`,
    epochs: 0,
    steps: 0,
    seconds: (performance.now() - start) / 1000,
    backend,
    test: metrics,
    ...(training.tables && { tables: measured.tables! }),
    paths: { checkpoint: options.evaluate },
  });
  return 0;
}

/** 130 or 143 when it was interrupted, 3 when its numbers were none any more. */
function codeOf(trained: Pick<Trained, "end"> | undefined): number {
  if (trained === undefined) return interruptedCode();
  return trained.end.diverged === undefined ? 0 : 3;
}

/** How people read each metric, those of the mean over views among them. */
function displayOf(training: TrainingDefinition): MetricDisplay {
  return training.measuredView
    ? { ...training.display, views_accuracy: "percent", views_loss: "number" }
    : training.display;
}

/** Which rows a checkpoint is measured on: never those of the training, unless there are no others. */
function describeRows(training: TrainingDefinition, { data }: TrainerOptions): string {
  if (data.has(training.dataName)) return "rows";
  if (training.validates) return "validation rows";
  return "training rows: none are kept apart, so this is no measure of what it learned";
}
