// brain.js 2: one row at a time, squared error, the same activation in every layer; the time of `batch` rows is a step.
import { createRequire } from "node:module";
import { serve } from "./protocol.ts";

const { NeuralNetwork } = createRequire(import.meta.url)("brain.js");

await serve((job) => {
  const size = job.input.reduce((product, extent) => product * extent, 1);
  const rows = Array.from({ length: job.batches * job.batch }, (_, row) => ({
    input: job.x.slice(row * size, (row + 1) * size),
    output: Float32Array.from({ length: job.classes }, (_, label) => Number(label === job.y[row])),
  }));
  const { activation, widths } = job.network;
  const { kind, rate, momentum } = job.optimizer;
  const net = new NeuralNetwork({
    hiddenLayers: widths.slice(0, -1),
    activation,
    learningRate: rate,
    momentum: momentum ?? 0.1,
    praxis: kind === "adam" ? "adam" : undefined,
  });
  const settings = {
    learningRate: rate,
    iterations: 1,
    errorThresh: 1e-9,
    ...(kind === "adam" ? { praxis: "adam" } : { momentum }),
  };
  const { status } = net.prepTraining(rows, settings);
  if (status === undefined) throw new Error("brain.js did not prepare its training");
  const step = (place) => {
    let error = 0;
    const first = (place % job.batches) * job.batch;
    for (let row = first; row < first + job.batch; row++)
      error += net.trainPattern(rows[row], true) ?? 0;
    return error / job.batch;
  };
  return {
    loss: step,
    train(place, count) {
      const first = place;
      for (let at = first; at < first + count; at++) {
        const begin = (at % job.batches) * job.batch;
        for (let row = begin; row < begin + job.batch; row++) net.trainPattern(rows[row]);
      }
    },
    note: "brain.js 2.0.0-beta.24",
  };
});
