import { describe, expect, test } from "vitest";
import { textOf } from "../../src/compiler/base/source.ts";
import { explainPath } from "../../src/compiler/typed/explain.ts";
import { printType } from "../../src/compiler/passes/2-infer/agreement.ts";
import { library } from "../../src/compiler/library/index.ts";
import { readSources } from "../../src/targets/trainer/pieces/runtime-sources.ts";
import { checkWithoutLints } from "../support/check-text.ts";

interface Parts {
  readonly fields?: string;
  readonly input?: string;
  readonly body?: string;
  readonly loss?: string;
  readonly train?: string;
}

function spec({
  fields = "image: f32[B, h: 32, w: 24, c: 3]\n  label: class[B] of 10",
  input = "image: f32[B, h: 32, w: 24, c: 3]",
  body = "image -> flatten -> dense(10) as logits",
  loss = "cross_entropy(logits, label)",
  train = "",
}: Parts): string {
  return `nnspec 1\ndim B\ndata D {\n  ${fields}\n}\nmodel M(${input}) -> f32[B, 10] { return ${body} }\ntrain M on D {\n  loss: ${loss}\n  ${train}\n}\n`;
}

const findings = (parts: Parts) =>
  checkWithoutLints(spec(parts)).diagnostics.map(
    ({ code, span, message }) => [`${code} ${textOf(span)}`, message] as const,
  );
const run = (parts: Parts) => {
  const { value, diagnostics } = checkWithoutLints(spec(parts));
  expect(diagnostics).toEqual([]);
  return value!.runs[0]!;
};
const signal = {
  fields: "wave: f32[B, t: 100, c: 6]\n  label: class[B] of 10",
  input: "wave: f32[B, t: 100, c: 6]",
  body: "wave -> flatten -> dense(10) as logits",
};

describe("the type that the model is given", () => {
  test.each([
    ["crop(28)", "h: 28, w: 20", true],
    ["crop((28, 20))", "h: 28, w: 20", false],
    ["crop(20)", "h: 20, w: 20", false],
    ["crop(24, from: 32)", "h: 24, w: 24", false],
    ["resized_crop(16)", "h: 16, w: 16", false],
    ["resized_crop(16, area: 25% .. 80%)", "h: 16, w: 16", false],
    ["resize(30 .. 40) then crop(30)", "h: 30, w: 30", false],
    ["pad_crop(4) then flip(w) then crop(24)", "h: 24, w: 24", false],
    [
      "sometimes(30%, rotate(15 deg) then shear(10 deg)) then any_of(noise(0.1), shift(w: 10%), pick: 2) then cutout(8)",
      "h: 32, w: 24",
      false,
    ],
  ])("%s", (augment, sizes, wrong) => {
    const found = findings({
      train: `augment: ${augment}`,
      input: `image: f32[B, ${sizes}, c: 3]`,
    });
    expect(found.map(([finding]) => finding)).toEqual(wrong ? ["NN0620 crop(28)"] : []);
  });

  test("a model of another size is told so", () => {
    expect(findings({ train: "augment: crop(20)" })[0]).toEqual([
      "NN0710 M",
      "the model takes `image: f32[B, h: 32, w: 24, c: 3]`, and the data gives `image: f32[B, h: 20, w: 20, c: 3]`: `h` is 32 on one side and 20 on the other",
    ]);
  });

  test("mixup makes labels distributions, along the class axis of the logits", () => {
    const { loss, augment, metrics } = run({ train: "augment: flip(w) then mixup(alpha: 0.3)" });
    expect(loss.kind === "loss" && printType(loss.operands[1]!.type)).toBe("f32[B, c: 10]");
    expect(augment?.mixup).toEqual({
      alpha: 0.3,
      fields: ["image", "label"],
      labels: [{ field: "label", classes: 10 }],
    });
    expect(metrics.map(({ name }) => name)).toEqual(["accuracy"]);
  });

  test("signals, and fields by name", () => {
    expect(
      run({
        ...signal,
        train: "augment: flip(t) then shift(t: 10%) then noise(0.1) then crop(100)",
      }).augment?.fields[0]?.steps.length,
    ).toBe(4);
    const two = {
      fields:
        "left: f32[B, h: 8, w: 8, c: 1]\n  right: f32[B, h: 8, w: 8, c: 1]\n  label: class[B] of 10",
      input: "left: f32[B, h: 8, w: 8, c: 1], right: f32[B, h: 8, w: 8, c: 1]",
      body: "(left, right) -> concat -> flatten -> dense(10) as logits",
    };
    const { augment } = run({
      ...two,
      train: "augment: (left: flip(w), right: rotate(5 deg)) then mixup",
    });
    expect(
      augment?.fields.map(({ field, steps }) => [
        field,
        ...steps.map(({ use }) => use.definition.name),
      ]),
    ).toEqual([
      ["left", "flip"],
      ["right", "rotate"],
    ]);
    expect(augment?.mixup?.alpha).toBe(0.2);
    expect(findings({ ...two, train: "augment: flip(w)" })[0]?.[1]).toBe(
      "several fields could be meant; write `(left: …, right: …)`",
    );
  });
});

test("`none` undoes what a recipe says", () => {
  const text = spec({ train: "augment: none" }).replace(
    "train M on D",
    "recipe R { augment: flip(w) then mixup }\ntrain M on D as Other with R { loss: cross_entropy(logits, label) }\ntrain M on D with R",
  );
  const { value, diagnostics } = checkWithoutLints(text);
  expect(diagnostics).toEqual([]);
  expect(value!.runs.map(({ name, augment }) => [name, augment?.mixup?.alpha])).toEqual([
    ["Other", 0.2],
    ["M", undefined],
  ]);
});

test("`explain` says what a run does to its rows", () => {
  const { value } = checkWithoutLints(
    spec({
      train:
        "augment: sometimes(30%, flip(w) then rotate(5 deg)) then mixup\n  predict: average(flip(w))",
    }),
  );
  const facts = explainPath(value!, "M")!
    .facts.filter(({ key }) => key === "augment" || key === "predict")
    .map(({ value: text }) => text);
  expect(facts).toEqual([
    "(image: sometimes(chance: 0.3, steps: (flip(axis: w, chance: 0.5), rotate(angle: 5)))) then mixup(alpha: 0.2)",
    "average(flip(axis: w, chance: 0.5))",
  ]);
});

describe("what does not fit is told at its place", () => {
  const wrong: readonly (readonly [Parts, string, string])[] = [
    [
      { train: "augment: flip(x)" },
      "NN0620 flip(x)",
      "the field has no axis `x`; write `h` or `w`",
    ],
    [
      { train: "augment: crop(40)" },
      "NN0620 crop(40)",
      "a region of 40 does not fit into `h`, which is 32; write 32 or less",
    ],
    [
      { train: "augment: crop((8, 8, 8))" },
      "NN0620 crop((8, 8, 8))",
      "3 sizes are given for 2 axes; write one size for all axes, or one for each",
    ],
    [
      { train: "augment: resize(26 .. 30)" },
      "NN0620 resize(26 .. 30)",
      "`h` is anything from 35 to 40 in the end, and the model needs one size; end with `crop(26)`",
    ],
    [
      { train: "augment: rotate(15)" },
      "NN0405 15",
      "`angle` expects an angle such as `15 deg`, found the integer `15`; write `15 deg`",
    ],
    [
      { train: "augment: rotate(200 deg)" },
      "NN0406 200 deg",
      "`angle` must be above 0 and at most 180, found `200 deg` (200)",
    ],
    [
      { train: "augment: shift" },
      "NN0416 shift",
      "`shift` does not say along which axis: write `shift(h: 10%, w: 10%)`",
    ],
    [
      { train: "augment: shift(t: 10%)" },
      "NN0620 shift(t: 10%)",
      "the field has no axis `t`; write `h: 10%` or `w: 10%`",
    ],
    [
      { train: "augment: sometimes(30%, crop(20))" },
      "NN0620 sometimes(30%, crop(20))",
      "what stands in `sometimes` is not always done, so it must keep the size; cut or resize outside of it",
    ],
    [
      { train: "augment: any_of(flip(w), pick: 2)" },
      "NN0416 pick: 2",
      "2 cannot be picked of 1: write `pick: 1` or less",
    ],
    [
      { train: "augment: any_of(flip(w), mixup)" },
      "NN0620 any_of(flip(w), mixup)",
      "`mixup` blends whole rows, so it stands by itself at the end of `augment`; write `… then mixup(…)` outside of other augmentations",
    ],
    [
      { train: "augment: mixup then flip(w)" },
      "NN0620 mixup",
      "`mixup` cannot stand here: it blends whole rows, so it is written once, as the last part of `augment`",
    ],
    [
      { train: "augment: crops(16)" },
      "NN0620 crops(16)",
      "`crops` cannot stand here: it makes views for `predict: average(…)` and is nothing to train with",
    ],
    [
      { train: "augment: cutout(64)" },
      "NN0620 cutout(64)",
      "a square of twice the picture blanks all of it; write a smaller one",
    ],
    [
      { train: "augment: standardize" },
      "NN0411 standardize",
      "expected an augmentation, but `standardize` is a normalizer",
    ],
    [
      { train: "augment: flop(w)" },
      "NN0411 flop",
      "there is no augmentation called `flop`; did you mean `flip`?",
    ],
    [{ train: "augment: (picture: flip(w))" }, "NN0605 picture", "`D` has no field `picture`"],
    [
      { train: "augment: (label: flip(w))" },
      "NN0620 flip(w)",
      "`label` is no image and no signal but `class[B] of 10`; those are `f32` with one or two named axes of known sizes and then `c`",
    ],
    [{ train: "augment: 0.5" }, "NN0405 0.5", "`augment` expects augmentations joined by `then`"],
    [
      { ...signal, train: "augment: rotate(5 deg)" },
      "NN0620 rotate(5 deg)",
      "`rotate` needs images, with the axes `h` and `w`, and this field has only `t`; leave it out",
    ],
    [
      {
        fields: "image: f32[B, px: 4]\n  label: class[B] of 10",
        input: "image: f32[B, px: 4]",
        body: "image -> dense(10) as logits",
        train: "augment: flip(w)",
      },
      "NN0620 flip(w)",
      "`flip` needs an image or a signal, and no field of `D` is one; declare it with its axes, such as `image: f32[B, h: 32, w: 32, c: 3]`",
    ],
    [
      {
        fields: "image: f32[B, h: 8, w: 8, c: 1]\n  label: class[B] of 10",
        input: "image: f32[B, h: 8, w: 8, c: 1]",
        train: "augment: pca_color",
      },
      "NN0620 pca_color",
      "`pca_color` needs colours, and this field has one channel; write `brightness(10%)`",
    ],
    [
      {
        fields: "image: f32[B, h: 32, w: 24, c: 3]",
        loss: "mean_squared_error(logits, logits)",
        train: "augment: mixup",
      },
      "NN0620 mixup",
      "`mixup` blends inputs and targets, and this data has no field besides the inputs, such as `label: class[B] of 10`",
    ],
    [
      {
        fields: "image: f32[B, h: 32, w: 24, c: 3]\n  label: class[B] of 10\n  mask: bool[B]",
        train: "augment: mixup",
      },
      "NN0620 mixup",
      "`mixup` cannot blend `mask`: a mask has no values between",
    ],
    [
      { loss: "hinge(logits, label)", train: "augment: mixup" },
      "NN0713 label",
      "`label` of `hinge` must be class labels (`class[B] of n`), found `f32[B, c: 10]`; distributions over the classes fit `cross_entropy`",
    ],
    [{ train: "predict: average" }, "NN0620 average", "`average` takes the views to average over"],
    [
      { train: "predict: average(rotate(5 deg))" },
      "NN0620 rotate(5 deg)",
      "`rotate` is random; views are `crops` and `flip`",
    ],
    [
      { train: "predict: average(crops(16))" },
      "NN0620 crops(16)",
      "the views have 16 along `h`, and the model takes 32",
    ],
    [
      {
        input: "image: f32[B, h: 28, w: 28, c: 3]",
        train: "augment: resized_crop(28)\n  predict: average(crops(28))",
      },
      "NN0620 crops(28)",
      "crops of 28 do not fit into pictures of 24; write `from: 28` or more, to which pictures are resized first",
    ],
  ];
  test.each(wrong)("%o", (parts, place, message) => {
    const [first, ...others] = findings(parts);
    expect(first?.[0]).toBe(place);
    expect(first?.[1].startsWith(message) ? message : first?.[1]).toBe(message);
    expect(others).toEqual([]);
  });
});

test("every function that a definition calls is exported by the files that it names", () => {
  const runtime = readSources(import.meta.dirname);
  const picture = {
    axes: [
      { name: "h", from: 32, to: 32 },
      { name: "w", from: 32, to: 32 },
    ],
    channels: 3,
  };
  for (const definition of library.all("augmentation")) {
    if (definition.kind !== "augmentation" || definition.applies === "rows") continue;
    const text = definition.runtime.files.map((file) => runtime.get(file)).join("\n");
    const { value } = checkWithoutLints(
      spec({
        fields: "image: f32[B, h: 256, w: 256, c: 3]\n  label: class[B] of 10",
        input: "image: f32[B, h: 256, w: 256, c: 3]",
        train:
          definition.views && !definition.train
            ? `augment: crop(28)\n  ${definition.example}`
            : definition.example,
      }).replace(
        /model M\(image: f32\[B, h: 256, w: 256/,
        `model M(image: f32[B, h: ${/crops?\((28|224)/.exec(definition.example)?.[1] ?? 256}, w: ${/crops?\((28|224)/.exec(definition.example)?.[1] ?? 256}`,
      ),
    );
    const uses = [
      ...(value!.runs[0]!.augment?.fields ?? []).flatMap(({ steps }) =>
        steps.map(({ use }) => use),
      ),
      ...(value!.runs[0]!.views?.steps ?? []).map(({ use }) => use),
    ];
    const own = uses.find((use) => use.definition === definition)!;
    const calls = [
      definition.train?.(picture, own.arguments),
      definition.evaluate?.(picture, own.arguments),
      definition.views?.call(picture, own.arguments),
    ].filter((call) => call !== undefined);
    for (const { make } of calls)
      expect(text, `${definition.name}: ${make}`).toMatch(
        new RegExp(`^export function ${make}\\(`, "m"),
      );
  }
});
