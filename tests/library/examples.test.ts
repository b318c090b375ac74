import { describe, expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import type {
  Definition,
  LossDefinition,
  MetricDefinition,
} from "../../src/compiler/library/definition.ts";
import { checkText } from "../support/check-text.ts";

/** A complete file around the example of an item. */
function fileAround(item: Definition): string {
  const body = {
    layer: stage,
    activation: stage,
    function: called,
    initializer: rule,
    regularizer: rule,
    loss: setting,
    metric: setting,
    optimizer: setting,
    schedule: setting,
    source: inData,
    normalizer: inData,
    augmentation: onImages,
  }[item.kind];
  return `nnspec 1\ndim B\n${body(item)}\n`;
}

/** Of several inputs, the ones that the example names. */
function ports(example: string, types: Readonly<Record<string, string>>): string {
  const named = Object.entries(types).filter(([name]) => new RegExp(`\\b${name}\\b`).test(example));
  return named.map(([name, type]) => `${name}: ${type}`).join(", ");
}

function stage({ name, example }: Definition): string {
  const isFlat =
    name === "reshape" ||
    name === "dense" ||
    (library.find("activation", name) && example.startsWith("x -> dense")) ||
    ["dropout", "layer_norm", "maxout"].includes(name);
  const inputs = {
    x: isFlat ? "f32[B, px: 64]" : "f32[B, h: 8, w: 8, c: 4]",
    logits: "f32[B, c: 10]",
    words: "f32[B, t: 6, c: 8]",
    symbols: "class[B, t: 6] of 7",
    seen: "f32[B, c: 4]",
    told: "f32[B, c: 6]",
    main: "f32[B, h: 8, w: 8, c: 4]",
    skip: "f32[B, h: 8, w: 8, c: 4]",
  };
  return `block Example()(${ports(example, inputs)}) { return ${example} }`;
}

function called({ example }: Definition): string {
  return `block Example()(${ports(example.replace("y = ", ""), { x: "f32[B, c: 4]", a: "f32[B, c: 4]", b: "f32[B, c: 4]" })}) { ${example} return y }`;
}

function rule({ example }: Definition): string {
  return `model Example(x: f32[B, 1]) -> f32[B, 3] {
    return x -> dense(2) as edges -> batch_norm -> relu -> dense(3) as logits
    ${example}
  }`;
}

const types = {
  classes: "class[B] of 3",
  truths: "class[B] of 3",
  like: "f32[B, 3]",
  binary: "class[B] of 2",
  logits: "",
  values: "",
  decisions: "",
} as const;

/** A run whose model and data have the names that the example speaks of. */
function setting(item: Definition): string {
  const { kind, example } = item;
  const [operands, width] =
    kind === "loss" || kind === "metric" ? operandsOf(item) : [undefined, 3];
  const [output, target] = operands ?? ["logits", "label"];
  const accepts = kind === "loss" || kind === "metric" ? item.operands[1]!.accepts : "classes";
  const loss = {
    classes: "cross_entropy",
    truths: "cross_entropy",
    binary: "binary_cross_entropy",
    like: "squared_error",
    logits: "",
    values: "",
    decisions: "",
  }[accepts];
  return `data Example { x: f32[B, px: 4], ${target}: ${types[accepts]}, split: (train: 80%, validation: 20%) }
  model Net(x: f32[B, px: 4]) -> f32[B, ${width}] { return x -> dense(${width}) as ${output} }
  ${example.includes("teacher.") ? "train Net on Example as Big { loss: cross_entropy(logits, label) }" : ""}
  train Net on Example as Learning {
    ${example.includes("teacher.") ? "teacher: Big" : ""}
    epochs: 100
    ${kind === "loss" ? "" : `loss: ${loss}(${output}, ${target})`}
    ${example}
  }`;
}

/** The tensors that the example names, and how many outputs the model has. */
function operandsOf({
  example,
  name,
  operands,
}: LossDefinition | MetricDefinition): [readonly string[], number] {
  const written = new RegExp(`${name}\\((\\w+), (\\w+)\\b(?!\\.)`).exec(example);
  const width = operands[1]!.accepts === "binary" ? 1 : 3;
  return [written ? [written[1]!, written[2]!] : ["logits", "label"], width];
}

function inData({ example, name }: Definition): string {
  if (name === "function") return `data Example { x: f32[B, 1], y: f32[B, 1], ${example} }`;
  if (name === "text")
    return `dim T in 1 .. 256\ndata Example { text: class[B, t: T] of 96, next: class[B, t: T] of 96, ${example} }`;
  if (name === "spirals")
    return `data Example { place: f32[B, 2], label: class[B] of 3, ${example} }`;
  if (name === "shapes")
    return `data Example { picture: f32[B, h: 16, w: 16, c: 1], kind: class[B, h: 16, w: 16] of 3, ${example} }`;
  return `data Example { image: f32[B, h: 8, w: 8, c: 1], label: class[B] of 10, ${example} }`;
}

/** A run on images large enough for every example. */
function onImages({ example }: Definition): string {
  const side = /crops?\((28|224)/.exec(example)?.[1] ?? "256";
  return `data Example { image: f32[B, h: 256, w: 256, c: 3], label: class[B] of 3 }
  model Net(image: f32[B, h: ${side}, w: ${side}, c: 3]) -> f32[B, 3] { return image -> avg_pool(over: (h, w)) -> dense(3) as logits }
  train Net on Example {
    loss: cross_entropy(logits, label)
    ${example.startsWith("predict") ? "augment: crop(28)" : ""}
    ${example}
  }`;
}

describe.each(library.all().map((item) => [`${item.kind} ${item.name}`, item] as const))(
  "%s",
  (_, item) => {
    test("its example checks without an error", () => {
      const { diagnostics } = checkText(fileAround(item));
      expect(
        diagnostics
          .filter(({ severity }) => severity === "error")
          .map(({ code, message }) => `${code} ${message}`),
      ).toEqual([]);
    });
  },
);
