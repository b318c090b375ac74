// ConvNetJS 0.3: float64, row by row, gradients added over a batch. It has no Adam; Adadelta stands in for it.
import { createRequire } from "node:module";
import { serve } from "./protocol.ts";

const convnet = createRequire(import.meta.url)("convnetjs");

await serve((job) => {
  const [height, width, depth] = job.input.length === 3 ? job.input : [1, 1, job.input[0]];
  const { kind } = job.network;
  const activation = job.network.activation ?? "relu";
  const layers = [{ type: "input", out_sx: width, out_sy: height, out_depth: depth }];
  if (kind === "dense")
    for (const units of job.network.widths.slice(0, -1))
      layers.push({ type: "fc", num_neurons: units, activation });
  else {
    for (const filters of job.network.filters)
      layers.push(
        { type: "conv", sx: 3, filters, stride: 1, pad: 1, activation: "relu" },
        { type: "pool", sx: 2, stride: 2 },
      );
    layers.push({ type: "fc", num_neurons: job.network.hidden, activation: "relu" });
  }
  layers.push({ type: "softmax", num_classes: job.classes });
  const net = new convnet.Net();
  net.makeLayers(layers);
  setWeights(net, job);
  const { rate, momentum } = job.optimizer;
  const settings =
    job.optimizer.kind === "adam"
      ? { method: "adadelta" }
      : { method: "sgd", learning_rate: rate, momentum };
  const trainer = new convnet.Trainer(net, { ...settings, batch_size: job.batch, l2_decay: 0 });
  const size = height * width * depth;
  const rows = Array.from({ length: job.batches * job.batch }, (_, row) => {
    const volume = new convnet.Vol(width, height, depth, 0);
    for (let at = 0; at < size; at++) volume.w[at] = job.x[row * size + at];
    return volume;
  });
  const step = (place) => {
    let loss = 0;
    const first = (place % job.batches) * job.batch;
    for (let row = first; row < first + job.batch; row++)
      loss += trainer.train(rows[row], job.y[row]).cost_loss;
    return loss / job.batch;
  };
  return {
    loss: step,
    train(place, count) {
      for (let at = place; at < place + count; at++) step(at);
    },
    note: "ConvNetJS 0.3.0",
  };
});

/** Filter n of a dense layer holds the weights of its inputs in the order of a volume, [h, w, c]; that of a convolution [h, w, c] too. */
function setWeights(net, job) {
  const layers = net.layers.filter(
    (layer) => layer.layer_type === "fc" || layer.layer_type === "conv",
  );
  const names = job.tensors.filter(({ name }) => name.endsWith(".weight"));
  names.forEach(({ name, shape }, place) => {
    const outputs = shape.at(-1);
    const values = job.weights.get(name);
    const layer = layers[place];
    layer.filters.forEach((filter, output) => {
      for (let at = 0; at < filter.w.length; at++) filter.w[at] = values[at * outputs + output];
    });
    layer.biases.w.fill(0);
  });
}
