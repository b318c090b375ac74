// TensorFlow.js 4.22 on its cpu or wasm backend: its own layers' functions, optimisers and gradients.
import * as tf from "@tensorflow/tfjs";
import { serve } from "./protocol.ts";

await serve(async (job, [backend]) => {
  if (backend === "wasm") {
    const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
    setThreadsCount(1);
  }
  await tf.setBackend(backend);
  await tf.ready();
  const size = job.x.length / job.batches;
  const batches = Array.from({ length: job.batches }, (_, batch) => ({
    x: tf.tensor(job.x.slice(batch * size, (batch + 1) * size), [job.batch, ...job.input]),
    y: tf
      .oneHot(
        tf.tensor1d(job.y.slice(batch * job.batch, (batch + 1) * job.batch), "int32"),
        job.classes,
      )
      .toFloat(),
  }));
  const variables = new Map(
    job.tensors.map(({ name, shape }) => [
      name,
      tf.variable(tf.tensor(job.weights.get(name), shape), true, name),
    ]),
  );
  const dense = (x, name) =>
    tf.add(tf.matMul(x, variables.get(`${name}.weight`)), variables.get(`${name}.bias`));
  const conv = (x, name) =>
    tf.add(tf.conv2d(x, variables.get(`${name}.weight`), 1, "same"), variables.get(`${name}.bias`));
  const pool = (x) => tf.maxPool(x, 2, 2, "valid");
  const activation = job.network.activation === "tanh" ? tf.tanh : tf.relu;
  const logits =
    job.network.kind === "dense"
      ? (x) => dense(activation(dense(activation(dense(x, "hidden_1")), "hidden_2")), "logits")
      : (x) =>
          dense(
            tf.relu(
              dense(
                pool(tf.relu(conv(pool(tf.relu(conv(x, "conv_a"))), "conv_b"))).reshape([
                  job.batch,
                  -1,
                ]),
                "hidden",
              ),
            ),
            "logits",
          );
  const { kind, rate, momentum, nesterov } = job.optimizer;
  const optimizer =
    kind === "adam"
      ? tf.train.adam(rate, 0.9, 0.999, 1e-8)
      : tf.train.momentum(rate, momentum, nesterov);
  const step = (place, wanted) => {
    const { x, y } = batches[place % batches.length];
    return optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, logits(x)), wanted);
  };
  return {
    loss(place) {
      const loss = step(place, true);
      const value = loss.dataSync()[0];
      loss.dispose();
      return value;
    },
    train(place, count) {
      for (let at = place; at < place + count; at++) step(at, false);
    },
    note: `TensorFlow.js ${tf.version.tfjs}`,
  };
});
