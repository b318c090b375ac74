import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { costOf, type ModelCost } from "../../src/compiler/cost.ts";
import { format } from "../../src/compiler/syntax/format.ts";
import { checkText } from "../support/check-text.ts";
import { filesIn } from "../support/files.ts";

const folder = "examples/architectures";
const costs = new Map<string, ModelCost>();

describe.each(filesIn(folder, ".nnspec"))("%s", (path) => {
  const text = readFileSync(path, "utf8");

  test("checks without a finding and is in canonical form", () => {
    const { value, diagnostics } = checkText(text, path);
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
    expect(format({ path, text }).value).toBe(text);
    for (const model of value!.models) costs.set(model.name, costOf(model));
  });
});

/** Parameters as torchvision's models have them (with heads that only training uses), those of prediction, and the depth in the papers. */
const published = {
  LeNet5: { parameters: 61_706, depth: 5 },
  AlexNet: { parameters: 61_100_840, depth: 8 },
  Vgg16: { parameters: 138_357_544, depth: 16 },
  GoogLeNet: { parameters: 13_004_888, prediction: 6_624_904, depth: 22 },
  ResNet18: { parameters: 11_689_512, depth: 18 },
  ResNet50: { parameters: 25_557_032, depth: 50 },
  ResNet152: { parameters: 60_192_808, depth: 152 },
  SqueezeNet: { parameters: 1_248_424, depth: 18 },
  MobileNetV2: { parameters: 3_504_872, depth: 53 },
  DenseNet121: { parameters: 7_978_856, depth: 121 },
  // Twelve blocks of an attention and two dense layers, between the embedding of the patches and the head.
  ViTB16: { parameters: 86_567_656, depth: 38 },
  DeiTTiny: { parameters: 5_717_416, depth: 38 },
} as const;

test.each(Object.entries(published))("%s has the published size", (name, expected) => {
  const cost = costs.get(name)!;
  const prediction = "prediction" in expected ? expected.prediction : expected.parameters;
  expect({
    parameters: cost.parameters,
    prediction: cost.prediction.parameters,
    depth: cost.depth,
  }).toEqual({ parameters: expected.parameters, prediction, depth: expected.depth });
});

test("operations are those of torchvision's tables", () => {
  const gigas = (name: string) =>
    Number((costs.get(name)!.prediction.multiplyAdds / 1e9).toFixed(2));
  expect({
    ResNet18: gigas("ResNet18"),
    ResNet50: gigas("ResNet50"),
    ResNet152: gigas("ResNet152"),
    Vgg16: gigas("Vgg16"),
    AlexNet: gigas("AlexNet"),
    MobileNetV2: gigas("MobileNetV2"),
    GoogLeNet: gigas("GoogLeNet"),
    DenseNet121: gigas("DenseNet121"),
    ViTB16: gigas("ViTB16"),
    DeiTTiny: gigas("DeiTTiny"),
  }).toEqual({
    ResNet18: 1.81,
    ResNet50: 4.09,
    ResNet152: 11.51,
    Vgg16: 15.47,
    AlexNet: 0.71,
    MobileNetV2: 0.3,
    GoogLeNet: 1.5,
    DenseNet121: 2.83,
    ViTB16: 17.56,
    DeiTTiny: 1.25,
  });
});

// Araujo, Norris, Sim (2019), "Computing receptive fields of convolutional neural networks", for strides where torchvision has them.
test.each([
  ["AlexNet", 195],
  ["Vgg16", 212],
  ["ResNet18", 435],
  ["ResNet50", 427],
  ["ResNet152", 1451],
  ["MobileNetV2", 491],
] as const)("%s sees %i places", (name, size) => {
  expect(costs.get(name)!.receptiveField).toEqual({ h: size, w: size });
});
