import type { ArgumentValue, Use } from "../../library/arguments.ts";
import type { TypedRun } from "../../typed/program.ts";
import { originOf } from "../../settings/index.ts";
import { augment } from "../../settings/augment.ts";
import { defineLint } from "../lint.ts";

/** Names of data whose pictures are signs with a way up and a way round. */
const signs =
  /digit|mnist|svhn|letter|alphabet|glyph|omniglot|character|handwrit|numeral|(?:^|_)(?:ocr|usps)(?:_|$)/;
/** Clothes in the format of digits. */
const otherwise = /fashion/;

/** A turn beyond which one sign becomes another. */
const mostTurn = 45;

/** Digits and letters that are mirrored or turned over: what comes out is another sign, or none. */
export const augmentationChangesTheClass = defineLint({
  code: "NN2017",
  name: "augmentation-changes-the-class",
  severity: "warning",
  title: "An augmentation that the task cannot bear",
  reason:
    "an augmentation must keep the class: a mirrored digit or letter is another sign (b and d) or none, and a 6 that is turned over is a 9, so the model is taught wrong labels",
  source:
    "Simard, Steinkraus, Platt 2003, Best Practices for Convolutional Neural Networks; Shorten, Khoshgoftaar 2019, A survey on Image Data Augmentation, on label safety",
  *run(run) {
    const span = originOf(run, augment)?.span;
    const named = signName(run);
    if (!span || named === undefined) return;
    for (const { steps } of run.augment?.fields ?? []) {
      const found = steps.flatMap(({ use }) => unbearable(use));
      if (found.length === 0) continue;
      yield {
        span,
        message: `${[...new Set(found)].join(" and ")} ${found.length === 1 ? "makes" : "make"} other signs of those in \`${named}\`; use \`shift(h: 10%, w: 10%)\` or \`rotate(10 deg)\` instead`,
      };
    }
  },
});

/** The name that says that the pictures are signs: the data's or a field's. */
function signName({ data }: TypedRun): string | undefined {
  const names = [data.name, ...data.fields.map(({ name }) => name)];
  const words = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  if (names.some((name) => otherwise.test(words(name)))) return undefined;
  return names.find((name) => signs.test(words(name)));
}

/** Flips and large turns, also those in `sometimes` and `any_of`. */
function unbearable({ definition, arguments: values }: Use): readonly string[] {
  const turns = definition.kind === "augmentation" ? definition.turns?.(values) : undefined;
  if (turns && (turns.degrees === "mirrored" || turns.degrees > mostTurn))
    return [`\`${turns.written}\``];
  return Object.values(values).flatMap(usesIn).flatMap(unbearable);
}

function usesIn(value: ArgumentValue): readonly Use[] {
  if (Array.isArray(value)) return (value as readonly ArgumentValue[]).flatMap(usesIn);
  return typeof value === "object" && "definition" in value ? [value] : [];
}
