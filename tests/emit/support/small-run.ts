import { size, symbol, type Dim } from "../../../src/compiler/ir/dim.ts";
import type { TensorType } from "../../../src/compiler/ir/type.ts";
import type { ArgumentValue, Use } from "../../../src/compiler/library/arguments.ts";
import type { Definition } from "../../../src/compiler/library/definition.ts";
import { library } from "../../../src/compiler/library/index.ts";
import type {
  Layer,
  Origin,
  Program,
  TypedRun,
  Value,
  Weight,
  WeightSettings,
} from "../../../src/compiler/typed/program.ts";

/** The texts of a spec that reach generated code; the hostile tests put other ones here. */
export interface Words {
  readonly run: string;
  readonly model: string;
  readonly data: string;
  readonly field: string;
  readonly label: string;
  readonly first: string;
  readonly last: string;
  readonly documentation: string;
  readonly path: string;
  readonly column: string;
  readonly spec: string;
}

export const plainWords: Words = {
  run: "Small",
  model: "Mlp",
  data: "Digits",
  field: "image",
  label: "label",
  first: "hidden",
  last: "logits",
  documentation: "Handwritten digits.",
  path: "data/digits.csv.gz",
  column: "65",
  spec: "small.nnspec",
};

/** A run built by hand: digits, a hidden layer with dropout, penalties of every kind, Adam with warm-up and cosine. */
export function smallRun(
  words: Words = plainWords,
  change: Partial<TypedRun> = {},
): { readonly program: Program; readonly run: TypedRun } {
  const source = { path: words.spec, text: "" };
  const span = { source, start: 0, end: 0 };
  const origin: Origin = { span, from: "the test" };
  const batch = symbol("B");
  const image: TensorType = {
    element: { kind: "f32" },
    axes: [
      { name: "B", size: batch },
      { name: "px", size: size(64) },
    ],
  };
  const label: TensorType = {
    element: { kind: "class", count: size(10) },
    axes: [{ name: "B", size: batch }],
  };
  const wide = (units: number): TensorType => ({
    element: { kind: "f32" },
    axes: [
      { name: "B", size: batch },
      { name: "c", size: size(units) },
    ],
  });
  const input: Value = {
    id: 0,
    type: image,
    span,
    name: words.field,
    body: { kind: "input", name: words.field },
  };
  const first = denseLayer(words.first, image, wide(12), 64, 12);
  const hidden: Value = {
    id: 1,
    type: wide(12),
    span,
    name: words.first,
    body: { kind: "layer", layer: first, inputs: [input] },
  };
  const relu: Value = {
    id: 2,
    type: wide(12),
    span,
    body: {
      kind: "activation",
      use: use("activation", "relu"),
      path: "relu_1",
      input: hidden,
      axis: 1,
    },
  };
  const dropping: Layer = layerOf("dropout", "dropout_1", { drop: 0.2 }, wide(12), wide(12), []);
  const dropped: Value = {
    id: 3,
    type: wide(12),
    span,
    body: { kind: "layer", layer: dropping, inputs: [relu] },
  };
  const last = denseLayer(words.last, wide(12), wide(10), 12, 10);
  const logits: Value = {
    id: 4,
    type: wide(10),
    span,
    name: words.last,
    body: { kind: "layer", layer: last, inputs: [dropped] },
  };
  const target: Value = {
    id: 5,
    type: label,
    span,
    name: words.label,
    body: { kind: "field", name: words.label },
  };
  const weights = [...first.weights, ...last.weights];
  const optimizer = { use: use("optimizer", "adam", { rate: 0.01 }), origin };

  function denseLayer(
    path: string,
    from: TensorType,
    to: TensorType,
    inputs: number,
    units: number,
  ): Layer {
    const weight = (name: string, role: "weights" | "biases", shape: readonly Dim[]): Weight => ({
      path: `${path}.${name}`,
      role,
      owner: "dense",
      shape,
      fanIn: size(inputs),
      fanOut: size(units),
      span,
      initializer: role === "weights" ? use("initializer", "kaiming") : use("initializer", "zeros"),
    });
    const made = [
      weight("weight", "weights", [size(inputs), size(units)]),
      weight("bias", "biases", [size(units)]),
    ];
    return layerOf("dense", path, { units: size(units), bias: true }, from, to, made);
  }
  function layerOf(
    kind: string,
    path: string,
    written: Use["arguments"],
    from: TensorType,
    to: TensorType,
    made: readonly Weight[],
  ): Layer {
    const definition = library.find("layer", kind);
    if (definition?.kind !== "layer") throw new Error(`no layer ${kind}`);
    return {
      path,
      definition,
      arguments: { ...defaults(definition), ...written },
      inputTypes: [from],
      outputType: to,
      weights: made,
      states: [],
      span,
      through: [],
      automatic: false,
      documentation: words.documentation,
    };
  }
  const settingsOf = (weight: Weight): WeightSettings => ({
    weight,
    init: { use: weight.initializer, origin },
    regularize:
      weight.role === "weights"
        ? {
            terms: [
              {
                kind: "use",
                use: use("regularizer", "elastic", { l1: 1e-5, l2: 1e-4 }),
                factor: 1,
              },
            ],
            origin,
          }
        : undefined,
    decay: undefined,
    rate: undefined,
    freeze: undefined,
    optimizer,
    dropconnect: undefined,
    load: undefined,
  });
  const data = {
    name: words.data,
    documentation: words.documentation,
    span,
    fields: [
      { name: words.field, type: image, documentation: words.documentation },
      { name: words.label, type: label },
    ],
    sources: [
      {
        part: "all" as const,
        source: {
          use: use("source", "csv", { path: words.path, header: false, target: words.column }),
          fieldArguments: { [words.label]: words.column },
          span,
        },
      },
    ],
    normalize: [{ field: words.field, steps: [use("normalizer", "standardize")] }],
    split: { train: 0.8, validation: 0.1, test: 0.1 },
  };
  const model = {
    name: words.model,
    documentation: words.documentation,
    span,
    inputs: [{ name: words.field, type: image, span }],
    outputs: [{ name: words.last, value: logits }],
    values: [input, hidden, relu, dropped, logits],
    layers: [first, dropping, last],
    weights,
    named: new Map([
      [words.first, hidden],
      [words.last, logits],
    ]),
  };
  const run: TypedRun = {
    name: words.run,
    documentation: words.documentation,
    span,
    model,
    data,
    inputs: new Map([[words.field, words.field]]),
    loss: { kind: "loss", use: use("loss", "cross_entropy"), operands: [logits, target], span },
    optimizer,
    schedule: {
      parts: [
        { kind: "use", use: use("schedule", "warmup", { duration: { amount: 1, unit: "epoch" } }) },
        { kind: "use", use: use("schedule", "cosine", { to: 1e-6 }) },
      ],
      origin,
    },
    batch: 128,
    epochs: 3,
    steps: undefined,
    stop: undefined,
    keep: { kind: "best", metric: "validation.loss", better: "lower" },
    saveEvery: undefined,
    metrics: [{ name: "accuracy", use: use("metric", "accuracy"), operands: [logits, target] }],
    clip: undefined,
    seed: 7,
    weights: weights.map(settingsOf),
    penalties: [
      {
        value: logits,
        target: "probabilities",
        terms: [
          {
            kind: "use",
            use: use("regularizer", "entropy", { lambda: 0.01, sense: "maximize" }),
            factor: 1,
          },
        ],
        origin,
      },
      {
        value: hidden,
        target: "activations",
        terms: [{ kind: "use", use: use("regularizer", "l1", { lambda: 1e-6 }), factor: 1 }],
        origin,
      },
    ],
    notYet: [],
    ...change,
  };
  const program: Program = {
    path: words.spec,
    dims: [],
    hypers: [],
    data: [data],
    models: [model],
    runs: [run],
    searches: [],
    ensembles: [],
    budgets: [],
  };
  return { program, run };
}

/** A library item with its defaults filled in. */
export function use<K extends Definition["kind"]>(
  kind: K,
  name: string,
  written: Use["arguments"] = {},
): Use<Extract<Definition, { kind: K }>> {
  const definition = library.find(kind, name);
  if (definition?.kind !== kind) throw new Error(`no ${kind} ${name}`);
  return {
    definition: definition as Extract<Definition, { kind: K }>,
    arguments: { ...defaults(definition), ...written },
  };
}

function defaults(definition: Definition): Use["arguments"] {
  const entries = Object.entries(definition.arguments).flatMap(
    ([name, specification]): (readonly [string, ArgumentValue])[] => {
      if ("defaults" in specification && specification.defaults !== undefined)
        return [[name, specification.defaults]];
      if (!("default" in specification) || specification.default === undefined) return [];
      const value =
        specification.kind === "size" ? size(Number(specification.default)) : specification.default;
      return [[name, value]];
    },
  );
  return Object.fromEntries(entries);
}
