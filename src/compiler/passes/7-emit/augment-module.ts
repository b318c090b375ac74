import { invariant } from "../../base/invariant.ts";
import type { Use } from "../../library/arguments.ts";
import type { AugmentationArgument, PictureType, RuntimeCall } from "../../library/definition.ts";
import { isProblem, throughSteps } from "../../library/support/pictures.ts";
import type { FieldAugmentation, TypedViews } from "../../typed/augment.ts";
import type { TypedRun } from "../../typed/program.ts";
import { comment, join, literal, name, nothing, ts, type Code } from "./code.ts";
import type { Emission } from "./emission.ts";
import type { ModuleText } from "./modules.ts";

/** `augment.ts`: what training does to its rows, and what is done to all rows where nothing is drawn. Only of runs that ask for it. */
export function augmentModule({ compiled: { run } }: Emission): ModuleText | undefined {
  const { augment, views } = run;
  if (!augment && !views) return undefined;
  return {
    path: "augment.ts",
    header: comment(`What run ${run.name} does to its rows before the model is given them.`),
    statements: [
      ...(augment ? [augmenting(augment)] : []),
      ...(augment && isFed(run) ? [feeding(augment)] : []),
      ...(views ? [viewsOf(views)] : []),
    ],
  };
}

function viewsOf(views: TypedViews): Code {
  const lists = views.steps.map(({ use, before }) => {
    const call = use.definition.views?.call(before, use.arguments);
    invariant(call, "views were proved to be views");
    return printCall(call, before, views);
  });
  return ts`/** The views of a row whose predictions are averaged, and the shape of the rows. */
export const views: readonly View[] = combineViews(${join(lists, ts`, `)});
export const viewed = { field: ${literal(views.field)}, shape: ${shapeOf(views.picture)} } as const;`;
}

type Augment = NonNullable<TypedRun["augment"]>;

/** Whether rows are changed where nothing is drawn: pictures cut to size, labels made distributions. */
export function isFed({ augment }: TypedRun): boolean {
  return (
    augment !== undefined &&
    ((augment.mixup?.labels.length ?? 0) > 0 || augment.fields.some(fixedSteps))
  );
}

/** Whether an input of the model is cut to size. */
export function fedFields({ augment }: TypedRun): readonly string[] {
  return (augment?.fields ?? []).filter(fixedSteps).map(({ field }) => field);
}

function fixedSteps({ steps }: FieldAugmentation): boolean {
  return steps.some(({ use }) => use.definition.evaluate !== undefined);
}

function augmenting({ fields, mixup }: Augment): Code {
  const entries = fields.map((field) => {
    const steps = field.steps.map(({ use, before }) => printUse(use, before, field));
    return ts`[${literal(field.field)}, { shape: ${shapeOf(field.picture)}, steps: [${join(steps, ts`, `)}] }],`;
  });
  const mixed = mixup
    ? ts`mixup: ${literal({ alpha: mixup.alpha, fields: [...mixup.fields] })},`
    : nothing;
  return ts`/** What is done to the rows of each batch in training, drawn anew in every epoch. */
export function augmentingOf(${measuresRows(fields) ? ts`train: Part` : nothing}): Augmenting {
  ${fields.flatMap((field) => measure(field))}
  return {
    fields: new Map<string, FieldAugmentation>([${entries}]),
    ${mixed}
  };
}`;
}

/** Whether a worker makes the batches of the run. */
export function prefetches({ augment }: TypedRun): boolean {
  return (
    augment !== undefined &&
    augment.fields.some(({ steps }) =>
      steps.some(({ use: { definition } }) => definition.quick !== true),
    )
  );
}

/** `augment-worker.ts`: what the worker runs. */
export function workerModule({ compiled: { run } }: Emission): ModuleText | undefined {
  if (!prefetches(run)) return undefined;
  return {
    path: "augment-worker.ts",
    header: comment(
      "A thread that makes batches while the device computes; train.ts starts it where that is worth it.",
    ),
    statements: [ts`serveBatches(augmentingOf);`],
  };
}

/** Whether something is measured on the training rows. */
export function measuresRows(fields: readonly FieldAugmentation[]): boolean {
  return fields.some((field) => statisticsOf(field).size > 0);
}

const functions = { ranges: "channelRanges", components: "colorComponents" } as const;

/** What is measured on the training rows of a field, once. */
function measure(field: FieldAugmentation): readonly Code[] {
  return [...statisticsOf(field)].map(
    (what) =>
      ts`const ${name(what)} = ${name(functions[what])}(originalColumn(train, ${literal(field.field)}), train.rows, ${literal(field.picture.channels)});`,
  );
}

export function statisticsOf({ steps }: FieldAugmentation): ReadonlySet<"ranges" | "components"> {
  const found = new Set<"ranges" | "components">();
  const visit = (use: Use, picture: PictureType): void => {
    for (const argument of callOf(use, picture).arguments) {
      if (typeof argument !== "object") continue;
      if ("statistics" in argument) found.add(argument.statistics);
      else if ("steps" in argument) for (const inner of argument.steps) visit(inner, picture);
      else for (const inner of argument.choices.flat()) visit(inner, picture);
    }
  };
  for (const { use, before } of steps) visit(use, before);
  return found;
}

function callOf({ definition, arguments: values }: Use, picture: PictureType): RuntimeCall {
  invariant(
    definition.kind === "augmentation" && definition.train,
    "an augmentation of a training",
  );
  return definition.train(picture, values);
}

function printUse(use: Use, picture: PictureType, field: Pick<FieldAugmentation, "field">): Code {
  return printCall(callOf(use, picture), picture, field);
}

function printCall(
  call: RuntimeCall,
  picture: PictureType,
  field: Pick<FieldAugmentation, "field">,
): Code {
  return ts`${name(call.make)}(${join(
    call.arguments.map((argument) => printArgument(argument, picture, field)),
    ts`, `,
  )})`;
}

function printArgument(
  argument: AugmentationArgument,
  picture: PictureType,
  field: Pick<FieldAugmentation, "field">,
): Code {
  if (typeof argument !== "object") return literal(argument);
  if ("statistics" in argument) return name(argument.statistics);
  if ("steps" in argument) return printSteps(argument.steps, picture, field);
  return ts`[${join(
    argument.choices.map((steps) => printSteps(steps, picture, field)),
    ts`, `,
  )}]`;
}

/** Steps inside of another keep the size, so all of them see the same picture. */
function printSteps(
  steps: readonly Use[],
  picture: PictureType,
  field: Pick<FieldAugmentation, "field">,
): Code {
  const after = throughSteps(picture, steps);
  invariant(!isProblem(after), "steps were proved to go through");
  return ts`[${join(
    steps.map((step) => printUse(step, picture, field)),
    ts`, `,
  )}]`;
}

/** Height, width and channels; a signal lies down the height. */
function shapeOf({ axes, channels }: PictureType): Code {
  const [height, width] = axes.map(({ from }) => from);
  return literal([height ?? 1, width ?? 1, channels]);
}

function feeding({ fields, mixup }: Augment): Code {
  const pictures = fields.filter(fixedSteps).map((field) => {
    const steps = field.steps.flatMap(({ use, before }) => {
      const call = use.definition.evaluate?.(before, use.arguments);
      return call ? [printCall(call, before, field)] : [];
    });
    return ts`[${literal(field.field)}, { shape: ${shapeOf(field.picture)}, steps: [${join(steps, ts`, `)}] }],`;
  });
  const labels = (mixup?.labels ?? []).map(
    ({ field, classes }) => ts`[${literal(field)}, { classes: ${literal(classes)} }],`,
  );
  return ts`/** What is done to all rows where nothing is drawn: for measuring and predicting. */
export const feeding: ReadonlyMap<string, Feeding> = new Map<string, Feeding>([${[...pictures, ...labels]}]);`;
}
