import { openTerminal } from "../terminal.ts";
import type { TrainerOptions } from "../arguments.ts";
import { silentReporter } from "../reporter.ts";
import { begin } from "./checkpoints.ts";
import type { TrainingDefinition } from "./definition.ts";
import { epochBatches } from "./epoch-batches.ts";
import { numbersAt } from "./position.ts";
import type { Session } from "./session.ts";
import { runStep } from "./steps.ts";
import { openSession } from "./training.ts";

/** How many steps are compared; the kernels of gpu.js, which the processor runs slowly, make fewer. */
export const comparedSteps = 4;
const kernelSteps = 2;

/** Of the greater of two losses, and at least of 1: rounding in another order stays far below it. */
const tolerance = { module: 1e-5, kernels: 1e-3 };

/**
 * `npm test`: trains a few steps on the WebAssembly module, which must give the losses that it gave when this program was made, and
 * fewer on the kernels that a person can read, which must give the same. Gives the exit code.
 */
export async function testTraining(training: TrainingDefinition): Promise<number> {
  const terminal = openTerminal();
  const say = (line: string): void => terminal.write(`${line}\n`);
  const module = await firstLosses(training, "wasm", comparedSteps);
  const kernels = await firstLosses(training, "cpu", kernelSteps);
  say(`WebAssembly  ${module.map(spell).join(", ")}`);
  say(`kernels      ${kernels.map(spell).join(", ")}`);
  const faults: string[] = [];
  if (training.expectedLosses) {
    say(`expected     ${training.expectedLosses.map(spell).join(", ")}`);
    if (!areClose(module, training.expectedLosses, tolerance.module))
      faults.push("the module does not give the losses of when this program was made");
  } else say(training.expectsNothing);
  if (!areClose(kernels, module.slice(0, kernels.length), tolerance.kernels))
    faults.push("the kernels and the module do not give the same losses");
  say(faults.length === 0 ? "The first steps are as they should be." : `No: ${faults.join("; ")}.`);
  return faults.length === 0 ? 0 : 1;
}

/** The losses of the batches of the first steps. */
export async function firstLosses(
  training: TrainingDefinition,
  backend: TrainerOptions["backend"],
  most: number,
): Promise<readonly number[]> {
  const options: TrainerOptions = {
    backend,
    threads: 1,
    data: new Map(),
    resume: false,
    format: "json",
  };
  const session = await openSession(training, options, silentReporter, false);
  try {
    session.progress = await begin(session);
    return await lossesOf(training, session, Math.min(most, session.totalSteps));
  } finally {
    if (training.augmentWorker) session.prefetcher?.close();
    await session.device.dispose();
  }
}

async function lossesOf(
  training: TrainingDefinition,
  session: Session,
  most: number,
): Promise<readonly number[]> {
  const losses: number[] = [];
  const { device, progress } = session;
  for await (const { rows, fields } of epochBatches(session)) {
    progress.step++;
    const numbers = numbersAt(session);
    await runStep(session, { rows, inputs: fields, numbers, step: progress.step });
    const [loss = Number.NaN] = await device.result(training.plans.train, "loss");
    losses.push(loss);
    if (losses.length === most) break;
  }
  return losses;
}

function areClose(
  found: readonly number[],
  expected: readonly number[],
  relative: number,
): boolean {
  return (
    found.length === expected.length &&
    found.every((loss, place) => {
      const other = expected[place]!;
      return Math.abs(loss - other) <= relative * Math.max(1, Math.abs(other));
    })
  );
}

function spell(loss: number): string {
  return loss.toPrecision(6);
}
