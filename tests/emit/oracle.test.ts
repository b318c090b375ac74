import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { interpret, interpretNode } from "../../src/compiler/ir/interpret.ts";
import { nodesOf } from "../../src/compiler/ir/graph.ts";
import { fillUniform, randomStream } from "../../src/runtime/random.ts";
import { emitInto, remove, runIn, type Emitted } from "./support/folder.ts";
import { smallRun } from "./support/small-run.ts";

const steps = 50;
let emitted: Emitted;
beforeAll(async () => {
  emitted = await emitInto(smallRun());
});
afterAll(() => remove(emitted));

interface Trace {
  readonly stepsPerEpoch: number;
  readonly initial: Readonly<Record<string, number[]>>;
  readonly batches: readonly {
    readonly rows: number;
    readonly image: number[];
    readonly label: number[];
    readonly loss: number;
    readonly objective: number;
  }[];
}

test("the losses of the first 50 steps are those of the float64 interpreter, short last batches included", async () => {
  writeFileSync(join(emitted.folder, "trace.ts"), trace);
  const { stdout, stderr } = await runIn(emitted.folder, "trace.ts");
  expect(stderr).toBe("");
  const traced = JSON.parse(stdout) as Trace;
  expect(traced.batches.map(({ rows }) => rows).filter((rows) => rows === 29)).toHaveLength(4);
  const { graphs, schedules } = emitted.compiled;
  const streams = nodesOf(graphs.train).flatMap((node) =>
    node.op === "random" ? [node.attributes] : [],
  );
  let values = new Map(
    Object.entries(traced.initial).map(
      ([name, numbers]) => [name, Float64Array.from(numbers)] as const,
    ),
  );
  traced.batches.forEach((batch, index) => {
    const step = index + 1;
    const clock = new Map([
      ["step", step],
      ["steps_per_epoch", traced.stepsPerEpoch],
      ["total_steps", 60],
    ]);
    const host = [...schedules].map(
      ([name, node]) =>
        [name, interpretNode(node, { values: new Map(), scalars: clock, rows: 1 })[0]!] as const,
    );
    const random = streams.map(({ stream, type }) => {
      const numbers = new Float32Array(type.shape.reduce((product, size) => product * size, 1));
      fillUniform(numbers, randomStream(7, stream), step);
      return [stream, Float64Array.from(numbers.subarray(0, batch.rows * type.shape[1]!))] as const;
    });
    const bound = new Map([
      ...values,
      ...random,
      ["image", Float64Array.from(batch.image)] as const,
      ["label", Float64Array.from(batch.label)] as const,
    ]);
    const { outputs, updates } = interpret(graphs.train, {
      values: bound,
      scalars: new Map([["step", step], ...host]),
      rows: batch.rows,
    });
    for (const name of ["loss", "objective"] as const) {
      const exact = outputs.get(name)![0]!;
      expect(
        Math.abs(batch[name] - exact) / Math.abs(exact),
        `${name} of step ${step}`,
      ).toBeLessThan(1e-4);
    }
    values = new Map([
      ...values,
      ...[...updates].map(([name, data]) => [name, Float64Array.from(data)] as const),
    ]);
  });
});

/** Trains with the emitted modules, and writes down every batch and what came of it. */
const trace = `
import { loadData } from "./data.ts";
import { plans } from "./kernels.ts";
import { monitors, numbersOf, parameters, slots } from "./model.ts";
import { batchCount, batches, epochOrder } from "./runtime/dataset.ts";
import { createDevice } from "./runtime/device.ts";
import { fillUniform, initialize, randomStream } from "./runtime/random.ts";
const data = await loadData(7);
const device = await createDevice({ backend: "cpu", fillUniform: (target, stream, step) => fillUniform(target, randomStream(7, stream), step) });
const initial = {};
for (const { name, shape, initial: distribution } of parameters) initial[name] = initialize(name, shape, distribution, 7);
for (const { name, shape } of [...slots, ...monitors]) initial[name] = new Float32Array(shape.reduce((a, b) => a * b, 1));
for (const [name, values] of Object.entries(initial)) device.write(name, values);
const stepsPerEpoch = batchCount(data.train.rows.length, 128);
const traced = [];
let step = 0;
for (let epoch = 1; step < ${steps}; epoch++) {
  for (const batch of batches(data.train, epochOrder(data.train.rows, 7, epoch), ["image", "label"], 128)) {
    if (step === ${steps}) break;
    step++;
    device.run(plans.train, { rows: batch.rows, inputs: batch.fields, numbers: numbersOf({ step, stepsPerEpoch, totalSteps: 60 }), step });
    const [loss] = await device.result(plans.train, "loss");
    const [objective] = await device.result(plans.train, "objective");
    traced.push({ rows: batch.rows, image: [...batch.fields.image.subarray(0, batch.rows * 64)], label: [...batch.fields.label.subarray(0, batch.rows)], loss, objective });
  }
}
const plain = Object.fromEntries(Object.entries(initial).map(([name, values]) => [name, [...values]]));
console.log(JSON.stringify({ stepsPerEpoch, initial: plain, batches: traced }));
`;
