import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { defaults } from "../../library/defaults.ts";
import { augment } from "../../settings/augment.ts";
import { batch } from "../../settings/batch.ts";
import { epochs } from "../../settings/epochs.ts";
import { settings } from "../../settings/index.ts";
import { inputs } from "../../settings/inputs.ts";
import { loss } from "../../settings/loss.ts";
import { metrics } from "../../settings/metrics.ts";
import { schedule } from "../../settings/schedule.ts";
import { steps } from "../../settings/steps.ts";
import { teacher } from "../../settings/teacher.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { TypedData, TypedModel } from "../../typed/program.ts";
import { inferAugment } from "./augment.ts";
import type { Context, Scope } from "./context.ts";
import { checkGuarantee } from "./guarantee.ts";
import { inferInputs, modelOnData, reportSharedNames } from "./inputs.ts";
import { lookup } from "./lookup.ts";
import { exampleLoss, inferLoss } from "./loss.ts";
import { inferMetrics } from "./metrics.ts";
import { inferMixup } from "./mixup.ts";
import { checkMonitor, type Watched } from "./monitors.ts";
import { defaultOptimizer, inferOptimizer } from "./optimizer.ts";
import { ungrouped, type Around, type Readers } from "./reading-settings.ts";
import { runNames, type RunNames } from "./run-names.ts";
import { numbersOf, type RunNumbers } from "./run-numbers.ts";
import { checkLengths, inferSchedule, type PlacedPart } from "./schedule.ts";
import { inferStop } from "./stop.ts";
import { inferTeacher } from "./teacher.ts";
import { isSymbol } from "./types.ts";
import { inferViews } from "./views.ts";

/** A run whose settings are read: what is declared, and how settings are found. */
export interface RunAround extends Pick<Around, "context" | "data" | "placed" | "of"> {
  readonly scope: Scope;
  readonly item: Ast.TrainItem;
  readonly name: string;
  /** The model, before the symbols of its signature have the sizes of the data. */
  readonly unbound: TypedModel;
}

/** What follows from several settings, each worked out when it is first asked for; undefined where something was reported. */
export interface RunFacts {
  readonly model: () => TypedModel | undefined;
  readonly numbers: () => RunNumbers;
  /** Batches that one step takes. */
  readonly gathered: () => number;
  readonly watched: () => Watched | undefined;
  readonly languages: Readers;
}

/** The values of the run's settings and what stands between them, in whatever order they are asked for. */
export function factsOf(run: RunAround): RunFacts {
  const { context, scope, item, data, unbound, placed, of } = run;
  const place = (item.alias ?? item.model).span;
  const augmented = once(() => {
    const written = placed(augment);
    return written && inferAugment(context, written.scope, data, unbound, written.setting.value);
  });
  const mappedInputs = once(() => {
    const found = augmented();
    if (placed(augment) && !found) return undefined;
    const written = placed(inputs)?.setting;
    return inferInputs(context, unbound, found?.fed ?? data, written, place, (symbol) =>
      bindsSymbol(scope, item, symbol),
    );
  });
  const model = once(() => {
    const mapped = mappedInputs();
    const bound = mapped && modelOnRun(run, mapped, augmented()?.fed ?? data);
    return bound && !reportSharedNames(context, bound, data) ? bound : undefined;
  });
  const fed = once(() => {
    const [found, mapped] = [augmented(), mappedInputs()];
    if (!mapped) return undefined;
    return found ? inferMixup(context, found, mapped) : { augment: undefined, data };
  });
  const names = once((): RunNames | undefined => {
    const [own, mapped, rows] = [model(), mappedInputs(), fed()];
    if (!own || !mapped || !rows) return undefined;
    return {
      ...runNames(context, own, rows.data, mapped, of(teacher)?.teacher?.model),
      data,
    };
  });
  const readLoss = once(() => {
    const [known, written] = [names(), placed(loss)];
    if (!known) return undefined;
    if (written) return inferLoss(context, written.scope, known, written.setting.value);
    const example = exampleLoss(known);
    context.report(diagnostic(messages.missingLoss, place, { run: run.name, example }));
    return undefined;
  });
  const watched = once(() => {
    const measured = of(metrics);
    return measured && { data, ...measured };
  });
  const gathered = once(() =>
    settings.reduce((batches, setting) => batches * (setting.gathers?.(of(setting) ?? {}) ?? 1), 1),
  );
  // Where a setting was refused any number will do.
  const numbers = once(() =>
    numbersOf(data, {
      batch: of(batch)?.batch ?? 1,
      gathered: gathered(),
      epochs: of(epochs)?.epochs ?? 1,
      steps: of(steps)?.steps,
    }),
  );
  const parts = once(() => {
    const written = placed(schedule);
    if (!written) return constantSchedule(item);
    const read = inferSchedule(context, written.scope, written.setting.value);
    if (!read) return undefined;
    checkLengths(context, read, {
      epochs: of(epochs)?.epochs ?? 0,
      steps: of(steps)?.steps,
    });
    const seen = watched();
    if (seen) checkWatching(context, seen, read);
    return read;
  });
  const byDefault = { span: item.span, from: "default of a run" };
  const languages: Readers = {
    augment: () => {
      const rows = fed();
      return rows && { steps: rows.augment };
    },
    inputs: mappedInputs,
    teacher: (written) => written && inferTeacher(context, run.name, written, data),
    loss: () => readLoss()?.expression,
    metrics: (written) => {
      const [known, read] = [names(), readLoss()];
      const at = written?.scope ?? scope;
      return (
        known &&
        read &&
        inferMetrics({ context, scope: at, names: known, terms: read.terms }, written?.setting)
      );
    },
    optimizer: (written) => {
      if (!written) return { use: defaultOptimizer(), origin: byDefault };
      const { value } = written.setting;
      const use = inferOptimizer(context, written.scope, value, numbers());
      return use && { use, origin: { span: value.span, from: written.from } };
    },
    schedule: (written) => {
      const read = parts();
      const origin = written ? { span: written.setting.value.span, from: written.from } : byDefault;
      return read && { parts: read.map(({ part }) => part), origin };
    },
    guarantee: (written) => {
      const read = parts();
      if (written && read) checkGuarantee(context, read, written.setting);
      return read && true;
    },
    condition: (written) => {
      const seen = watched();
      if (!written || !seen) return undefined;
      return inferStop({ context, scope: written.scope, watched: seen }, written.setting.value);
    },
    views: (written) => {
      const [rows, mapped] = [fed(), mappedInputs()];
      const value = written && ungrouped(written.setting.value);
      if (value?.kind !== "reference" || !rows || !mapped) return undefined;
      const about = { data, fed: rows.data, inputs: mapped };
      return inferViews(context, written!.scope, about, value);
    },
  };
  return { model, numbers, gathered, watched, languages };
}

/** What is made when it is first asked for, and once. */
export function once<Made>(make: () => Made): () => Made {
  let made: { readonly value: Made } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Schedules that watch a number (plateau) watch one that the run has. */
function checkWatching(context: Context, watched: Watched, parts: readonly PlacedPart[]): void {
  for (const { part, span } of parts) {
    if (part.kind !== "use" || part.use.definition.watches !== true) continue;
    for (const [name, specification] of Object.entries(part.use.definition.arguments)) {
      const monitor = part.use.arguments[name];
      if (specification.kind === "monitor" && typeof monitor === "string")
        checkMonitor(context, watched, monitor, span, schedule.name);
    }
  }
}

/** Whether a symbol of the model's types is of its signature, not a dim of its file. */
function bindsSymbol(scope: Scope, item: Ast.TrainItem, symbol: string): boolean {
  const binding = lookup(scope, item.model.text);
  return binding?.kind === "declaration" && isSymbol(binding.declaration.scope, symbol);
}

/** The model with the symbols of its signature bound to the sizes of the data. */
function modelOnRun(
  { context, scope, item, unbound }: RunAround,
  mapped: ReadonlyMap<string, string>,
  rows: TypedData,
): TypedModel | undefined {
  const binding = lookup(scope, item.model.text);
  const at = (item.alias ?? item.model).span;
  return binding?.kind === "declaration"
    ? modelOnData(context, binding.declaration, unbound, mapped, rows, at)
    : unbound;
}

function constantSchedule({ span }: Ast.TrainItem): readonly PlacedPart[] {
  const definition = defaults.schedule;
  const values = Object.fromEntries(
    Object.keys(definition.arguments).map((name) => [name, undefined]),
  );
  return [{ part: { kind: "use", use: { definition, arguments: values } }, span }];
}
