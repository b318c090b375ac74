import { textOf, type Span } from "../../base/source.ts";
import type { ArgumentSpecification } from "../../library/arguments.ts";
import type { CompileValue } from "./context.ts";

/** The text of a span on one line, short enough for the inside of a sentence. */
export function snippet(span: Span): string {
  const text = textOf(span).replace(/\s+/g, " ");
  return text.length <= 40 ? text : `${text.slice(0, 37)}…`;
}

const found = {
  number: "the number",
  switch: "the switch",
  text: "the text",
  multiple: "the multiple of the rate",
  duration: "the duration",
  angle: "the angle",
  bytes: "the size in bytes",
  range: "the range",
  tuple: "the list",
  word: "the name",
  tensor: "the tensor",
  sequence: "the sequence",
} satisfies Record<Exclude<CompileValue["kind"], "size" | "declaration">, string>;

/** What was found, as messages say it: ``the duration `5 epochs` ``. `at` is where it was written. */
export function describeValue(value: CompileValue, at: Span): string {
  const text = `\`${snippet(at)}\``;
  if (value.kind === "size")
    return /^\d+$/.test(value.dim.key) ? `the integer ${text}` : `the size ${text}`;
  if (value.kind === "declaration") return `the ${value.declaration.item.kind} ${text}`;
  return `${found[value.kind]} ${text}`;
}

/** What an argument takes, as messages say it. */
export function describeExpected(specification: ArgumentSpecification): string {
  const list = "list" in specification && specification.list === true;
  switch (specification.kind) {
    case "size":
      return list ? "a size or a list of sizes" : "a size (an integer)";
    case "integer":
      return "an integer";
    case "number":
      return describeNumber(specification, list);
    case "switch":
      return "`on` or `off`";
    case "symbol":
      return "one of " + specification.choices.map((choice) => `\`${choice}\``).join(", ");
    case "symbol or size":
      return [...specification.choices.map((choice) => `\`${choice}\``), "an integer"].join(" or ");
    case "axis":
      return list ? "the name of an axis, or several in brackets" : "the name of an axis";
    case "duration":
      return list ? "durations such as `(30 epochs, 60 epochs)`" : "a duration such as `5 epochs`";
    case "range":
      return "a range such as `0 .. 1`";
    case "angle":
      return "an angle such as `15 deg`";
    case "steps":
      return "augmentations joined by `then`";
    case "text":
      return list ? "text in quotes, or several in brackets" : "text in quotes";
    case "class":
      return "the number of a class, or its name in quotes";
    case "use":
      return withArticle(specification.of);
    case "tensor":
      return "a tensor of another stage such as `transpose(encode.weight)`";
    case "expression":
      return "a formula";
    case "monitor":
      return "a value to watch such as `validation.loss`";
  }
}

function describeNumber(
  specification: Extract<ArgumentSpecification, { kind: "number" }>,
  list: boolean,
): string {
  if (list)
    return specification.length === undefined
      ? "a list of numbers"
      : `a list of ${specification.length} numbers`;
  const others = [
    ...(specification.multiple === true ? ["a multiple such as `0.1x`"] : []),
    ...(specification.schedulable === true ? ["a schedule"] : []),
  ];
  return ["a number", ...others].join(" or ");
}

/** `no values`, `1 value`, `2 values`. */
export function count(amount: number, noun: string): string {
  return amount === 0 ? `no ${noun}s` : `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** `an optimizer`, `a schedule`. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

/** The bounds of a number in words: `above 0 and at most 1`; undefined when there are none. */
export function describeBounds(bounds: Bounds): string | undefined {
  const { minimum, maximum, exclusive } = bounds;
  const low =
    minimum === undefined
      ? undefined
      : exclusive === "minimum" || exclusive === "both"
        ? `above ${minimum}`
        : `at least ${minimum}`;
  const high =
    maximum === undefined
      ? undefined
      : exclusive === "maximum" || exclusive === "both"
        ? `below ${maximum}`
        : `at most ${maximum}`;
  if (low === undefined || high === undefined) return low ?? high;
  return `${low} and ${high}`;
}

export interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusive?: "minimum" | "maximum" | "both";
}

export function withinBounds(value: number, { minimum, maximum, exclusive }: Bounds): boolean {
  if (Number.isNaN(value)) return false;
  if (
    minimum !== undefined &&
    (value < minimum || (value === minimum && (exclusive === "minimum" || exclusive === "both")))
  )
    return false;
  return (
    maximum === undefined ||
    !(value > maximum || (value === maximum && (exclusive === "maximum" || exclusive === "both")))
  );
}
