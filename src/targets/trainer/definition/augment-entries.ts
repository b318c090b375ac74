import { invariant } from "../../../compiler/base/invariant.ts";
import type { Use } from "../../../compiler/library/arguments.ts";
import type {
  AugmentationArgument,
  PictureType,
  RuntimeCall,
} from "../../../compiler/library/definition.ts";
import { isProblem, throughSteps } from "../../../compiler/library/support/pictures.ts";
import type { FieldAugmentation, TypedViews } from "../../../compiler/typed/augment.ts";
import type { TypedRun } from "../../../compiler/typed/program.ts";
import { isFed, prefetches, statisticsOf } from "../augmentations.ts";
import type { Plain } from "../code.ts";
import type { Emission } from "../emission.ts";
import type { Entry } from "./entry.ts";
import { call, list, plain, record, variable, type Recipe } from "./recipe.ts";

/** What training does to its rows, and what is done to all rows where nothing is drawn. */
export function augmentEntries({ compiled: { run } }: Emission): readonly Entry[] {
  const { augment, views } = run;
  return [
    ...(augment ? [augmenting(augment)] : []),
    ...(augment && prefetches(run) ? [worker] : []),
    ...(augment && isFed(run) ? [feeding(augment)] : []),
    ...(views ? viewsOf(views) : []),
  ];
}

const worker: Entry = {
  module: "augment",
  name: "augmentWorker",
  about: "The worker that makes batches while the device computes.",
  value: {
    kind: "lambda",
    parameters: [],
    body: { kind: "address", path: "./augment-worker.ts" },
  },
};

type Augment = NonNullable<TypedRun["augment"]>;
type Place = Pick<FieldAugmentation, "field">;

function viewsOf(views: TypedViews): readonly Entry[] {
  const lists = views.steps.map(({ use, before }) => {
    const made = use.definition.views?.call(before, use.arguments);
    invariant(made, "views were proved to be views");
    return callRecipe(made, before, views);
  });
  return [
    {
      module: "augment",
      name: "views",
      type: "readonly View[]",
      about: "The views of a row whose predictions are averaged.",
      value: call("combineViews", ...lists),
    },
    {
      module: "augment",
      name: "viewed",
      type: "Viewed",
      about: "The field that is viewed, and the shape of its rows.",
      value: plain({ field: views.field, shape: shapeOf(views.picture) }),
    },
  ];
}

function augmenting({ fields, mixup }: Augment): Entry {
  const entries = fields.map(
    (field) =>
      [
        field.field,
        record({
          shape: plain(shapeOf(field.picture)),
          steps: list(field.steps.map(({ use, before }) => useRecipe(use, before, field))),
        }),
      ] as const,
  );
  const measures = fields.some((field) => statisticsOf(field).size > 0);
  return {
    module: "augment",
    name: "augmentingOf",
    about: "What is done to the rows of each batch in training, drawn anew in every epoch.",
    type: "(train: Part) => Augmenting",
    value: {
      kind: "lambda",
      parameters: measures ? [{ name: "train" }] : [],
      body: record({
        fields: { kind: "map", type: "FieldAugmentation", entries },
        mixup: mixup && plain({ alpha: mixup.alpha, fields: [...mixup.fields] }),
      }),
    },
  };
}

function feeding({ fields, mixup }: Augment): Entry {
  const fixed = fields.filter(({ steps }) =>
    steps.some(({ use }) => use.definition.evaluate !== undefined),
  );
  const pictures = fixed.map((field) => {
    const steps = field.steps.flatMap(({ use, before }) => {
      const made = use.definition.evaluate?.(before, use.arguments);
      return made ? [callRecipe(made, before, field)] : [];
    });
    const recipe = record({ shape: plain(shapeOf(field.picture)), steps: list(steps) });
    return [field.field, recipe] as const;
  });
  const labels = (mixup?.labels ?? []).map(
    ({ field, classes }) => [field, plain({ classes })] as const,
  );
  return {
    module: "augment",
    name: "feeding",
    about: "What is done to all rows where nothing is drawn: for measuring and predicting.",
    value: { kind: "map", type: "Feeding", entries: [...pictures, ...labels] },
  };
}

function useRecipe(
  { definition, arguments: values }: Use,
  picture: PictureType,
  field: Place,
): Recipe {
  invariant(
    definition.kind === "augmentation" && definition.train,
    "an augmentation of a training",
  );
  return callRecipe(definition.train(picture, values), picture, field);
}

function callRecipe(made: RuntimeCall, picture: PictureType, field: Place): Recipe {
  return call(
    made.make,
    ...made.arguments.map((argument) => argumentRecipe(argument, picture, field)),
  );
}

const measured = { ranges: "channelRanges", components: "colorComponents" } as const;

function argumentRecipe(
  argument: AugmentationArgument,
  picture: PictureType,
  field: Place,
): Recipe {
  if (typeof argument !== "object") return plain(argument);
  if ("statistics" in argument)
    return call(
      measured[argument.statistics],
      call("originalColumn", variable("train"), plain(field.field)),
      { kind: "member", of: "train", name: "rows" },
      plain(picture.channels),
    );
  if ("steps" in argument) return steps(argument.steps, picture, field);
  return list(argument.choices.map((choice) => steps(choice, picture, field)));
}

/** Steps inside of another keep the size, so all of them see the same picture. */
function steps(inner: readonly Use[], picture: PictureType, field: Place): Recipe {
  invariant(!isProblem(throughSteps(picture, inner)), "steps were proved to go through");
  return list(inner.map((step) => useRecipe(step, picture, field)));
}

/** Height, width and channels; a signal lies down the height. */
function shapeOf({ axes, channels }: PictureType): Plain {
  const [height, width] = axes.map(({ from }) => from);
  return [height ?? 1, width ?? 1, channels];
}
