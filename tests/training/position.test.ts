import { expect, test } from "vitest";
import type { TrainingDefinition } from "../../src/runtime/training/definition.ts";
import {
  changeBatch,
  momentOf,
  stepsDone,
  stepsInAll,
} from "../../src/runtime/training/position.ts";

/** 96 rows: 6 steps of 16 rows an epoch, or 2 of 48. */
const training = {} as TrainingDefinition;
const small = { stepsPerEpoch: 6, rows: 16 };
const large = { stepsPerEpoch: 2, rows: 48 };

test("a training whose batch never changes counts as it always did", () => {
  const progress = { epoch: 2, step: 15, seconds: 0 };
  expect(stepsDone({ progress, stepsPerEpoch: 6 })).toBe(3);
  expect(stepsInAll(training, progress, { epochs: 10, stepsPerEpoch: 6 })).toBe(60);
  expect(momentOf(training, progress, { stepsPerEpoch: 6, totalSteps: 60 })).toEqual({
    step: 15,
    stepsPerEpoch: 6,
    totalSteps: 60,
  });
});

test("after larger batches take over, schedules stay where they are in rows", () => {
  const progress = { epoch: 2, step: 12, seconds: 0 };
  changeBatch(progress, small, large);
  const totalSteps = stepsInAll(training, progress, { epochs: 10, stepsPerEpoch: 2 });
  expect(totalSteps).toBe(12 + 8 * 2);
  const moment = () => momentOf(training, progress, { stepsPerEpoch: 2, totalSteps });
  expect(moment()).toEqual({ step: 12, stepsPerEpoch: 6, totalSteps: 60 });
  progress.step += 1;
  expect(moment().step).toBe(15);
  expect(stepsDone({ progress, stepsPerEpoch: 2 })).toBe(1);
  progress.step = totalSteps;
  expect(moment().step).toBe(60);
});

test("inside an epoch, the larger batch begins at a multiple of its size, and back again nothing is lost", () => {
  const progress = { epoch: 1, step: 10, seconds: 0 };
  changeBatch(progress, small, large);
  // 64 rows were seen: one batch of 48 is behind, and 16 rows come again.
  expect(stepsDone({ progress, stepsPerEpoch: 2 })).toBe(1);
  expect(momentOf(training, progress, { stepsPerEpoch: 2, totalSteps: 100 }).step).toBe(10);
  progress.step += 1;
  progress.epoch += 1;
  expect(stepsDone({ progress, stepsPerEpoch: 2 })).toBe(0);
  changeBatch(progress, large, small);
  expect(stepsDone({ progress, stepsPerEpoch: 6 })).toBe(0);
  expect(momentOf(training, progress, { stepsPerEpoch: 6, totalSteps: 100 })).toMatchObject({
    step: 13,
    stepsPerEpoch: 6,
  });
  expect(stepsInAll(training, progress, { epochs: 3, stepsPerEpoch: 6 })).toBe(11 + 6);
});
