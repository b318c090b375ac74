import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Files } from "../../../src/service/document.ts";
import type { Place } from "../../../src/service/places.ts";
import { createService, type Service } from "../../../src/service/service.ts";

/** Marks the cursor in a text. */
const cursor = "‸";

/** A service with files in memory; `main.nnspec` is open, and the cursor is where the mark stands in it. */
export function at(
  marked: string,
  others: Readonly<Record<string, string>> = {},
): { readonly service: Service; readonly path: string; readonly offset: number } {
  const path = "main.nnspec";
  const offset = marked.indexOf(cursor);
  const service = createService({
    read: (wanted) => {
      const name = wanted.replace(/^\.\//, "");
      const text = others[name];
      return text === undefined ? { problem: "missing" } : { path: name, text };
    },
  });
  for (const [name, text] of Object.entries(others)) service.open(name, text);
  service.open(path, marked.replace(cursor, ""));
  return { service, path, offset };
}

/** Files of the disk, as the examples import them. */
export const onDisk: Files = {
  read: (wanted, from) => {
    const path = join(dirname(from), wanted);
    return existsSync(path) && statSync(path).isFile()
      ? { path, text: readFileSync(path, "utf8") }
      : { problem: "missing" };
  },
};

/** `main.nnspec 4:8-4:12`: a place in one line, lines and columns from 1. */
export function show({ path, from, to }: Place): string {
  return `${path} ${from.line + 1}:${from.character + 1}-${to.line + 1}:${to.character + 1}`;
}

/** A whole spec to ask questions in; `body` is the model's. */
export const digits = (body: string, run = "", before = ""): string => `nnspec 1
dim B
/// How wide the hidden layer is.
hyper width = 16 in { 16, 32 }
data Digits {
  image: f32[B, h: 8, w: 8, c: 1]
  label: class[B] of 10
  source: csv("digits.csv", target: "digit")
  split: (train: 80%, validation: 20%)
}
/// A convolution and what follows it.
block Unit(channels, stride = 1)(x: f32[B, h, w, c])
    -> f32[B, ceil(h / stride), ceil(w / stride), c: channels] {
  return x -> conv(channels, 3, stride: stride) -> relu
}
${before}model Net(image: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 10] {
${body}
}
train Net on Digits as Run {
  loss: cross_entropy(logits, label)
  ${run}
  for weights(first) { init: zeros }
}
`;

export const plainBody =
  "  return image -> Unit(4) as first -> flatten -> dense(width) -> relu -> dense(10) as logits";

/** A spec with a piece of it replaced by one that has the cursor in it. */
export const withCursor = (piece: string, marked: string, text = digits(plainBody)): string => {
  const place = text.indexOf(piece);
  if (place < 0) throw new Error(`no ${piece}`);
  return text.slice(0, place) + marked + text.slice(place + piece.length);
};
