import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { unknownSymbol } from "../../base/diagnostics/catalogue/arguments.ts";
import * as messages from "../../base/diagnostics/catalogue/hypers.ts";
import { unknownModel } from "../../base/diagnostics/catalogue/training.ts";
import { suggest } from "../../base/suggest.ts";
import { bounds, known, multiply, size, type Dim } from "../../ir/dim.ts";
import { settings } from "../../settings/index.ts";
import { kroneckerLayers } from "../../typed/kronecker.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Program, TypedModel, TypedRun } from "../../typed/program.ts";
import { numberOf, replace } from "./argument-values.ts";
import type { CompileValue, Context, Scope } from "./context.ts";
import { describeValue, snippet } from "./describe.ts";
import { evaluate } from "./evaluate.ts";
import { describeItem, lookup } from "./lookup.ts";
import { describe, type Assignment, type Variant } from "./proof.ts";
import { namesOf } from "./recipes.ts";
import type { RunVariant } from "./run-proof.ts";

/** What a budget may limit. */
export const quantities = [
  "parameters",
  "multiply_adds",
  "training_memory",
  "inference_memory",
  "weights_size",
] as const;
type Quantity = (typeof quantities)[number];
const bytesOf: Readonly<Record<string, number>> = { int8: 1, f16: 2, f32: 4 };

/** `budget Model { … }`: the limits that can be measured hold for every value of every hyper, or are reported. */
export function inferBudget(
  context: Context,
  scope: Scope,
  item: Ast.BudgetItem,
  models: (name: string) => readonly Variant[],
  runs: readonly RunVariant[],
): Program["budgets"][number] | undefined {
  const binding = lookup(scope, item.model.text);
  if (binding?.kind !== "declaration" || binding.declaration.item.kind !== "model") {
    const found =
      binding?.kind === "declaration" ? describeItem(binding.declaration.item) : undefined;
    const suggestion = suggest(item.model.text, namesOf(scope, "model"));
    context.report(
      diagnostic(
        unknownModel,
        item.model.span,
        { name: item.model.text, what: "model", found, suggestion },
        { fixes: suggestion === undefined ? [] : [replace(item.model.span, suggestion)] },
      ),
    );
    return undefined;
  }
  context.use(binding.span);
  const measured = models(item.model.text);
  const own = runs.filter(({ run }) => run.model.name === item.model.text);
  for (const limit of item.limits)
    checkLimit(context, scope, item.model.text, limit, measured, own);
  return { model: item.model.text, span: item.span };
}

function checkLimit(
  context: Context,
  scope: Scope,
  name: string,
  limit: Ast.Limit,
  models: readonly Variant[],
  runs: readonly RunVariant[],
): void {
  const { quantity: call } = limit;
  const quantity = quantities.find((each) => each === call.name.text);
  if (!quantity) {
    const suggestion = suggest(call.name.text, quantities);
    const fixes = suggestion === undefined ? [] : [replace(call.name.span, suggestion)];
    context.report(
      diagnostic(
        messages.unknownQuantity,
        call.name.span,
        { name: call.name.text, known: quantities, suggestion },
        { fixes },
      ),
    );
    return;
  }
  const precision = precisionOf(context, quantity, call);
  const bound = boundOf(context, scope, quantity, limit);
  if (bound === undefined || precision === undefined) return;
  const isMemory = quantity === "training_memory" || quantity === "inference_memory";
  const amounts = (
    isMemory ? together(models, runs) : models.map((variant) => ({ ...variant, run: undefined }))
  ).map(({ model, run, values }) => ({ values, amount: measure[quantity](model, precision, run) }));
  if (amounts.some(({ amount }) => amount === undefined)) {
    context.report(diagnostic(messages.notMeasured, call.span, { quantity, model: name }));
    return;
  }
  const worst = amounts
    .toSorted((left, right) => right.amount! - left.amount!)
    .find(({ amount }) => !holds(amount!, limit.comparison, bound));
  if (!worst) return;
  const isCount = quantity === "parameters" || quantity === "multiply_adds";
  const found = isCount ? String(worst.amount) : `${worst.amount} bytes of`;
  const what = quantity === "weights_size" ? "weights" : quantity.replace(/_/g, " ");
  const when = describe(worst.values);
  const notes =
    when === ""
      ? []
      : [
          `with ${when}, which ${worst.values.size === 1 ? "the domain allows" : "the domains allow"}`,
        ];
  context.report(
    diagnostic(
      messages.overBudget,
      limit.span,
      {
        quantity: what,
        model: name,
        found,
        limit: `${limit.comparison} ${snippet(limit.bound.span)}`,
      },
      { notes },
    ),
  );
}

/** Bytes of a number: `weights_size(int8)`; the other quantities take no argument. */
function precisionOf(context: Context, quantity: Quantity, call: Ast.Call): number | undefined {
  const written = call.arguments ?? [];
  if (quantity !== "weights_size" || written.length === 0) {
    if (written.length === 0) return 4;
    context.report(
      diagnostic(messages.wrongBound, call.span, {
        quantity,
        expected: "no argument",
        found: `\`${snippet(call.span)}\``,
      }),
    );
    return undefined;
  }
  const value = written[0]!.value;
  const word = value.kind === "reference" && value.path.length === 1 ? value.path[0]!.text : "";
  if (written.length === 1 && Object.hasOwn(bytesOf, word)) return bytesOf[word];
  const choices = Object.keys(bytesOf);
  context.report(
    diagnostic(unknownSymbol, value.span, {
      name: quantity,
      found: snippet(value.span),
      choices,
      suggestion: suggest(word, choices),
    }),
  );
  return undefined;
}

function boundOf(
  context: Context,
  scope: Scope,
  quantity: Quantity,
  limit: Ast.Limit,
): number | undefined {
  const value = evaluate(context, scope, limit.bound);
  if (!value) return undefined;
  const isSize = quantity !== "parameters" && quantity !== "multiply_adds";
  const bound = isSize ? (value.kind === "bytes" ? value.bytes : undefined) : numberOf(value);
  const upper = limit.comparison === "<" || limit.comparison === "<=";
  if (bound !== undefined && upper) return bound;
  const expected = !upper
    ? "`<` or `<=`"
    : isSize
      ? "a size such as `64 MiB`"
      : "a number such as `300k`";
  const found = !upper ? `\`${limit.comparison}\`` : describeValue(value, limit.bound.span);
  context.report(
    diagnostic(messages.wrongBound, upper ? limit.bound.span : limit.span, {
      quantity,
      expected,
      found,
    }),
  );
  return undefined;
}

function holds(amount: number, comparison: Ast.Comparison, bound: number): boolean {
  return comparison === "<" ? amount < bound : amount <= bound;
}

interface Measured {
  readonly model: TypedModel;
  readonly run: TypedRun | undefined;
  readonly values: Assignment;
}

/** Every model with every run of it whose values it can have at the same time: a hyper that both ask for has one value. */
function together(models: readonly Variant[], runs: readonly RunVariant[]): readonly Measured[] {
  if (runs.length === 0) return models.map((variant) => ({ ...variant, run: undefined }));
  const ofModels = new Set(models.flatMap(({ values }) => [...values.keys()]));
  const ofRuns = new Set(runs.flatMap(({ values }) => [...values.keys()]));
  return models.flatMap(({ model, values }) => {
    const common = [...values.keys()].filter((hyper) => ofRuns.has(hyper));
    const possible = ({ values: others }: RunVariant): boolean =>
      [...others].every(
        ([hyper, value]) => !ofModels.has(hyper) || sameValue(hyper, value, values.get(hyper)),
      ) &&
      (common.length === 0 || common.some((hyper) => others.has(hyper)));
    return runs.filter(possible).map((variant) => ({
      model,
      run: variant.run,
      values: new Map([...values, ...variant.values]),
    }));
  });
}

function sameValue(
  hyper: Ast.HyperItem,
  value: CompileValue,
  other: CompileValue | undefined,
): boolean {
  return (
    other !== undefined &&
    describe(new Map([[hyper, value]])) === describe(new Map([[hyper, other]]))
  );
}

/** What can be measured from the types alone: for memory the sum of all tensors, which a plan that reuses buffers stays below. */
const measure = {
  parameters: parameterCount,
  multiply_adds: multiplyAdds,
  weights_size: (model, bytes) => times(parameterCount(model), bytes),
  training_memory: (model, _, run) =>
    trainingMemory(model, run ? stepOf(run) : { batch: 32, slots: 2 }),
  inference_memory: (model, _, run) =>
    inferenceMemory(model, run ? stepOf(run) : { batch: 32, slots: 0 }),
} satisfies Record<
  Quantity,
  (model: TypedModel, bytes: number, run: TypedRun | undefined) => number | undefined
>;

/** What one training step holds besides the model: rows, and the optimiser's tensors for each weight. */
interface Step {
  readonly batch: number | undefined;
  readonly slots: number;
  /** Numbers that the optimiser keeps for whole layers (K-FAC). */
  readonly factors?: number | undefined;
}

function stepOf(run: TypedRun): Step {
  const { batch, optimizer } = run;
  return {
    batch: batch === "all" ? undefined : batch,
    slots:
      Object.keys(optimizer.use.definition.slots(optimizer.use.arguments)).length +
      (settings.some((setting) => (setting.gathers?.(run) ?? 1) > 1) ? 1 : 0),
    factors: factorsOf(run),
  };
}

/** The numbers in A and G of each layer of K-FAC, and in their inverses. */
function factorsOf(run: TypedRun): number | undefined {
  return total(
    kroneckerLayers(run).map(({ weight, bias }) => {
      const [inputs, outputs] = [
        product(weight.weight.shape.slice(0, -1)),
        product(weight.weight.shape.slice(-1)),
      ];
      return inputs === undefined || outputs === undefined
        ? undefined
        : 2 * ((inputs + (bias ? 1 : 0)) ** 2 + outputs ** 2);
    }),
  );
}

/** 4 bytes for every weight, its gradient and its slots, for what the optimiser keeps of layers, and for every value of a batch and its gradient. */
function trainingMemory(
  model: TypedModel,
  { batch, slots, factors = 0 }: Step,
): number | undefined {
  const [weights, values] = [
    parameterCount(model),
    batch === undefined ? undefined : valuesOf(model, batch),
  ];
  return weights === undefined || values === undefined
    ? undefined
    : 4 * (weights * (2 + slots) + factors + 2 * values);
}

/** 4 bytes for every weight and for every value of a batch. */
function inferenceMemory(model: TypedModel, { batch }: Step): number | undefined {
  const [weights, values] = [
    parameterCount(model),
    batch === undefined ? undefined : valuesOf(model, batch),
  ];
  return weights === undefined || values === undefined ? undefined : 4 * (weights + values);
}

/** The numbers in all values of the model for so many rows, of bounded dims the most. */
function valuesOf(model: TypedModel, batch: number): number | undefined {
  const own = model.values.filter(
    ({ body }) => body.kind !== "number" && body.kind !== "parameter",
  );
  return times(
    total(own.map((value) => most(value.type.axes.slice(1).map((axis) => axis.size)))),
    batch,
  );
}

function most(sizes: readonly Dim[]): number | undefined {
  const { to } = bounds(multiply(size(1), ...sizes));
  return to === undefined ? undefined : Number(to);
}

function times(count: number | undefined, factor: number): number | undefined {
  return count === undefined ? undefined : count * factor;
}

/** Trainable numbers; tied weights are counted once. */
function parameterCount(model: TypedModel): number | undefined {
  return total(
    model.weights.filter((weight) => !weight.tied).map((weight) => product(weight.shape)),
  );
}

/** Multiplications with weights for one example: each matrix or kernel is applied at every place of its layer's output. */
function multiplyAdds(model: TypedModel): number | undefined {
  return total(
    model.values.flatMap(({ body }) => {
      if (body.kind !== "layer") return [];
      const places = body.layer.outputType.axes
        .slice(1)
        .filter((axis) => axis.name !== "c")
        .map((axis) => axis.size);
      return body.layer.weights
        .filter((weight) => weight.role === "weights")
        .map((weight) => product([...weight.shape, ...places]));
    }),
  );
}

function product(sizes: readonly Dim[]): number | undefined {
  return known(multiply(size(1), ...sizes));
}

function total(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.includes(undefined)
    ? undefined
    : amounts.reduce<number>((sum, amount) => sum + amount!, 0);
}
