import { describe, expect, test } from "vitest";
import { numbersFrom } from "../support/networks.ts";
import { networkOfGraph, networkOfSpec, worstOnBackends } from "../support/spec-network.ts";

type Choose = <Item>(...items: readonly Item[]) => Item;

/** Stages that keep `f32[B, t, c]`, of random kinds and sizes. */
function sequenceStage(choose: Choose, width: number): string {
  const heads = choose(...[1, 2, 3, 4].filter((each) => width % each === 0));
  return choose(
    `attention(heads: ${heads}${choose("", ", causal: on", ", drop: 0.3", ", bias: off")})`,
    "layer_norm",
    `dense(${width}, over: c${choose("", ", dropconnect: 0.4")})`,
    `maxout(${width}, pieces: ${choose(2, 3)}, over: c)`,
    "prelu(over: c)",
    "prelu",
    `stochastic_depth(0.4${choose("", ", each: batch")})`,
    "gelu",
    "dropout(0.25)",
  );
}

/** Residual blocks over a sequence: attention and its company, trained with momentum. */
function sequenceSpec(seed: number): string {
  const next = numbersFrom(seed);
  const choose: Choose = (...items) => items[Math.floor(next() * items.length)]!;
  const [places, width, memory] = [
    choose(1, 2, 3, 5, 8, 11),
    choose(2, 4, 6, 8, 12),
    choose(1, 3, 7),
  ];
  const branches = Array.from(
    { length: choose(1, 2, 3) },
    (_, place) =>
      `  x${place + 1} = x${place} + (x${place} -> layer_norm -> ${sequenceStage(choose, width)} -> ${sequenceStage(choose, width)})`,
  );
  const across = choose(true, false)
    ? `  seen = (x${branches.length}, other) -> attention(heads: 1)`
    : `  seen = x${branches.length}`;
  return `
data D { x: f32[B, t: ${places}, c: ${width}], other: f32[B, t: ${memory}, c: 3], label: class[B] of 4 }
model M(x: f32[B, t: ${places}, c: ${width}], other: f32[B, t: ${memory}, c: 3]) -> f32[B, 4] {
  parameter position: f32[t: ${places}, c: ${width}] = normal(0.3)
  parameter token: f32[t: 1, c: 3] = normal(0.3)
  x0 = x + position
${branches.join("\n")}
${across}
  told = (other, token) -> concat(over: t) -> maxout(5, over: c) -> max_pool(over: t)
  return (seen -> avg_pool(over: t), told) -> concat -> dense(4) as logits
}
train M on D { loss: cross_entropy(logits, label), batch: ${choose(1, 2, 5, 9)}, optimizer: sgd(0.1, momentum: 0.9) }`;
}

/** Images: fractional pooling, stochastic depth in residual branches, DropConnect on kernels, three branches joined on the channels. */
function imageSpec(seed: number): string {
  const next = numbersFrom(seed);
  const choose: Choose = (...items) => items[Math.floor(next() * items.length)]!;
  const [height, width, channels] = [choose(6, 7, 9), choose(6, 8), choose(1, 2, 3)];
  const ratio = choose(1.25, 1.5, 1.7);
  return `
data D { x: f32[B, h: ${height}, w: ${width}, c: ${channels}], label: class[B] of 3 }
model M(x: f32[B, h: ${height}, w: ${width}, c: ${channels}]) -> f32[B, 3] {
  first = x -> conv(4, 3, dropconnect: 0.3) -> prelu(over: c) -> fractional_max_pool(${ratio})
  branch = first + (first -> conv(4, 3) -> ${choose("relu", "tanh", "prelu")} -> stochastic_depth(0.5${choose("", ", each: batch")}))
  joined = (branch -> conv(2, 1), branch -> conv(3, 3), branch -> max_pool(2, stride: 1, padding: same) -> conv(1, 1)) -> concat
  return joined -> ${choose("fractional_max_pool(1.4)", "fractional_max_pool(2.2, window: 3)")} -> flatten -> maxout(${choose(3, 5, 8)}, pieces: ${choose(2, 4)}) -> dropout(0.3) -> dense(3) as logits
}
train M on D { loss: cross_entropy(logits, label), batch: ${choose(1, 3, 6)}, optimizer: sgd(0.1, momentum: 0.9) }`;
}

describe("training steps and drawn predictions agree on every backend with the float64 interpreter", () => {
  for (const [name, specOf] of [
    ["sequences", sequenceSpec],
    ["images", imageSpec],
  ] as const)
    test(
      `12 random networks of ${name}, whole and short batches`,
      { timeout: 120_000 },
      async () => {
        for (let seed = 1; seed <= 12; seed++) {
          const { compiled, network } = networkOfSpec(specOf(seed), seed);
          const rows = seed % 2 === 0 ? compiled.capacity : 1 + (seed % compiled.capacity);
          const worst = await worstOnBackends(network, compiled.plans.train, rows);
          expect(worst.plan, `seed ${seed}`).toBeLessThan(1e-8);
          expect(worst.wasm, `seed ${seed} on wasm`).toBeLessThan(1e-4);
          expect(worst.cpu, `seed ${seed} on cpu`).toBeLessThan(1e-4);
          const { graphs, plans } = compiled;
          if (graphs.sample === undefined || plans.sample === undefined) continue;
          const drawn = await worstOnBackends(
            networkOfGraph(compiled, graphs.sample, plans.sample, seed),
            plans.sample,
            rows,
          );
          expect(Math.max(drawn.plan, drawn.wasm, drawn.cpu), `seed ${seed}, drawn`).toBeLessThan(
            1e-4,
          );
        }
      },
    );
});

test("one_hot of labels that the model is given", async () => {
  const { compiled, network } = networkOfSpec(
    `
data D { word: class[B, t: 5] of 6, label: class[B] of 3 }
model M(word: class[B, t: 5] of 6) -> f32[B, 3] { return word -> one_hot -> dense(4, over: c) -> tanh -> flatten -> dense(3) as logits }
train M on D { loss: cross_entropy(logits, label), batch: 4, optimizer: sgd(0.1) }`,
    1,
  );
  const worst = await worstOnBackends(network, compiled.plans.train, 3);
  expect(Math.max(worst.plan, worst.wasm, worst.cpu)).toBeLessThan(1e-4);
});
