import { describe, expect, test } from "vitest";
import { at, digits, show, withCursor } from "./support/cursor.ts";

describe("hover", () => {
  const hover = (marked: string): unknown => {
    const { service, path, offset } = at(marked);
    const found = service.hover(path, offset);
    return (
      found && {
        ...found,
        place: show(found.place),
        facts: found.facts.map(({ label, value, at: from }) =>
          from ? `${label} = ${value} @ ${show(from)}` : `${label} = ${value}`,
        ),
      }
    );
  };

  test("a setting of a run: what it takes, and what holds without it", () => {
    expect(hover(digits("return image -> flatten -> dense(10) as logits", "bat‸ch: 8")))
      .toMatchInlineSnapshot(`
      {
        "facts": [
          "takes = an integer from 1, or \`all\`",
          "default = 32",
          "example = batch: 128",
        ],
        "place": "main.nnspec 21:3-21:8",
        "text": [
          "How many rows one gradient is of.",
          "The last batch of an epoch may be shorter, and is trained exactly. With \`all\` every step has all rows of the training part.",
        ],
        "title": "setting batch",
      }
    `);
  });

  test("a layer: what it is, shapes, parameters, receptive field, what applies to its weights", () => {
    expect(hover(withCursor("-> dense(width)", "-> den‸se(width)"))).toMatchInlineSnapshot(`
      {
        "facts": [
          "formula = y = x W + b, with W of shape [in, out]",
          "example = x -> dense(128) -> relu",
          "shape in = f32[B, c: 256]",
          "shape out = f32[B, c: 16]",
          "parameters = 4112",
          "receptive field = h: all, w: all",
          "dense_1.weight init = kaiming(activation: relu, mode: fan_in, distribution: normal) (default of dense) @ main.nnspec 17:50-17:62",
          "dense_1.weight regularize = none (default: no rule says otherwise) @ main.nnspec 17:50-17:62",
          "dense_1.weight optimizer = adam(rate: 0.001, betas: (0.9, 0.999), epsilon: 1e-8) (default of a run) @ main.nnspec 19:1-23:2",
          "dense_1.weight lr = 1x (default: no rule says otherwise) @ main.nnspec 17:50-17:62",
          "dense_1.weight freeze = off (default: no rule says otherwise) @ main.nnspec 17:50-17:62",
          "dense_1.bias init = zeros (default of dense) @ main.nnspec 17:50-17:62",
          "dense_1.bias regularize = none (default: no rule says otherwise) @ main.nnspec 17:50-17:62",
          "dense_1.bias optimizer = adam(rate: 0.001, betas: (0.9, 0.999), epsilon: 1e-8) (default of a run) @ main.nnspec 19:1-23:2",
          "dense_1.bias lr = 1x (default: no rule says otherwise) @ main.nnspec 17:50-17:62",
          "dense_1.bias freeze = off (default: no rule says otherwise) @ main.nnspec 17:50-17:62",
        ],
        "place": "main.nnspec 17:50-17:55",
        "text": [
          "Fully connected layer: every output is a weighted sum of all inputs, plus a bias.",
          "After a convolution the value has several axes: write \`flatten\` before \`dense\`, pool the spatial axes away, or say \`over: c\`. Before batch normalisation the bias has no effect: \`bias: off\`. \`dropconnect: 0.5\` leaves entries of its weight out of each training step.",
        ],
        "title": "layer dense(units, over?, bias = on, weight?)",
      }
    `);
  });
  test("a stage by its name, with a rule of the run", () => {
    expect(hover(withCursor("as first", "as first‸"))).toMatchInlineSnapshot(`
      {
        "facts": [
          "shape = f32[B, h: 8, w: 8, c: 4]",
          "shape in = f32[B, h: 8, w: 8, c: 1]",
          "shape out = f32[B, h: 8, w: 8, c: 4]",
          "parameters = 40",
          "receptive field = h: 3, w: 3",
          "first.conv_1.weight init = zeros (run Run) @ main.nnspec 22:30-22:35",
          "first.conv_1.weight regularize = none (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.weight optimizer = adam(rate: 0.001, betas: (0.9, 0.999), epsilon: 1e-8) (default of a run) @ main.nnspec 19:1-23:2",
          "first.conv_1.weight lr = 1x (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.weight freeze = off (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.bias init = zeros (default of conv) @ main.nnspec 14:15-14:48",
          "first.conv_1.bias regularize = none (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.bias optimizer = adam(rate: 0.001, betas: (0.9, 0.999), epsilon: 1e-8) (default of a run) @ main.nnspec 19:1-23:2",
          "first.conv_1.bias lr = 1x (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.bias freeze = off (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
        ],
        "place": "main.nnspec 17:30-17:35",
        "text": [],
        "title": "stage first",
      }
    `);
  });
  test("a block at its use", () => {
    expect(hover(withCursor("-> Unit(4)", "-> ‸Unit(4)"))).toMatchInlineSnapshot(`
      {
        "facts": [
          "shape in = f32[B, h: 8, w: 8, c: 1]",
          "shape out = f32[B, h: 8, w: 8, c: 4]",
          "parameters = 40",
          "receptive field = h: 3, w: 3",
          "first.conv_1.weight init = zeros (run Run) @ main.nnspec 22:30-22:35",
          "first.conv_1.weight regularize = none (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.weight optimizer = adam(rate: 0.001, betas: (0.9, 0.999), epsilon: 1e-8) (default of a run) @ main.nnspec 19:1-23:2",
          "first.conv_1.weight lr = 1x (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.weight freeze = off (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.bias init = zeros (default of conv) @ main.nnspec 14:15-14:48",
          "first.conv_1.bias regularize = none (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.bias optimizer = adam(rate: 0.001, betas: (0.9, 0.999), epsilon: 1e-8) (default of a run) @ main.nnspec 19:1-23:2",
          "first.conv_1.bias lr = 1x (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
          "first.conv_1.bias freeze = off (default: no rule says otherwise) @ main.nnspec 14:15-14:48",
        ],
        "place": "main.nnspec 17:19-17:23",
        "text": [
          "A convolution and what follows it.",
        ],
        "title": "block Unit(channels, stride = 1)(x: f32[B, h, w, c]) -> f32[B, ceil(h / stride), ceil(w / stride), c: channels]",
      }
    `);
  });
  test("a hyper has its value and its documentation", () => {
    expect(hover(withCursor("dense(width)", "dense(wid‸th)"))).toMatchInlineSnapshot(`
      {
        "facts": [
          "value = 16",
        ],
        "place": "main.nnspec 17:56-17:61",
        "text": [
          "How wide the hidden layer is.",
        ],
        "title": "hyper width = 16 in { 16, 32 }",
      }
    `);
  });
  test("a dim", () => {
    expect(hover(withCursor("dim B", "dim ‸B"))).toMatchInlineSnapshot(`
      {
        "facts": [
          "value = any size",
        ],
        "place": "main.nnspec 2:5-2:6",
        "text": [],
        "title": "dim B",
      }
    `);
  });
  test("an input", () => {
    expect(hover(withCursor("return image", "return im‸age"))).toMatchInlineSnapshot(`
      {
        "facts": [
          "shape = f32[B, h: 8, w: 8, c: 1]",
        ],
        "place": "main.nnspec 17:10-17:15",
        "text": [],
        "title": "input image",
      }
    `);
  });
  test("a value of the model in the run", () => {
    expect(hover(withCursor("cross_entropy(logits", "cross_entropy(logi‸ts")))
      .toMatchInlineSnapshot(`
      {
        "facts": [
          "shape = f32[B, c: 10]",
        ],
        "place": "main.nnspec 20:23-20:29",
        "text": [],
        "title": "stage logits",
      }
    `);
  });
  test("a loss", () => {
    expect(hover(withCursor("cross_entropy(", "cross‸_entropy("))).toMatchInlineSnapshot(`
      {
        "facts": [
          "formula = L = -sum over k of w_k q_k log softmax(z)_k, with q = (1 - smoothing) target + smoothing / C and w the class weights",
          "example = loss: cross_entropy(logits, label, smoothing: 0.1)",
        ],
        "place": "main.nnspec 20:9-20:22",
        "text": [
          "How surprised the predicted distribution is by the right class; takes logits.",
          "Takes logits: no \`softmax\` before it. With class weights the mean divides by the number of examples, not by the sum of the weights.",
        ],
        "title": "loss cross_entropy(smoothing = 0, weights?)",
      }
    `);
  });
  test("nothing between words", () => {
    expect(hover(withCursor("nnspec 1", "nnspec ‸1"))).toBeUndefined();
  });
});

describe("signature", () => {
  const signature = (marked: string): unknown => {
    const { service, path, offset } = at(marked);
    return service.signature(path, offset);
  };

  test("of a layer, at its second argument", () => {
    expect(signature(withCursor("-> flatten", "-> conv(4, ‸"))).toMatchInlineSnapshot(`
      {
        "active": 1,
        "label": "conv(channels, kernel, stride = 1, padding = same, dilation = 1, groups = 1, bias = on, weight?)",
        "parameters": [
          {
            "label": "channels",
            "text": "How many channels come out.",
          },
          {
            "label": "kernel",
            "text": "The size of the kernel, one for all spatial axes or one for each.",
          },
          {
            "label": "stride = 1",
            "text": "How far the kernel moves from one place to the next.",
          },
          {
            "label": "padding = same",
            "text": "\`same\` keeps ceil(h / stride) places, the odd zero at the end; \`valid\` pads nothing; a number pads so many zeros on both sides.",
          },
          {
            "label": "dilation = 1",
            "text": "The distance between neighbouring entries of the kernel.",
          },
          {
            "label": "groups = 1",
            "text": "Channels fall into so many groups that do not see each other; as many as channels is depthwise.",
          },
          {
            "label": "bias = on",
            "text": "Whether a bias is added to each channel.",
          },
          {
            "label": "weight?",
            "text": "Another stage's kernel to use in place of an own one.",
          },
        ],
        "text": "Convolution over 1 to 3 spatial axes, the same small kernel at every place.",
      }
    `);
  });
  test("of a block, at an argument by name", () => {
    expect(signature(withCursor("Unit(4)", "Unit(4, stride: ‸"))).toMatchInlineSnapshot(`
      {
        "active": 1,
        "label": "Unit(channels, stride = 1)",
        "parameters": [
          {
            "label": "channels",
            "text": "",
          },
          {
            "label": "stride = 1",
            "text": "",
          },
        ],
        "text": "A convolution and what follows it.",
      }
    `);
  });
  test("none outside of brackets", () => {
    expect(signature(withCursor("Unit(4)", "Unit(4)‸"))).toBeUndefined();
  });
});
