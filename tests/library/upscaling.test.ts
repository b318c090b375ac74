import { describe, expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import { costOf } from "../../src/compiler/cost.ts";
import { estimateFlow } from "../../src/compiler/lints/variance.ts";
import { networkOf } from "../../src/compiler/lints/network.ts";
import { library } from "../../src/compiler/library/index.ts";
import type { LayerDefinition } from "../../src/compiler/library/definition.ts";
import { size, symbol } from "../../src/compiler/ir/dim.ts";
import { argumentsOf, typeOf, type Written } from "../support/library-values.ts";
import { programOf } from "../support/run-of.ts";

/** A model of the stages, on pictures of 16 by 16 with 4 channels. */
const costs = (stages: string, type: string) =>
  costOf(
    programOf(
      `model M(x: f32[B, h: 16, w: 16, c: 4]) -> f32[B, ${type}] {\n  return x -> ${stages}\n}`,
    ).models[0]!,
  );

/** Codes and messages of what is found in a run of the stages on drawn pictures. */
function findings(stages: string, channels: number, settings = "batch: 64"): readonly string[] {
  const text = `nnspec 1
dim B
data Drawings {
  picture: f32[B, h: 16, w: 16, c: 1]
  kind: class[B, h: 16, w: 16] of 3
  source: shapes(100)
  normalize: standardize
}
model M(picture: f32[B, h: 16, w: 16, c: 1]) -> f32[B, h: 16, w: 16, ${channels}] {
  return picture -> ${stages}
}
train M on Drawings {
  loss: cross_entropy(logits, kind)
  ${settings}
}
`;
  const { diagnostics } = check(
    { path: "test.nnspec", text },
    { set: new Map(), read: () => ({ problem: "missing" }) },
  );
  return diagnostics.map(({ code, message }) => `${code} ${message}`);
}

describe("what transposed convolutions and enlargements cost", () => {
  test("2 x 2 to 4 x 4 by a kernel of 2 x 2: 13 numbers, a product for each place, tap and channel", () => {
    const { models } = programOf(
      "model Up(x: f32[B, h: 2, w: 2, c: 3]) -> f32[B, h: 4, w: 4, c: 1] {\n  return x -> conv_transpose(1, 2, stride: 2)\n}",
    );
    expect(costOf(models[0]!)).toMatchObject({ parameters: 13, multiplyAdds: 48, depth: 1 });
  });

  test("groups divide the products, an enlargement has none", () => {
    const { parameters, multiplyAdds } = costs(
      "conv_transpose(8, 3, stride: 2, padding: 1, output_padding: 1, groups: 2, bias: off) -> upsample(2)",
      "h: 64, w: 64, c: 8",
    );
    expect(parameters).toBe(9 * 4 * 4);
    expect(multiplyAdds).toBe(16 * 16 * 9 * 4 * 4);
  });
});

describe("how far they see", () => {
  test.each([
    // Each place of the result is made of one place of the operand.
    ["conv_transpose(4, 2, stride: 2)", "h: 32, w: 32, c: 4", {}],
    // A kernel of 4 that moves by 2 reaches every place twice.
    ["conv_transpose(4, 4, stride: 2, padding: 1)", "h: 32, w: 32, c: 4", { h: 2, w: 2 }],
    ["conv_transpose(4, 3)", "h: 18, w: 18, c: 4", { h: 3, w: 3 }],
    // Three of the finer places lie in two of the operand.
    ["upsample(2) -> conv(4, 3)", "h: 32, w: 32, c: 4", { h: 2, w: 2 }],
    ["upsample((1, 4), mode: bilinear)", "h: 16, w: 64, c: 4", { w: 2 }],
    ["max_pool(2) -> upsample(2) -> conv(4, 3)", "h: 16, w: 16, c: 4", { h: 4, w: 4 }],
    [
      "max_pool(2) -> conv_transpose(4, 2, stride: 2) -> conv(4, 3)",
      "h: 16, w: 16, c: 4",
      { h: 4, w: 4 },
    ],
  ])("%s", (stages, type, fields) => {
    expect(costs(stages, type).receptiveField).toEqual(fields);
  });
});

describe("passes and lints see them", () => {
  test("two linear maps in a row, of one kind and of two, and an enlargement between them", () => {
    expect(
      findings(
        "conv_transpose(8, 3, padding: 1) as a -> conv_transpose(3, 3, padding: 1) as logits",
        3,
      ),
    ).toEqual([expect.stringMatching(/^NN2005 `a` and `logits` are one linear map/)]);
    expect(
      findings("max_pool(2) -> conv(8, 3) as a -> conv_transpose(3, 2, stride: 2) as logits", 3),
    ).toEqual([expect.stringMatching(/^NN2018 there is no activation between `a` and `logits`;/)]);
    expect(
      findings("max_pool(2) -> conv(8, 3) as a -> upsample(2) -> conv(3, 3) as logits", 3),
    ).toEqual([expect.stringMatching(/^NN2018 .*`a` and `logits`, only upsampling;/)]);
  });

  test("a bias before batch normalisation", () => {
    expect(
      findings(
        "conv_transpose(8, 3, padding: 1) as a -> batch_norm -> relu -> conv(3, 1) as logits",
        3,
      ),
    ).toEqual([expect.stringMatching(/^NN2007 the bias of `a` has no effect/)]);
  });

  test("K-FAC does not know their curvature, and says so", () => {
    const found = findings(
      "conv(8, 3) as known -> relu -> conv_transpose(3, 3, padding: 1) as logits",
      3,
      "batch: 64\n  optimizer: kfac",
    );
    expect(found).toEqual([expect.stringContaining("logits.weight")]);
    expect(found[0]).not.toContain("known.weight");
  });

  test("the default before a rectifier is Kaiming's, and what comes out is estimated by the products that meet", () => {
    const { models } = programOf(
      "model M(x: f32[B, h: 8, w: 8, c: 16]) -> f32[B, h: 16, w: 16, c: 4] {\n  return x -> conv_transpose(4, 2, stride: 2) as up -> relu\n}",
    );
    const [weight] = models[0]!.weights;
    expect(weight!.initializer.definition.name).toBe("kaiming");
    const { activations, gradients } = estimateFlow(networkOf(models[0]!, []));
    const values = models[0]!.values;
    const [input, up] = [values[0]!, values[1]!];
    // fan_in = 4 taps of 4 channels: E[w²] = 2 / 16. 16 products meet in each result; of each operand 16 come back.
    expect(activations.get(up)).toBeCloseTo((16 * 2) / 16, 9);
    expect(gradients.get(input)! / gradients.get(up)!).toBeCloseTo((16 * 2) / 16, 9);
  });
});

describe("what does not fit is refused", () => {
  const picture = typeOf([symbol("B"), 4, 4, 6], ["h", "w", "c"]);
  const problem = (name: string, written: Written, type = picture) => {
    const layer = library.find("layer", name) as LayerDefinition;
    const found = layer.infer([type], argumentsOf(layer, written));
    return "problem" in found ? found.problem : "";
  };

  test.each([
    [
      "conv_transpose",
      { channels: 4, kernel: 2, groups: 4 },
      /`groups: 4` must divide the channels of the operand, and there are 6/,
    ],
    [
      "conv_transpose",
      { channels: 2, kernel: [2, 2, 2] },
      /expects one `kernel` for all spatial axes or one for each of the 2, and found 3/,
    ],
    [
      "conv_transpose",
      { channels: 2, kernel: 1, padding: 2 },
      /leaves nothing of the axis `h`: 4 places are made, and 4 are cut off/,
    ],
    [
      "conv_transpose",
      { channels: 2, kernel: 3, stride: 2, output_padding: 2 },
      /must be smaller than the stride or the dilation \(2 and 1\), and it is 2/,
    ],
    [
      "upsample",
      { scale: [2, 2, 2] },
      /expects one `scale` for all spatial axes or one for each of the 2, and found 3/,
    ],
  ] as const)("%s %j", (name, written, words) => {
    expect(problem(name, written as unknown as Written)).toMatch(words);
  });

  test("an open size is only refused where it may be too small", () => {
    const open = typeOf([symbol("B"), symbol("T"), size(2)], ["t", "c"]);
    expect(problem("conv_transpose", { channels: 2, kernel: 2, stride: 2 }, open)).toBe("");
    expect(problem("conv_transpose", { channels: 2, kernel: 2, padding: 1 }, open)).toMatch(
      /may leave nothing/,
    );
  });

  test("nearest has no corners to be aligned", () => {
    const layer = library.find("layer", "upsample") as LayerDefinition;
    expect(layer.check!(argumentsOf(layer, { scale: 2, align_corners: true }))).toMatchObject({
      argument: "align_corners",
    });
  });
});
