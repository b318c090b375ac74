import { bounds, equalDims, print, symbolsOf } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import { defineSource } from "../define.ts";

/** Labels along one axis. */
function isSequence({ element, axes }: TensorType): boolean {
  return element.kind === "class" && axes.length === 2;
}

/** The fields that a window of so many characters fits: the characters, and those that come next. */
function misfit(
  [here, next, ...others]: readonly TensorType[],
  window: number,
): string | undefined {
  const words =
    "for `text` two fields, the characters and those that come next, such as `class[B, t: T] of 96` both";
  if (here?.element.kind !== "class" || next?.element.kind !== "class" || others.length > 0)
    return words;
  const alike =
    isSequence(here) &&
    isSequence(next) &&
    equalDims(here.axes[1]!.size, next.axes[1]!.size) &&
    equalDims(here.element.count, next.element.count);
  if (!alike) return words;
  const { from = 1n, to } = bounds(here.axes[1]!.size);
  return from <= BigInt(window) && (to === undefined || to >= BigInt(window))
    ? undefined
    : `sequences of ${window} places, as \`window: ${window}\` says`;
}

export const text = defineSource({
  name: "text",
  summary:
    "A text as sequences of characters: each row is a stretch of it and, shifted by one, what comes next.",
  formula:
    "row i: the characters i stride, ..., i stride + window - 1, and the same one further on; the alphabet is all characters of the file in the order of their code points",
  arguments: {
    path: { kind: "text", summary: "The file (UTF-8, also gzipped), relative to the spec." },
    window: {
      kind: "integer",
      named: true,
      minimum: 1,
      default: 128,
      summary:
        "How many characters a row has; a bounded dim in the type of the fields takes this size.",
    },
    stride: {
      kind: "integer",
      named: true,
      minimum: 1,
      optional: true,
      summary:
        "How far apart rows begin; `window` when left out, so that no character is in two rows.",
    },
    encoding: {
      kind: "symbol",
      choices: ["utf8", "latin1", "utf16"],
      named: true,
      optional: true,
      summary: "How characters are written as bytes; UTF-8 when left out.",
    },
  },
  reads: "characters",
  runtime: { files: ["read-text.ts"], read: "readCharacters" },
  paths: ["path"],
  fields: (types, { window }) => misfit(types, Number(window)),
  open: ([type], { window }) => {
    const size = type?.axes[1]?.size;
    const name =
      size === undefined ? undefined : symbolsOf(size).find((each) => each === print(size));
    return new Map(name === undefined ? [] : [[name, Number(window)]]);
  },
  example: 'source: text("sonnets.txt", window: 128)',
  pitfalls:
    "The text is divided in its order: its beginning is for training, its end for testing, and rows that would reach into the next part are left out. The alphabet is that of the whole file; a character that is not in it stops a prediction. `of n` must be at least as large as the alphabet. Ends of lines of two characters become one.",
});
