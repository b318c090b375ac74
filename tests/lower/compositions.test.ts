import { expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { interpretNode } from "../../src/compiler/ir/interpret.ts";
import { expectClose } from "../support/close.ts";
import { runOf } from "../support/run-of.ts";

const [stepsPerEpoch, epochs] = [7, 12];
const total = stepsPerEpoch * epochs;

/** The rates of all steps of a run of 12 epochs of 7 steps with the rate 0.1. */
function rates(schedule: string, drops: (step: number) => number = () => 0): readonly number[] {
  const run = runOf(`
define halving(t, n = 5) = 0.5 ^ floor((t - 1) / n)
data Points { x: f32[B, feature: 1], y: f32[B, 1], split: (train: 80%, validation: 20%) }
model Line(x: f32[B, feature: 1]) -> f32[B, 1] { return x -> dense(1) as fit }
train Line on Points { loss: mean_squared_error(fit, y), batch: 4, epochs: ${epochs}, optimizer: sgd(0.1), schedule: ${schedule} }`);
  const { schedules } = compileRun(run);
  return Array.from({ length: total }, (_, index) => {
    const scalars = new Map([
      ["step", index + 1],
      ["steps_per_epoch", stepsPerEpoch],
      ["total_steps", total],
      ["drops", drops(index + 1)],
    ]);
    return interpretNode(schedules.get("rate")!, { values: new Map(), scalars, rows: 1 })[0]!;
  });
}

const cosine = (from: number, to: number, passed: number, length: number) =>
  to + ((from - to) * (1 + Math.cos((Math.PI * Math.min(passed, length)) / length))) / 2;
const epoch = stepsPerEpoch;

/** Closed forms of the rate at step t (from 1). */
const compositions: Readonly<Record<string, (t: number) => number>> = {
  "constant(10 epochs, at: 0.1) then constant(5 steps, at: 0.01) then constant(at: 0.001)": (t) =>
    t <= 10 * epoch ? 0.1 : t <= 10 * epoch + 5 ? 0.01 : 0.001,
  "constant(3 epochs, at: 2x) then constant(at: 0.5x)": (t) => (t <= 3 * epoch ? 0.2 : 0.05),
  "warmup(2 epochs) then cosine(to: 1e-3)": (t) =>
    t <= 14 ? 0.1 * (t / 14) : cosine(0.1, 1e-3, t - 15, total - 14),
  "warmup(10 steps) then linear(4 epochs, to: 0.02) then constant": (t) =>
    t <= 10 ? 0.1 * (t / 10) : t <= 38 ? 0.1 - (0.08 * (t - 11)) / 28 : 0.02,
  "warmup(1 epoch) then exponential(0.9, every: 1 epoch)": (t) =>
    t <= 7 ? 0.1 * (t / 7) : 0.1 * 0.9 ** Math.floor((t - 8) / 7),
  "warmup(5 steps) then step(at: (3 epochs, 30 steps), factor: 0.1)": (t) =>
    t <= 5 ? 0.1 * (t / 5) : 0.1 * 0.1 ** (Number(t - 6 >= 21) + Number(t - 6 >= 30)),
  "linear(3 epochs, from: 0.2x, to: 2x) then cosine(30 steps, to: 0.01) then constant": (t) =>
    t <= 21 ? 0.02 + (0.18 * (t - 1)) / 21 : t <= 51 ? cosine(0.2, 0.01, t - 22, 30) : 0.01,
  "constant(20 steps) then cosine(to: 0, restart: 2 epochs)": (t) =>
    t <= 20 ? 0.1 : cosine(0.1, 0, (t - 21) % 14, 14),
  "warmup(1 epoch) then inverse_sqrt": (t) => (t <= 7 ? 0.1 * (t / 7) : 0.1 / Math.sqrt(t - 7)),
  "warmup(1 epoch) then inverse_time(decay: 0.1)": (t) =>
    t <= 7 ? 0.1 * (t / 7) : 0.1 / (1 + 0.1 * (t - 8)),
  "constant(2 epochs) then halving(5)": (t) =>
    t <= 14 ? 0.1 : 0.1 * 0.5 ** Math.floor((t - 15) / 5),
  "one_cycle(6 epochs, peak: 0.4, rise: 50%, to: 0.05, shape: linear) then constant": (t) =>
    t > 42 ? 0.05 : t - 1 <= 20 ? 0.1 + (0.3 * (t - 1)) / 20 : 0.4 - (0.35 * (t - 1 - 20)) / 21,
};

test.each(Object.entries(compositions))("%s", (schedule, closed) => {
  expectClose(
    rates(schedule),
    Array.from({ length: total }, (_, index) => closed(index + 1)),
    { relative: 1e-9, absolute: 1e-12 },
  );
});

test("a plateau after a warm-up lowers what the warm-up ended with, down to its minimum", () => {
  const found = rates(
    "warmup(2 epochs) then plateau(validation.loss, factor: 0.5, minimum: 0.2x)",
    (step) => Math.floor(step / 20),
  );
  const expected = Array.from({ length: total }, (_, index) =>
    index < 14
      ? (0.1 * (index + 1)) / 14
      : Math.max(0.1 * 0.5 ** Math.floor((index + 1) / 20), 0.02),
  );
  expectClose(found, expected, { relative: 1e-9 });
  expect(found.at(-1)).toBeCloseTo(0.02, 12);
});
