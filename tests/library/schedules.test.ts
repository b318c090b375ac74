import { describe, expect, test } from "vitest";
import type { Node } from "../../src/compiler/ir/graph.ts";
import { interpretNode } from "../../src/compiler/ir/interpret.ts";
import { createBuilder } from "../../src/compiler/ir/make-builder.ts";
import type { ArgumentValue, Duration, Multiple } from "../../src/compiler/library/arguments.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { ScheduleDefinition } from "../../src/compiler/library/definition.ts";
import cases from "../fixtures/schedules.json" with { type: "json" };
import { updatePlateau, type PlateauState } from "../../src/runtime/plateau.ts";
import { expectClose } from "../support/close.ts";
import { argumentsOf, type Written } from "../support/library-values.ts";

interface Times {
  readonly base: number;
  readonly previous?: number;
  readonly stepsPerEpoch?: number;
  readonly length?: number;
  /** How often the host has lowered the rate before this step. */
  readonly drops?: (step: number) => number;
}

/** The rates of steps 1 … count. */
function rates(
  name: string,
  written: Written,
  { base, previous = base, stepsPerEpoch = 10, length = 100, drops = () => 0 }: Times,
  count = 100,
): Float64Array {
  const schedule = library.find("schedule", name) as ScheduleDefinition;
  const graph = createBuilder();
  const values = argumentsOf(schedule, written);
  const inNumbers = (value: ArgumentValue): number => {
    if (typeof value === "number") return value;
    if (typeof value === "object" && "multiple" in value)
      return (value as Multiple).multiple * base;
    const { amount, unit } = value as Duration;
    return unit === "epoch" ? amount * stepsPerEpoch : amount;
  };
  const rate: Node = schedule.rate({
    graph,
    step: graph.scalar("step"),
    length: graph.scalar("length"),
    stepsPerEpoch: graph.scalar("steps_per_epoch"),
    totalSteps: graph.scalar("total_steps"),
    base: graph.scalar("base"),
    previous: graph.scalar("previous"),
    drops: graph.scalar("drops"),
    number: (argument, index) =>
      graph.constant(
        inNumbers(
          index === undefined
            ? values[argument]
            : (values[argument] as readonly ArgumentValue[])[index],
        ),
      ),
    count: (argument) => (values[argument] as readonly ArgumentValue[]).length,
    values,
  });
  return Float64Array.from({ length: count }, (_, place) => {
    const scalars = new Map(
      Object.entries({
        step: place + 1,
        length,
        steps_per_epoch: stepsPerEpoch,
        total_steps: 100,
        base,
        previous,
        drops: drops(place + 1),
      }),
    );
    return interpretNode(rate, { values: new Map(), scalars, rows: 1 })[0]!;
  });
}

const ofTheStep = cases.filter((each) => each.watched === undefined);

test.each(ofTheStep.map((each) => [each.name, each.arguments, each] as const))(
  "%s %j as PyTorch for 100 steps",
  (name, written, each) => {
    const duration = (written as Written).duration as Duration | undefined;
    const times = {
      base: each.base,
      stepsPerEpoch: each.stepsPerEpoch,
      length: duration?.amount ?? 100,
    };
    expectClose(rates(name, written as Written, times), each.rates, {
      relative: 1e-9,
      absolute: 1e-12,
    });
  },
);

describe("plateau", () => {
  const watching = cases.filter((each) => each.watched !== undefined);
  test.each(watching.map((each) => [each.better!, each.arguments, each] as const))(
    "%s is better, %j: as PyTorch for 60 epochs",
    (better, written, each) => {
      const epochs = (argument: "patience" | "cooldown") =>
        (
          argumentsOf(library.find("schedule", "plateau")!, written as Written)[
            argument
          ] as Duration
        ).amount;
      const rule = {
        better: better as "higher" | "lower",
        threshold: (written as { threshold?: number }).threshold ?? 1e-4,
        patience: epochs("patience"),
        cooldown: epochs("cooldown"),
      };
      const drops: number[] = [];
      each.watched!.reduce(
        (state: PlateauState, value, index) => {
          drops.push(state.drops);
          return updatePlateau(rule, state, value ?? Number.NaN, index + 1);
        },
        { best: better === "lower" ? Infinity : -Infinity, since: 0, rest: 0, drops: 0 },
      );
      expect(drops.at(-1)).toBeGreaterThan(0);
      const found = rates(
        "plateau",
        written as Written,
        { base: each.base, stepsPerEpoch: 1, drops: (step) => drops[step - 1]! },
        60,
      );
      expectClose(found, each.rates, { relative: 1e-9, absolute: 1e-15 });
    },
  );
});

test("every schedule has frozen values", () => {
  const frozen = new Set(cases.map((each) => each.name));
  expect(
    library
      .all("schedule")
      .map((each) => each.name)
      .filter((name) => !frozen.has(name)),
  ).toEqual([]);
});

describe("parts of a sequence", () => {
  const times = { base: 0.1, previous: 0.03, length: 10 };
  test.each([
    "constant",
    "step",
    "exponential",
    "linear",
    "cosine",
    "inverse_sqrt",
    "inverse_time",
  ])("%s starts where the part before ended", (name) => {
    const written =
      {
        step: { every: { amount: 1, unit: "epoch" } },
        exponential: { gamma: 0.5 },
        inverse_time: { decay: 0.1 },
      }[name] ?? {};
    expectClose(rates(name, written, times, 1), [0.03]);
  });

  test("warm-up rises to the run's own rate, has it in its last step, and does not pass it", () => {
    expectClose(
      rates("warmup", { duration: { amount: 4, unit: "step" } }, { ...times, length: 4 }, 6),
      [0.025, 0.05, 0.075, 0.1, 0.1, 0.1],
    );
  });

  test.each(["linear", "cosine"])(
    "%s has arrived at the step after its last, and stays there",
    (name) => {
      expectClose(
        rates(name, { to: { multiple: 0.01 } }, times, 13).slice(10),
        [0.001, 0.001, 0.001],
      );
    },
  );

  test("constant holds a rate of its own, also as a multiple of the run's", () => {
    expectClose(rates("constant", { at: 0.5 }, times, 2), [0.5, 0.5]);
    expectClose(rates("constant", { at: { multiple: 0.2 } }, times, 2), [0.02, 0.02]);
  });
});

test("restarts begin exactly at their steps over 20,000 steps, whatever the growth", () => {
  for (const [first, grow] of [
    [7, 2],
    [10, 3],
    [5, 1.5],
    [8, 1],
  ] as const) {
    const found = rates(
      "cosine",
      { to: 0, restart: { amount: first, unit: "step" }, grow },
      { base: 1 },
      20_000,
    );
    let begin = 0;
    for (let length: number = first; begin < 20_000; begin += length, length *= grow) {
      const step = Math.ceil(begin - 1e-6);
      if (step >= 20_000) break;
      const expected = 0.5 * (1 + Math.cos((Math.PI * (step - begin)) / length));
      expect(found[step]).toBeCloseTo(expected, 6);
    }
  }
});
