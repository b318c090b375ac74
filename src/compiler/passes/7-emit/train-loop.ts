import type { Duration } from "../../library/arguments.ts";
import { literal, nothing, ts, type Code } from "./code.ts";
import { collectedCode } from "./collected-code.ts";
import type { TrainingShape } from "./features/index.ts";
import type { RunShape } from "./run-shape.ts";

/** The loops over epochs and over steps. */
export function loop(shape: TrainingShape): readonly Code[] {
  return [epochs(shape), steps(shape), pause];
}

/** Code for what the run uses. */
function when(used: unknown, code: Code): Code {
  return used ? code : nothing;
}

function epochs(shape: TrainingShape): Code {
  const { stop, validates, best, run, hooks } = shape;
  return ts`/** Epoch after epoch until a limit is reached or a condition holds: the reason, or undefined when interrupted. */
async function trainEpochs(session: Session, progress: Progress): Promise<string | undefined> {
  const { device, ${when(validates, ts`data,`)} epochs, stepsPerEpoch, totalSteps, folder, reporter } = session;
  const log = folder === undefined ? undefined : await openMetricsLog(folder + "/metrics.jsonl", progress.step === 0 ? undefined : progress.epoch);
  const start = performance.now() - progress.seconds * 1000;
  // An interrupt after the last step leaves an epoch that is not measured yet.
  while (progress.step < totalSteps || (progress.step === totalSteps && progress.step > progress.epoch * stepsPerEpoch)) {
    const epoch = progress.epoch + 1;
    ${when(stop.afterStep, ts`const ended = `)}await trainEpoch(session, progress, epoch${when(isTimed(shape), ts`, start`)});
    progress.seconds = (performance.now() - start) / 1000;
    if (session.interrupted) return undefined;
    progress.epoch = epoch;
    const rate = learningRate({ step: progress.step, stepsPerEpoch, totalSteps, ${hooks.moment(ts`progress`)} });
    ${hooks.afterEpoch}
    ${hooks.beforeUse}
    const trained = await trainingMetrics(device);
    ${when(validates, ts`const validation = data.validation && (await evaluate(device, data.validation));`)}
    ${when(best, bestCode(shape))}
    ${hooks.afterUse}
    ${hooks.measured}
    ${when(stop.afterEpoch, watchCode(shape))}
    const metrics = { train: trained${when(validates, ts`, ...(validation && { validation })`)} };
    reporter.epoch({ epoch, epochs, step: progress.step, seconds: progress.seconds, rate, ...metrics${when(best, ts`, best: improved`)} });
    await log?.append({ epoch, step: progress.step, seconds: progress.seconds, rate, ...metrics });
    // After its line in the log: whatever ends the process now, what is resumed has all lines before it.
    if (progress.seconds - session.saved >= secondsBetweenSaves) await save(session, progress);
    ${saveEveryCode(shape)}
    if (!Number.isFinite(trained["loss"])) return "the loss is no longer a finite number (a lower learning rate may help)";
    ${when(stop.afterStep, ts`if (ended !== undefined) return ended;`)}
    ${when(stop.afterEpoch, ts`if (stopped !== undefined) return stopped;`)}
    ${hooks.endings}
  }
  return ${run.steps === undefined ? ts`"all epochs are done"` : ts`progress.step === mostSteps ? "all steps are done" : "all epochs are done"`};
}`;
}

/** Whether steps are told when training started. */
function isTimed({ stop, run }: RunShape): boolean {
  return stop.afterStep || secondsOf(run.saveEvery) !== undefined;
}

/** The interval of `save: every(10 minutes)`, in seconds. */
export function secondsOf(duration: Duration | undefined): number | undefined {
  if (duration === undefined || duration.unit === "epoch" || duration.unit === "step")
    return undefined;
  return duration.amount * { second: 1, minute: 60, hour: 3600 }[duration.unit];
}

/** Looks whether the epoch is the best so far, and keeps its tensors if it is. */
function bestCode({ best, validates }: RunShape): Code {
  if (best === undefined) return nothing;
  const dot = best.metric.indexOf(".");
  const [part, metric] = [best.metric.slice(0, dot), best.metric.slice(dot + 1)];
  const measured =
    part === "train" || !validates
      ? ts`trained[${literal(metric)}]`
      : ts`validation?.[${literal(metric)}]`;
  return ts`const measured = ${measured} ?? Number.NaN;
    const improved = Number.isFinite(measured) && (progress.bestEpoch === 0 || isBetter(${literal(best.better)}, measured, progress.bestValue));
    if (improved) {
      progress.bestEpoch = epoch;
      progress.bestValue = measured;
      session.best = await readTensors(device, kept);
      session.bestSaved = false;
    }`;
}

/** The values that the conditions mention, under the names that the spec calls them by. */
function watchCode({ stop, validates }: RunShape): Code {
  const names = [...stop.watches];
  const entries = [
    ts`...Object.entries(trained).map(([name, value]) => ["train." + name, value] as const),`,
    ...(validates
      ? [
          ts`...Object.entries(validation ?? {}).map(([name, value]) => ["validation." + name, value] as const),`,
        ]
      : []),
    ts`...Object.entries(progress),`,
    ...(names.includes("time") ? [ts`["time", progress.seconds] as const,`] : []),
    ...(names.includes("gradient_norm")
      ? [ts`["gradient_norm", await gradientNorm(session, progress)] as const,`]
      : []),
  ];
  return ts`const watched = new Map<string, number>([${entries}]);
    const stopped = stopReason(progress, (name) => watched.get(name) ?? Number.NaN);`;
}

function saveEveryCode({ run: { saveEvery }, hooks }: TrainingShape): Code {
  if (saveEvery === undefined || saveEvery.unit !== "epoch") return nothing;
  return ts`if (folder !== undefined && epoch % ${literal(saveEvery.amount)} === 0) {
      ${hooks.beforeUse}
      await saveTensors(folder + "/epoch-" + epoch + ".safetensors", await readTensors(device, kept), session.metadata);
      ${hooks.afterUse}
    }`;
}

function steps(shape: TrainingShape): Code {
  const { stop, run, hooks } = shape;
  const timed = isTimed(shape);
  const seconds = secondsOf(run.saveEvery);
  const initial = [...stop.watches].filter((name) => name.startsWith("initial."));
  const everySteps = run.saveEvery?.unit === "step" ? run.saveEvery.amount : undefined;
  return ts`/** The steps of an epoch that are still to be done, in an order that the seed and the epoch decide. */
async function trainEpoch(session: Session, progress: Progress, epoch: number${when(timed, ts`, start: number`)}): Promise<${stop.afterStep ? ts`string | undefined` : ts`void`}> {
  const { device, data, ${when(hooks.batches === nothing || /\bseed\b/.test(hooks.batches.code), ts`seed,`)} epochs, stepsPerEpoch, totalSteps, ${when(everySteps !== undefined || seconds !== undefined, ts`folder,`)} reporter } = session;
  const done = progress.step - (epoch - 1) * stepsPerEpoch;
  if (done === 0) for (const [name, zero] of monitors.map(startOf)) device.write(name, zero);
  let shown = performance.now();
  ${hooks.batches === nothing ? ts`for (const batch of batches(data.train, epochOrder(data.train.rows, seed, epoch), inputs, batchSize)) {` : ts`for await (const batch of ${hooks.batches}) {`}
    if (batch.number <= done) continue;
    if (session.interrupted || progress.step === totalSteps) break;
    progress.step++;
    ${hooks.beforeStep}
    const numbers = numbersOf({ step: progress.step, stepsPerEpoch, totalSteps, ${hooks.moment(ts`progress`)} });
    ${hooks.runStep === nothing ? ts`device.run(plans.train, { rows: batch.rows, inputs: batch.fields, numbers, step: progress.step });` : hooks.runStep}
    ${hooks.afterStep}
    ${
      initial.length === 0 || run.optimizer.use.definition.whole
        ? nothing
        : ts`if (progress.step === 1) {
      ${initial.map((name) => ts`progress[${literal(name)}] = (await device.result(plans.train, ${literal(name.slice("initial.".length))}))[0]!;`)}
    }`
    }
    ${when(timed, ts`const trainedFor = (performance.now() - start) / 1000;`)}
    ${seconds === undefined ? nothing : ts`const due = Math.floor(trainedFor / ${literal(seconds)});`}
    ${
      everySteps === undefined && seconds === undefined
        ? nothing
        : ts`if (folder !== undefined && ${everySteps === undefined ? ts`due > progress.timedSaves` : ts`progress.step % ${literal(everySteps)} === 0`}) {
      ${when(seconds !== undefined, ts`progress.timedSaves = due;`)}
      ${hooks.beforeUse}
      await saveTensors(folder + "/step-" + progress.step + ".safetensors", await readTensors(device, kept), session.metadata);
      ${hooks.afterUse}
    }`
    }
    const place = { epoch, epochs, step: batch.number, stepsPerEpoch, rows: batch.rows };
    if (performance.now() - shown < 200) reporter.batch(place);
    else {
      await pause();
      const { loss } = await trainingMetrics(device);
      reporter.batch(loss === undefined ? place : { ...place, loss });
      shown = performance.now();
    }
    ${
      stop.afterStep
        ? ts`const values = new Map([["time", trainedFor], ["step", progress.step]]);
    const reason = stopReasonOfStep((name) => values.get(name) ?? Number.NaN);
    if (reason !== undefined) return reason;`
        : nothing
    }
  }
  ${stop.afterStep ? ts`return undefined;` : nothing}
}`;
}

const pause = ts`/** A moment for Ctrl-C to be heard and for a page to be drawn. */
function pause(): Promise<void> {
  return new Promise((settle) => {
    setTimeout(settle, 0);
  });
}`;

/** What is read from the device: the metrics of the epoch so far, those of other rows, the norm of the gradient. */
export function measuring({ stop, emission: { compiled } }: RunShape): readonly Code[] {
  const collected = collectedCode(compiled);
  const norm = ts`/** The mean over the steps of this epoch of √(Σ g²) over all gradients, before clipping. */
async function gradientNorm({ device, stepsPerEpoch }: Session, progress: Progress): Promise<number> {
  const total = (await device.read("monitor/gradient_norm"))[0]!;
  return total / (progress.step - (progress.epoch - 1) * stepsPerEpoch);
}`;
  return [
    ts`/** The metrics over the rows trained so far in this epoch. */
async function trainingMetrics(device: Device): Promise<Metrics> {
  const totals = new Map<string, number>();
  for (const name of [...sums, "count"]) totals.set(name, (await device.read("monitor/" + name))[0]!);
  return metricsOf((name) => totals.get(name)!, totals.get("count")!);
}`,
    ts`/** The metrics over all rows of a part, without training. */
async function evaluate(device: Device, part: Part): Promise<Metrics> {
  const totals = new Map(sums.map((name) => [name, 0]));
  ${collected.before}
  for (const batch of batches(part, part.rows, inputs, batchSize)) {
    device.run(plans.evaluate, { rows: batch.rows, inputs: batch.fields, numbers: {}, step: 0 });
    for (const name of sums) totals.set(name, totals.get(name)! + (await device.result(plans.evaluate, name))[0]!);
    ${collected.inside}
  }
  ${collected.entries.code === "" ? ts`return metricsOf((name) => totals.get(name)!, part.rows.length);` : ts`return { ...metricsOf((name) => totals.get(name)!, part.rows.length), ${collected.entries} };`}
}`,
    collected.functions,
    ...(stop.watches.has("gradient_norm") ? [norm] : []),
  ];
}
