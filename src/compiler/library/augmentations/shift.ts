import { defineAugmentation } from "../define.ts";
import type { PictureType } from "../definition.ts";

const share = (summary: string) =>
  ({
    kind: "number",
    named: true,
    minimum: 0,
    maximum: 1,
    exclusive: "both",
    optional: true,
    summary,
  }) as const;
const names = ["h", "w", "t"] as const;
type Shares = Readonly<Record<(typeof names)[number], number | undefined>>;

/** The shares along height and width; an axis of another name takes none. */
function shares({ axes }: PictureType, values: Shares): readonly [number, number] {
  const [down, across] = axes
    .map(({ name }) => names.find((each) => each === name))
    .map((name) => (name === undefined ? 0 : (values[name] ?? 0)));
  return [down ?? 0, across ?? 0];
}

export const shift = defineAugmentation({
  name: "shift",
  summary: "Moves by a random distance along each axis, in whole pixels.",
  formula:
    "x'[i, j] = x[i - a, j - b], 0 outside, a = round(u h), u uniform in -share .. share, b alike",
  arguments: {
    h: share("The largest share of the height."),
    w: share("The largest share of the width."),
    t: share("The largest share of the length of a signal."),
  },
  check: (values) =>
    names.some((name) => values[name] !== undefined)
      ? undefined
      : { problem: "`shift` does not say along which axis", help: "write `shift(h: 10%, w: 10%)`" },
  quick: true,
  applies: "any",
  infer: (picture, values) => {
    const absent = names.find(
      (name) => values[name] !== undefined && !picture.axes.some((axis) => axis.name === name),
    );
    if (absent === undefined) return picture;
    return {
      problem: `the field has no axis \`${absent}\``,
      help: `write ${picture.axes.map(({ name }) => `\`${name}: 10%\``).join(" or ")}`,
      argument: absent,
    };
  },
  runtime: { files: ["augment-place.ts"] },
  train: (picture, values) => ({ make: "shift", arguments: shares(picture, values) }),
  example: "augment: shift(h: 10%, w: 10%)",
  pitfalls: "A share of less than half a pixel never moves anything: 5 % of 8 pixels is none.",
  techniques: ["C6"],
});
