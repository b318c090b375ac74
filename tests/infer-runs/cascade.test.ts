import { describe, expect, test } from "vitest";
import { textOf } from "../../src/compiler/base/source.ts";
import { showPenalties, showUse } from "../../src/compiler/typed/show.ts";
import { findings, run, spec, weight } from "./specs.ts";

const blocks = `block Inner(width)(x: f32[B, _: n]) -> f32[B, c: width] {
  return x -> dense(width) as deep
  for weights { regularize: l2(1) }
}
block Outer(width)(x: f32[B, _: n]) -> f32[B, c: width] {
  return x -> Inner(width) as inner -> relu -> dense(width) as own
  INSIDE
}`;

const nested = "return image -> repeat 2 Outer(16) as stage -> dense(10) as logits";

/** Rules of the model and of the run, and the L2 penalty that wins for `stage[1].inner.deep.weight`. */
const specificity: readonly {
  readonly name: string;
  readonly inside?: string;
  readonly model?: string;
  readonly run?: string;
  readonly wins: string;
}[] = [
  { name: "the inner block alone", wins: "l2(lambda: 1)" },
  {
    name: "a plain rule of the outer block is less deep",
    inside: "for weights { regularize: l2(2) }",
    wins: "l2(lambda: 1)",
  },
  {
    name: "a path in the outer block as deep as the inner block's place: the outer block wins",
    inside: "for weights(inner) { regularize: l2(2) }",
    wins: "l2(lambda: 2)",
  },
  {
    name: "a deeper path in the outer block",
    inside: "for weights(inner.deep) { regularize: l2(2) }",
    wins: "l2(lambda: 2)",
  },
  {
    name: "a plain rule of the model is the least deep",
    model: "for weights { regularize: l2(3) }",
    wins: "l2(lambda: 1)",
  },
  {
    name: "a plain rule of the run too",
    run: "for weights { regularize: l2(4) }",
    wins: "l2(lambda: 1)",
  },
  {
    name: "a path of the model as deep as the block's place: the model wins",
    model: "for weights(stage.inner) { regularize: l2(3) }",
    wins: "l2(lambda: 3)",
  },
  {
    name: "the run wins over the model at equal depth",
    model: "for weights(stage.inner) { regularize: l2(3) }",
    run: "for weights(stage.inner) { regularize: l2(4) }",
    wins: "l2(lambda: 4)",
  },
  {
    name: "a deeper path of the model wins over the run",
    model: "for weights(stage.inner.deep) { regularize: l2(3) }",
    run: "for weights(stage.inner) { regularize: l2(4) }",
    wins: "l2(lambda: 3)",
  },
  {
    name: "`of` wins over a plain target at equal depth",
    model: "for weights(stage.inner) of dense { regularize: l2(3) }",
    run: "for weights(stage.inner) { regularize: l2(4) }",
    wins: "l2(lambda: 3)",
  },
  {
    name: "the later line wins among equals",
    model:
      "for weights(stage.inner) { regularize: l2(3) }\n  for weights(stage[1].inner) { regularize: l2(5) }",
    wins: "l2(lambda: 5)",
  },
  {
    name: "a range of repetitions matches its repetitions only",
    model: "for weights(stage[2 .. 2].inner) { regularize: l2(5) }",
    wins: "l2(lambda: 1)",
  },
  { name: "`none` removes", run: "for weights(stage.inner) { regularize: none }", wins: "none" },
];

describe("which rule wins for `stage[1].inner.deep.weight`", () => {
  test.each(specificity)("$name", ({ inside = "", model = "", run: inRun = "", wins }) => {
    const text = spec({
      head: blocks.replace("INSIDE", inside),
      body: nested,
      rules: model,
      train: inRun,
    });
    const { regularize } = weight(run(text), "stage[1].inner.deep.weight");
    expect(regularize && showPenalties(regularize.terms)).toBe(wins);
  });
});

test("each repetition is its own: stage[2] by a path with its index", () => {
  const text = spec({
    head: blocks.replace("INSIDE", ""),
    body: nested,
    rules: "for weights(stage[2].inner.deep) { regularize: l1(7) }",
  });
  const of = (path: string) => showPenalties(weight(run(text), path).regularize?.terms ?? []);
  expect([
    of("stage[1].inner.deep.weight"),
    of("stage[2].inner.deep.weight"),
    of("stage[1].own.weight"),
  ]).toEqual(["l2(lambda: 1)", "l1(lambda: 7)", "none"]);
});

test("penalties add by `+`, scale by numbers, and are replaced whole", () => {
  const rules =
    "for weights { regularize: l1(1e-5) + 0.5 * l2(1e-4) }\n  for weights(logits) { regularize: 2 * (l1(3) + l2(4)) }";
  const of = (path: string) =>
    showPenalties(weight(run(spec({ rules })), path).regularize?.terms ?? []);
  expect(of("hidden.weight")).toBe("l1(lambda: 0.00001) + 0.5 * l2(lambda: 0.0001)");
  expect(of("logits.weight")).toBe("2 * l1(lambda: 3) + 2 * l2(lambda: 4)");
});

test("a definition is a penalty", () => {
  const text = spec({
    head: "define cubic(w, k = 1) = k * abs(w) ^ 3",
    rules: "for weights { regularize: cubic(2) }",
  });
  const [term] = weight(run(text), "hidden.weight").regularize?.terms ?? [];
  expect(term).toMatchObject({ kind: "formula", name: "cubic", variable: "w", factor: 1 });
});

test("keys are won one by one", () => {
  const rules =
    "for weights { init: xavier, regularize: l2(1) }\n  for weights(logits) { init: zeros }";
  const { init, regularize } = weight(run(spec({ rules })), "logits.weight");
  expect([showUse(init.use), showPenalties(regularize!.terms)]).toEqual(["zeros", "l2(lambda: 1)"]);
});

test("an argument of the layer is a rule with its whole path", () => {
  const body = "return image -> dense(32, init: zeros) as hidden -> relu -> dense(10) as logits";
  const { init } = weight(
    run(spec({ body, rules: "for weights { init: xavier }" })),
    "hidden.weight",
  );
  expect([init.use.definition.name, textOf(init.origin.span)]).toEqual(["zeros", "zeros"]);
});

test("the run wins over the recipe, the recipe over the model", () => {
  const tail = "recipe Zero { for weights { init: zeros } }\nrecipe Empty { epochs: 3 }";
  const of = (train: string, recipe: string) =>
    weight(
      run(
        spec({
          tail,
          train,
          rules: "for weights { init: ones }",
          opening: `train Net on Digits with ${recipe}`,
        }),
      ),
      "hidden.weight",
    ).init.use.definition.name;
  expect(of("", "Zero")).toBe("zeros");
  expect(of("for weights { init: xavier }", "Zero")).toBe("xavier");
  expect(of("", "Empty")).toBe("ones");
});

describe("targets", () => {
  const body =
    "return image -> dense(32) as hidden -> batch_norm as norm -> relu -> dense(10) as logits";
  const frozen = (rule: string) =>
    run(spec({ body, rules: rule }))
      .weights.filter((settings) => settings.freeze?.value)
      .map((settings) => settings.weight.path);
  test.each([
    ["for weights { freeze: on }", ["hidden.weight", "logits.weight"]],
    ["for biases { freeze: on }", ["hidden.bias", "logits.bias"]],
    ["for scales { freeze: on }", ["norm.scale"]],
    ["for shifts { freeze: on }", ["norm.shift"]],
    [
      "for parameters(hidden, norm) { freeze: on }",
      ["hidden.weight", "hidden.bias", "norm.scale", "norm.shift"],
    ],
    ["for parameters of batch_norm { freeze: on }", ["norm.scale", "norm.shift"]],
    ["for weights(hidden.weight) { freeze: on }", ["hidden.weight"]],
  ])("%s", (rule, expected) => expect(frozen(rule)).toEqual(expected));
});

test("only weights decay by the optimizer's own decay, unless a rule names others", () => {
  const of = (train: string) =>
    run(spec({ train: `optimizer: adamw(1e-3, decay: 0.1)\n  ${train}` })).weights.map(
      (settings) => settings.decay?.value,
    );
  expect(of("")).toEqual([undefined, 0, undefined, 0]);
  expect(of("for biases(hidden) { decay: 0.2 }")).toEqual([undefined, 0.2, undefined, 0]);
});

test("groups: a multiple of the rate, a rate, another optimizer", () => {
  const settled = run(
    spec({
      train:
        "for parameters(hidden) { lr: 0.1x }\n  for parameters(logits) { lr: 0.5, optimizer: sgd(0.1) }",
    }),
  );
  expect(weight(settled, "hidden.bias").rate?.value).toEqual({ multiple: 0.1 });
  expect(weight(settled, "logits.weight").rate?.value).toBe(0.5);
  expect(weight(settled, "logits.weight").optimizer.use.definition.name).toBe("sgd");
});

test("values and distributions are penalised by name, in blocks by the path of each use", () => {
  const head =
    "block Sparse(x: f32[B, _: n]) -> f32[B, c: 16] {\n  return x -> dense(16) -> relu as code\n  for activations(code) { regularize: l1(1) }\n}".replace(
      "Sparse(x",
      "Sparse()(x",
    );
  const body = "return image -> repeat 2 Sparse as stage -> dense(10) as logits";
  const { penalties } = run(
    spec({
      head,
      body,
      rules: "for probabilities(logits) { regularize: entropy(0.01, sense: maximize) }",
    }),
  );
  expect(penalties.map(({ value, target }) => `${target} ${value.name}`).sort()).toEqual([
    "activations stage[1].code",
    "activations stage[2].code",
    "probabilities logits",
  ]);
});

describe("findings", () => {
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["for weigths { init: zeros }", ["NN0501 weigths"]],
    ["for weights(hiden) { init: zeros }", ["NN0502 hiden"]],
    ["for weights(hidden, logit) { init: zeros }", ["NN0502 logit"]],
    ["for weights(hidden[2]) { init: zeros }", ["NN0502 hidden[2]"]],
    ["for scales(hidden) { init: zeros }", ["NN0502 hidden"]],
    ["for activations(hidden, codes) { regularize: l1(1) }", ["NN0502 codes"]],
    ["for scales { init: zeros }", ["NN0515 for scales { init: zeros }"]],
    ["for weights of conv { init: zeros }", ["NN0515 for weights of conv { init: zeros }"]],
    ["for weights of cnv { init: zeros }", ["NN0507 cnv"]],
    ["for weights of gru { init: orthogonal }", ["NN0515 for weights of gru { init: orthogonal }"]],
    ["for weights { dropconnect: 0.5 }", []],
    ["for weights { dropconnect: 1 }", ["NN0406 1"]],
    ["for biases { dropconnect: 0.5 }", ["NN0505 dropconnect"]],
    ["for parameters { dropconnect: 0.5 }", ["NN0505 dropconnect"]],
    ["for weights { initial: zeros }", ["NN0504 initial"]],
    ["for activations(hidden) { freeze: on }", ["NN0505 freeze"]],
    ["for parameters { init: zeros }", ["NN0505 init"]],
    [
      "for weights { regularize: entropy(0.1, sense: maximize) }",
      ["NN0506 entropy(0.1, sense: maximize)"],
    ],
    ["for probabilities(logits) { regularize: l2(0.1) }", ["NN0506 l2(0.1)"]],
    ["for probabilities { regularize: entropy(0.1, sense: maximize) }", ["NN0508 probabilities"]],
    ["for weights { regularize: l1(1) - l2(1) }", ["NN0509 l1(1) - l2(1)"]],
    ["for weights { regularize: l1(1) * l2(1) }", ["NN0509 l1(1) * l2(1)"]],
    ["for weights { regularize: elu }", ["NN0411 elu"]],
    ["for weights { regularize: entropy(0.1) }", ["NN0403 entropy(0.1)"]],
    ["for biases(logits) { init: values(1, 2) }", ["NN0510 values(1, 2)"]],
    ["for weights { load: Net }", ["NN0511 Net"]],
    ["for weights { lr: -1 }", ["NN0406 -1"]],
    ["for weights { freeze: true }", ["NN0413 true"]],
    ["for weights { init: zeros, init: ones }", ["NN0514 init"]],
    ["for weights { for biases { init: zeros } }", ["NN0512 for biases { init: zeros }"]],
    ["for weights { decay: 0.1 }", ["NN0513 0.1"]],
  ];
  test.each(wrong)("%s", (rule, expected) =>
    expect(findings(spec({ train: rule }))).toEqual(expected),
  );
});

test("a rule on an automatic name is a warning that offers `as`", () => {
  const body = "return image -> dense(32) -> relu -> dense(10) as logits";
  expect(findings(spec({ body, rules: "for weights(dense_1) { init: zeros }" }))).toEqual([
    "NN0503 dense_1",
  ]);
});

test("a block's rule that matches in one use only is right", () => {
  const head =
    "block Maybe(width)(x: f32[B, _: n]) -> f32[B, c: width] {\n  return if width == 16 then x -> dense(width) as small else x -> dense(width) as large\n  for weights(small) { init: zeros }\n}";
  const body =
    "return image -> Maybe(16) as one -> relu -> Maybe(32) as two -> dense(10) as logits";
  expect(findings(spec({ head, body }))).toEqual([]);
});
