import { describe, expect, test } from "vitest";
import {
  formatCount,
  formatDuration,
  formatMetric,
  formatNumber,
} from "../../src/runtime/format-numbers.ts";
import { plotLosses } from "../../src/runtime/loss-plot.ts";
import type { Reporter } from "../../src/runtime/reporter.ts";
import { createReporter } from "../../src/runtime/report.ts";
import { isBetter, startEarly, updateEarly, type EarlyRule } from "../../src/runtime/stopping.ts";
import type { Terminal } from "../../src/runtime/terminal.ts";

/** A terminal that remembers, with a clock that the test moves. */
function openTest(interactive: boolean, colours = false, columns = 100) {
  const written: string[] = [];
  const errors: string[] = [];
  const clock = { milliseconds: 0 };
  const terminal: Terminal = {
    interactive,
    colours,
    columns,
    write: (text) => void written.push(text),
    writeError: (text) => void errors.push(text),
    now: () => clock.milliseconds,
  };
  return { terminal, written, errors, clock };
}

/** A training of 5 epochs of 10 steps of 32 rows, each step 50 ms. */
function play(reporter: Reporter, clock: { milliseconds: number }, resumedFrom?: number): void {
  reporter.start({
    run: "Mlp",
    model: "Mlp",
    data: "Digits",
    backend: "gpu.js cpu",
    reason: "no GPU was found",
    parameters: 26_122,
    rows: { train: 310, validation: 40, test: 40 },
    epochs: 5,
    stepsPerEpoch: 10,
    batch: 32,
    seed: 7,
    ...(resumedFrom === undefined ? {} : { resumedFrom }),
  });
  for (let epoch = (resumedFrom ?? 0) + 1; epoch <= 5; epoch++) {
    for (let step = 1; step <= 10; step++) {
      clock.milliseconds += 50;
      reporter.batch({
        epoch,
        epochs: 5,
        step,
        stepsPerEpoch: 10,
        rows: step === 10 ? 22 : 32,
        ...(step === 5 ? { loss: 2 / epoch } : {}),
      });
    }
    reporter.epoch({
      epoch,
      epochs: 5,
      step: epoch * 10,
      seconds: epoch / 2,
      rate: 1e-3,
      train: { loss: 2 / epoch, accuracy: 1 - 0.5 / epoch },
      validation: { loss: 2.1 / epoch, accuracy: 1 - 0.6 / epoch },
      best: epoch > 1,
    });
  }
  reporter.end({
    reason: "all epochs are done",
    epochs: 5,
    steps: 50,
    seconds: 2.5,
    backend: "gpu.js cpu",
    validation: { loss: 0.42, accuracy: 0.88 },
    test: { loss: 0.4, accuracy: 0.9123 },
    best: { epoch: 5 },
    paths: { model: "run/best.safetensors", metrics: "run/metrics.jsonl" },
  });
}

describe("reports", () => {
  test("plain lines without a terminal, and never a colour or a redrawn line", () => {
    const { terminal, written, clock } = openTest(false);
    play(createReporter(terminal, "pretty", { accuracy: "percent" }), clock);
    for (const mark of ["\u001b", "\r"]) expect(written.join("")).not.toContain(mark);
    expect(written.join("")).toMatchSnapshot();
  });

  test("one line that is drawn again on a terminal, at most ten times a second", () => {
    const { terminal, written, clock } = openTest(true);
    play(createReporter(terminal, "pretty", { accuracy: "percent" }), clock);
    const drawn = written.filter((text) => text.startsWith("\r") && !text.endsWith("\n"));
    // 50 steps of 50 ms are 2.5 s.
    expect(drawn.length).toBeLessThanOrEqual(26);
    expect(drawn.length).toBeGreaterThan(20);
    for (const colour of ["\u001b[0m", "\u001b[36m", "\u001b[1;"])
      expect(written.join("")).not.toContain(colour);
    expect(
      written.map((text) => text.replaceAll("\r\u001b[2K", "<erase>")).join("\n"),
    ).toMatchSnapshot();
  });

  test("colours where they are wanted; the line never wraps", () => {
    const { terminal, written, clock } = openTest(true, true, 40);
    play(createReporter(terminal, "pretty", { accuracy: "percent" }), clock);
    const drawn = written.filter((text) => text.startsWith("\r") && !text.endsWith("\n"));
    for (const line of drawn) {
      const visible = ["\r\u001b[2K", "\u001b[36m", "\u001b[0m"].reduce(
        (text, mark) => text.replace(mark, ""),
        line,
      );
      expect([...visible].length).toBeLessThanOrEqual(39);
      expect(line).toContain("\u001b[36m");
      expect(line).toContain("\u001b[0m");
    }
    expect(written.join("")).toContain("\u001b[1;32mtest: loss 0.4000, accuracy 91.2 %\u001b[0m");
  });

  test.each([0, 1, 2, 15, 21, 22])("a terminal of %d columns is no reason to fail", (columns) => {
    const { terminal, written, clock } = openTest(true, true, columns);
    play(createReporter(terminal, "pretty", { accuracy: "percent" }), clock);
    expect(written.join("")).toContain("test: loss 0.4000, accuracy 91.2 %");
  });

  test("the time left of a resumed training counts from where it went on", () => {
    const { terminal, written, clock } = openTest(true);
    play(createReporter(terminal, "pretty", {}), clock, 4);
    const left = written.flatMap((text) => text.match(/(\S+ s) left/)?.[1] ?? []);
    expect(left[0]).toBe("0.5 s");
    expect(left.at(-1)).toBe("0.0 s");
  });

  test("JSON: one object a line, notes on standard error, no number lost", () => {
    const { terminal, written, errors, clock } = openTest(true, true);
    const reporter = createReporter(terminal, "json", {});
    reporter.note("a note");
    play(reporter, clock);
    reporter.epoch({
      epoch: 6,
      epochs: 6,
      step: 60,
      seconds: 3,
      rate: 1,
      train: { loss: Number.NaN },
    });
    reporter.interrupted();
    const lines = written
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ event }) => event)).toEqual([
      "start",
      "epoch",
      "epoch",
      "epoch",
      "epoch",
      "epoch",
      "end",
      "epoch",
      "interrupted",
    ]);
    expect(lines[1]).toEqual({
      event: "epoch",
      epoch: 1,
      epochs: 5,
      step: 10,
      seconds: 0.5,
      rate: 0.001,
      train: { loss: 2, accuracy: 0.5 },
      validation: { loss: 2.1, accuracy: 0.4 },
      best: false,
    });
    expect(lines[6]?.["test"]).toEqual({ loss: 0.4, accuracy: 0.9123 });
    expect(lines[7]?.["train"]).toEqual({ loss: "NaN" });
    expect(errors).toEqual(["a note\n"]);
  });
});

describe("the course of the loss", () => {
  test("a falling loss falls", () => {
    const train = Array.from({ length: 30 }, (_, epoch) => Math.exp(-epoch / 8));
    expect(plotLosses({ train, validation: [] }, 30).join("\n")).toMatchSnapshot();
  });

  test("constant, broken and short courses", () => {
    expect(plotLosses({ train: [1, 2], validation: [] }, 40)).toEqual([]);
    expect(plotLosses({ train: [Number.NaN, Number.NaN, Number.NaN], validation: [] }, 40)).toEqual(
      [],
    );
    expect(
      plotLosses({ train: [1, 1, 1], validation: [1, Infinity, 1] }, 10).join("\n"),
    ).toMatchSnapshot();
    expect(plotLosses({ train: [1, 2, 3], validation: [] }, 5)).toEqual([]);
  });
});

describe("numbers as people read them", () => {
  test.each([
    [0, "0"],
    [1, "1.000"],
    [0.123456, "0.1235"],
    [9999.4, "9999"],
    [9999.6, "10000"],
    [12345.6, "12346"],
    [123456, "123456"],
    [1e7, "1.00e7"],
    [-0.00001, "-1.00e-5"],
    [Number.NaN, "not a number"],
    [Infinity, "Infinity"],
  ])("%d is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test.each([
    [0.04, "0.0 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [80, "1 min 20 s"],
    [3599.6, "1 h 0 min"],
    [7500, "2 h 5 min"],
    [Infinity, "unknown"],
  ])("%d seconds are %s", (value, text) => {
    expect(formatDuration(value)).toBe(text);
  });

  test("counts and shares", () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect(formatMetric(0.97384, "percent")).toBe("97.4 %");
  });
});

describe("early stopping", () => {
  const run = (rule: EarlyRule, values: readonly number[]) => {
    let state = startEarly(rule);
    for (const [index, value] of values.entries()) {
      state = updateEarly(rule, state, value, index + 1);
      if (state.stop) return index + 1;
    }
    return undefined;
  };

  test("stops after as many epochs without improvement as the patience", () => {
    expect(run({ better: "lower", patience: 2, least: 0 }, [3, 2, 2, 2, 1])).toBe(4);
    expect(run({ better: "lower", patience: 3, least: 0 }, [3, 2, 2, 2, 1])).toBeUndefined();
    expect(run({ better: "higher", patience: 2, least: 0 }, [1, 2, 1, 3, 3, 3])).toBe(6);
  });

  test("an improvement must exceed the least", () => {
    expect(run({ better: "lower", patience: 2, least: 0.5 }, [3, 2.6, 2.5, 1])).toBe(3);
    expect(run({ better: "lower", patience: 2, least: 0.5 }, [3, 2.4, 2.3, 2.2])).toBe(4);
  });

  test("what is not a number is no improvement", () => {
    expect(run({ better: "lower", patience: 2, least: 0 }, [Number.NaN, Number.NaN, 1])).toBe(2);
    expect(isBetter("higher", Number.NaN, -Infinity)).toBe(false);
    expect(isBetter("lower", 1, Infinity)).toBe(true);
  });
});
