import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { known, multiply } from "../../ir/dim.ts";
import type { Layer, TypedRun, WeightSettings } from "../../typed/program.ts";
import type { Context } from "./context.ts";

/**
 * A method that moves all weights together (L-BFGS, BFGS, Newton) searches along a line for a lower loss, so the loss must be a
 * function of the weights alone: the same rows at every step, and nothing random. Refuses what the model and the rules bring against
 * that; what settings do stands in their files.
 */
export function checkWholeMethod(context: Context, run: TypedRun): void {
  const { use } = run.optimizer;
  checkOwnMethods(context, run);
  if (use.definition.whole === undefined) return;
  const optimizer = use.definition.name;
  checkNoise(context, run, optimizer);
  checkSize(context, run, optimizer, use.definition.whole);
  checkFollowed(context, run, optimizer);
}

function checkNoise(context: Context, run: TypedRun, optimizer: string): void {
  const report = (span: Span, what: string, instead: string) =>
    context.report(diagnostic(messages.needsNoNoise, span, { optimizer, what, instead }));
  const noisy = run.model.layers.find(isNoisy);
  if (noisy)
    report(
      noisy.span,
      `\`${noisy.path}\` is random, or goes by the statistics of each batch, in training`,
      "take it out (`layer_norm` has no statistics of batches), or use `adam`",
    );
  const masked = run.weights.find(({ dropconnect }) => (dropconnect?.value ?? 0) > 0);
  if (masked)
    report(
      masked.dropconnect!.origin.span,
      `DropConnect masks \`${masked.weight.path}\` at random`,
      "take it out, or use `adam`",
    );
}

function isNoisy({ definition, arguments: values }: Layer): boolean {
  return definition.noise?.(values) === true || definition.normalizes?.(values).batch === true;
}

function checkSize(
  context: Context,
  run: TypedRun,
  optimizer: string,
  { most, curvature }: { readonly most?: number; readonly curvature?: boolean },
): void {
  const sizes = run.weights
    .filter(({ freeze }) => freeze?.value !== true)
    .map(({ weight }) => known(multiply(...weight.shape)));
  const weights = sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
  if (most === undefined || weights <= most) return;
  const why =
    curvature === true
      ? "every step runs the model once for each weight and solves as many equations"
      : "it keeps the square of that many numbers";
  context.report(
    diagnostic(messages.tooManyWeights, run.optimizer.origin.span, {
      optimizer,
      weights,
      most,
      why,
    }),
  );
}

/** Rules that move single weights in another way: the objective would no longer be what the method minimises. */
function checkFollowed(context: Context, run: TypedRun, optimizer: string): void {
  const report = (span: Span, setting: string, why: string) =>
    context.report(diagnostic(messages.movesAllWeights, span, { optimizer, setting, why }));
  const told = new Set<number>();
  for (const { rate, optimizer: own } of run.weights) {
    const owner = own.use !== run.optimizer.use ? own.origin : undefined;
    const rules = [
      ["lr", rate?.origin],
      ["optimizer", owner],
    ] as const;
    for (const [setting, at] of rules) {
      if (!at || told.has(at.span.start)) continue;
      told.add(at.span.start);
      report(
        at.span,
        setting,
        "it moves all weights together; `freeze: on` keeps single ones from moving",
      );
    }
  }
}

/** A rule cannot give some weights a method that moves all of them. */
function checkOwnMethods(context: Context, run: TypedRun): void {
  if (run.optimizer.use.definition.whole !== undefined) return;
  const told = new Set<WeightSettings["optimizer"]["origin"]>();
  for (const {
    optimizer: { use, origin },
  } of run.weights) {
    if (use.definition.whole === undefined || told.has(origin)) continue;
    told.add(origin);
    context.report(
      diagnostic(messages.movesAllWeights, origin.span, {
        optimizer: use.definition.name,
        setting: "optimizer",
        why: "it moves all weights together, so it stands in the run; `freeze: on` keeps single ones from moving",
      }),
    );
  }
}
