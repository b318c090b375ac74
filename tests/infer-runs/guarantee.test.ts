import { describe, expect, test } from "vitest";
import { checkWithoutLints } from "../support/check-text.ts";
import { spec } from "./specs.ts";

/** What is said of a schedule under the guarantee: undefined when it keeps it. */
function verdict(schedule: string, head = ""): string | undefined {
  const text = spec({
    head,
    train: `epochs: 1000\n  optimizer: sgd(0.1)\n  schedule: ${schedule}\n  guarantee: robbins_monro`,
  });
  const found = checkWithoutLints(text, "main.nnspec").diagnostics.filter(
    ({ code }) => code === "NN0727" || code === "NN0746",
  );
  expect(found.length).toBeLessThanOrEqual(1);
  return (
    found[0] &&
    `${found[0].code}: ${/breaks it: (.*); use|decided: (.*); `inverse/
      .exec(found[0].message)!
      .slice(1)
      .find((part) => part !== undefined)}`
  );
}

const keeps = undefined;
const finite = (because: string) => `NN0727: Σ η is finite, because ${because}`;
const squares = (because: string) => `NN0727: Σ η² is infinite, because ${because}`;
const fixed = squares("it ends at a fixed rate");
const atZero = finite("the rate ends at 0");
const byFactor = finite("the rate falls by a factor again and again");

describe("the conditions of Robbins and Monro, schedule by schedule", () => {
  test.each([
    ["constant", fixed],
    ["constant(at: 0.01x)", fixed],
    ["constant(at: 0)", atZero],
    ["step(at: (30 epochs, 60 epochs), factor: 0.1)", fixed],
    ["step(every: 30 epochs, factor: 0.5)", byFactor],
    ["step(every: 30 epochs, factor: 1)", fixed],
    ["step(every: 30 epochs, factor: 2)", squares("the rate grows by a factor again and again")],
    ["exponential(0.9)", byFactor],
    ["exponential(1)", fixed],
    ["cosine(to: 0)", atZero],
    ["cosine(to: 0.01x)", fixed],
    [
      "cosine(to: 0, restart: 10 epochs)",
      squares("it comes back to the full rate at every restart"),
    ],
    [
      "cosine(to: 0, restart: 10 epochs, grow: 2)",
      squares("it comes back to the full rate at every restart"),
    ],
    ["linear(to: 0)", atZero],
    ["linear(to: 1e-4)", fixed],
    ["warmup(5 epochs)", fixed],
    ["inverse_sqrt", squares("the rate falls like t ^ -0.5")],
    ["inverse_time(decay: 1e-3)", keeps],
    ["inverse_time(decay: 0)", fixed],
    ["one_cycle(peak: 10x)", atZero],
    ["one_cycle(peak: 10x, to: 0.1x)", fixed],
    [
      "plateau(validation.loss)",
      "NN0746: how often the rate falls depends on how the training goes",
    ],
    ["plateau(validation.loss, minimum: 0.01x)", squares("it never falls below its minimum")],
  ])("%s", (schedule, expected) => expect(verdict(schedule)).toBe(expected));
});

describe("of a sequence the last part decides, unless the part before it leaves off at 0", () => {
  test.each([
    ["warmup(5 epochs) then inverse_time(decay: 1e-3)", keeps],
    ["warmup(5 epochs) then inverse_sqrt(every: 1 epoch)", squares("the rate falls like t ^ -0.5")],
    ["constant(10 epochs) then step(10 epochs, at: 5 epochs) then inverse_time(decay: 0.1)", keeps],
    ["exponential(0.9, 10 epochs) then inverse_time(decay: 0.1)", keeps],
    ["cosine(10 epochs, to: 0.1x) then inverse_time(decay: 0.1)", keeps],
    [
      "cosine(10 epochs, to: 0) then inverse_time(decay: 0.1)",
      finite("the part before it ends at 0, and it starts from there"),
    ],
    [
      "linear(10 epochs, to: 0) then constant(5 epochs) then inverse_time(decay: 0.1)",
      finite("the part before it ends at 0, and it starts from there"),
    ],
    ["linear(10 epochs, to: 0) then warmup(5 epochs) then inverse_time(decay: 0.1)", keeps],
    ["linear(10 epochs, to: 0) then constant(at: 0.1x)", fixed],
    ["inverse_time(1e-3, 10 epochs) then cosine(to: 0)", atZero],
  ])("%s", (schedule, expected) => expect(verdict(schedule)).toBe(expected));
});

describe("definitions of the file, by their leading terms", () => {
  const swings = "NN0746: it swings up and down for ever";
  test.each([
    ["1 / t", keeps],
    ["1 / (1 + 0.01 * (t - 1))", keeps],
    ["1 / sqrt(t)", squares("the rate falls like t ^ -0.5")],
    ["1 / t ^ 0.51", keeps],
    ["1 / t ^ 0.5", squares("the rate falls like t ^ -0.5")],
    ["t ^ (-2 / 3)", keeps],
    ["1 / t ^ 1.01", finite("the rate falls like t ^ -1.01")],
    ["1 / (t * log(t + 1))", keeps],
    ["1 / (t * log(t + 1) ^ 2)", finite("the rate falls like 1 / t * log(t) ^ -2")],
    ["1 / (sqrt(t) * log(t + 1))", keeps],
    ["log(t) / sqrt(t)", squares("the rate falls like t ^ -0.5 * log(t) ^ 1")],
    ["1 / log(t + 1)", squares("the rate falls like log(t) ^ -1")],
    ["log(t + 1) / t", keeps],
    ["(3 * t + 2) / (t ^ 2 + 5 * t + 1)", keeps],
    ["1 / t + 1e-6", squares("the rate goes to a fixed number")],
    ["t / (t + 1)", squares("the rate goes to a fixed number")],
    ["1 - 1 / t", squares("the rate goes to a fixed number")],
    ["1 / t - 1 / (t + 1)", "NN0746: the leading terms of a difference cancel"],
    ["0.5 ^ floor((t - 1) / 100)", byFactor],
    ["exp(-t / 1000)", byFactor],
    ["exp(-sqrt(t))", finite("the rate falls faster than every power of t")],
    ["exp(-(t ^ 2))", byFactor],
    ["exp(-log(t + 1))", keeps],
    ["exp(-2 * log(t + 1))", finite("the rate falls like t ^ -2")],
    ["exp(1 / t) / t", keeps],
    ["t", squares("the rate grows")],
    ["-1 / t", "NN0727: the rate becomes negative"],
    ["if t < 1000 then 1 else 1000 / t", keeps],
    [
      "if t < 1000 or t > 5000 then 1 else 1 / t",
      fixed.replace("it ends at a fixed rate", "the rate goes to a fixed number"),
    ],
    ["min(1, 10 / t)", keeps],
    ["max(1e-3, 1 / t)", squares("the rate goes to a fixed number")],
    ["max(1 / t, 1 / sqrt(t))", squares("the rate falls like t ^ -0.5")],
    ["0 * t", atZero],
    ["floor(10 / t)", atZero],
    ["tanh(1 / t)", keeps],
    ["abs(sin(1 / t))", keeps],
    ["1 + cos(t)", swings],
    ["(2 + sin(t)) / t", swings],
    ["mod(t, 10) / t", "NN0746: the course of `mod` is not known here"],
    ["t ^ (1 / t)", "NN0746: both the base and the exponent change"],
    ["1 / log(log(t + 20))", "NN0746: it is a logarithm of a logarithm"],
  ])("%s", (formula, expected) =>
    expect(verdict("course", `define course(t) = ${formula}`)).toBe(expected),
  );
});

test("the verdicts agree with sums that are added up", () => {
  // Partial sums to 2·10⁶ against those to 10⁴: an infinite sum has grown by a share, a finite one hardly.
  const grows = (rate: (t: number) => number): boolean => {
    let [sum, early] = [0, 0];
    for (let t = 1; t <= 2e6; t++) {
      sum += rate(t);
      if (t === 1e4) early = sum;
    }
    return sum > 1.3 * early;
  };
  for (const [rate, sumGrows, squaresGrow] of [
    [(t: number) => 1 / (1 + 0.01 * t), true, false],
    [(t: number) => 1 / Math.sqrt(t), true, true],
    [(t: number) => t ** -2, false, false],
    [(t: number) => Math.exp(-t / 1000), false, false],
  ] as const) {
    expect([grows(rate), grows((t) => rate(t) ** 2)]).toEqual([sumGrows, squaresGrow]);
  }
});
