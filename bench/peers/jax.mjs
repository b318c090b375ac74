// jax-js on its wasm device: the whole step (forward, backward, optimiser) under one jit.
import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { serve } from "./protocol.ts";

await serve(async (job) => {
  await init("wasm");
  defaultDevice("wasm");
  const array = (values, shape) => np.array(values).reshape(shape);
  const size = job.x.length / job.batches;
  const batches = Array.from({ length: job.batches }, (_, batch) => ({
    x: inputOf(job, batch, size, array),
    y: labelsOf(job, batch, array),
  }));
  const parameters = Object.fromEntries(
    job.tensors.map(({ name, shape }) => [name, parameterOf(name, shape, job, array)]),
  );
  const zeros = () =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, np.zeros(value.shape)]),
    );
  const names = Object.keys(parameters);
  const forward = networkOf(job);
  const lossOf = (weights, x, y) => {
    const logits = forward(weights, x);
    return nn
      .logSoftmax(logits)
      .mul(y)
      .sum()
      .mul(-1 / job.batch);
  };
  const adam = job.optimizer.kind === "adam";
  const { rate, momentum, nesterov } = job.optimizer;
  const decay = job.network.decay ?? 0;
  const update = jit((weights, m, v, corrections, x, y) => {
    const [loss, gradients] = valueAndGrad(lossOf)(refs(weights), x, y);
    const next = { weights: {}, m: {}, v: {} };
    const [meanCorrection, squareCorrection] = adam
      ? [corrections.ref.slice(0), corrections.slice(1)]
      : [];
    for (const name of names) {
      let gradient = gradients[name];
      const weight = weights[name];
      if (decay > 0 && weight.shape.length > 1) gradient = gradient.add(weight.ref.mul(decay));
      if (adam) {
        const mean = m[name].mul(0.9).add(gradient.ref.mul(0.1));
        const square = v[name].mul(0.999).add(gradient.ref.mul(gradient).mul(0.001));
        const step = mean.ref
          .div(meanCorrection.ref)
          .mul(rate)
          .div(np.sqrt(square.ref.div(squareCorrection.ref)).add(1e-8));
        next.weights[name] = weight.sub(step);
        next.m[name] = mean;
        next.v[name] = square;
      } else {
        const mean = m[name].mul(momentum).add(gradient.ref);
        next.weights[name] = weight.sub(
          (nesterov ? gradient.add(mean.ref.mul(momentum)) : (gradient.dispose(), mean.ref)).mul(
            rate,
          ),
        );
        next.m[name] = mean;
      }
    }
    meanCorrection?.dispose();
    squareCorrection?.dispose();
    return [loss, next.weights, next.m, next.v];
  });
  let state = { weights: parameters, m: zeros(), v: adam ? zeros() : {} };
  const step = (place) => {
    const { x, y } = batches[place % batches.length];
    const corrections = adam
      ? np.array(new Float32Array([1 - 0.9 ** (place + 1), 1 - 0.999 ** (place + 1)]))
      : {};
    const [loss, weights, m, v] = update(
      state.weights,
      state.m,
      state.v,
      corrections,
      x.ref,
      y.ref,
    );
    state = { weights, m, v };
    return loss;
  };
  return {
    loss: (place) => step(place).dataSync()[0],
    async train(place, count) {
      for (let at = place; at < place + count; at++) {
        const loss = step(at);
        if (at === place + count - 1) await loss.data();
        else loss.dispose();
      }
    },
    note: "jax-js 0.1.25",
  };
});

function refs(tree) {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, value.ref]));
}

/** Channels come first here: [batch, h, w, c] → [batch, c, h, w]. */
function inputOf(job, batch, size, array) {
  const x = array(job.x.slice(batch * size, (batch + 1) * size), [job.batch, ...job.input]);
  return job.input.length === 3 ? np.transpose(x, [0, 3, 1, 2]) : x;
}

function labelsOf(job, batch, array) {
  const values = new Float32Array(job.batch * job.classes);
  for (let row = 0; row < job.batch; row++)
    values[row * job.classes + job.y[batch * job.batch + row]] = 1;
  return array(values, [job.batch, job.classes]);
}

/** Kernels [h, w, in, out] → [out, in, h, w]; the dense layer after flattening [h, w, c → c, h, w]. */
function parameterOf(name, shape, job, array) {
  const value = array(job.weights.get(name), shape);
  if (shape.length === 4) return np.transpose(value, [3, 2, 0, 1]);
  if (job.network.kind === "cnn" && name === "hidden.weight")
    return np.transpose(value.reshape([7, 7, 16, shape[1]]), [2, 0, 1, 3]).reshape(shape);
  return value;
}

function networkOf(job) {
  const dense = (w, x, name) => np.matmul(x, w[`${name}.weight`]).add(w[`${name}.bias`]);
  if (job.network.kind === "dense") {
    const activation = job.network.activation === "tanh" ? np.tanh : nn.relu;
    return (w, x) =>
      dense(w, activation(dense(w, activation(dense(w, x, "hidden_1")), "hidden_2")), "logits");
  }
  if (job.network.kind === "cnn") {
    const conv = (w, x, name) =>
      lax
        .conv(x, w[`${name}.weight`], [1, 1], "SAME")
        .add(w[`${name}.bias`].reshape([1, -1, 1, 1]));
    const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
    return (w, x) =>
      dense(
        w,
        nn.relu(
          dense(
            w,
            pool(nn.relu(conv(w, pool(nn.relu(conv(w, x, "conv_a"))), "conv_b"))).reshape([
              job.batch,
              -1,
            ]),
            "hidden",
          ),
        ),
        "logits",
      );
  }
  return residual(dense);
}

function residual(dense) {
  const norm = (w, x, name) => {
    const mean = x.ref.mean([0, 2, 3], { keepdims: true });
    const centred = x.sub(mean);
    const variance = centred.ref.mul(centred.ref).mean([0, 2, 3], { keepdims: true });
    const scale = w[`${name}.scale`].reshape([1, -1, 1, 1]);
    return centred
      .div(np.sqrt(variance.add(1e-5)))
      .mul(scale)
      .add(w[`${name}.shift`].reshape([1, -1, 1, 1]));
  };
  const conv = (w, x, name, stride) => lax.conv(x, w[`${name}.weight`], [stride, stride], "SAME");
  const basic = (w, x, path, stride) => {
    const inner = nn.relu(norm(w, conv(w, x.ref, `${path}.conv_a`, stride), `${path}.norm_a`));
    const main = norm(w, conv(w, inner, `${path}.conv_b`, 1), `${path}.norm_b`);
    const skip =
      stride === 1 ? x : norm(w, conv(w, x, `${path}.conv_skip`, stride), `${path}.norm_skip`);
    return nn.relu(main.add(skip));
  };
  return (w, x) => {
    let y = nn.relu(norm(w, conv(w, x, "stem", 1), "norm"));
    for (const place of [1, 2, 3]) y = basic(w, y, `stage1[${place}]`, 1);
    for (const stage of [2, 3]) {
      y = basic(w, y, `down${stage}`, 2);
      for (const place of [1, 2]) y = basic(w, y, `stage${stage}[${place}]`, 1);
    }
    return dense(w, y.mean([2, 3]), "logits");
  };
}
