import { invariant } from "../../src/compiler/base/invariant.ts";
import { textOf } from "../../src/compiler/base/source.ts";
import type { Program, TypedRun, WeightSettings } from "../../src/compiler/typed/program.ts";
import { checkWithoutLints } from "../support/check-text.ts";

/** Parts of a small complete file; each has a default. */
export interface Parts {
  readonly head?: string;
  readonly fields?: string;
  readonly source?: string;
  readonly split?: string;
  readonly body?: string;
  readonly result?: string;
  readonly rules?: string;
  readonly train?: string;
  readonly loss?: string;
  readonly tail?: string;
  readonly opening?: string;
}

export function spec(parts: Parts = {}): string {
  const {
    head = "",
    fields = "image: f32[B, px: 64]\n  label: class[B] of 10",
    source = 'source: csv("digits.csv", target: "digit")',
    split = "split: (train: 80%, validation: 20%)",
    body = "return image -> dense(32) as hidden -> relu -> dense(10) as logits",
    result = "f32[B, 10]",
    rules = "",
    train = "",
    loss = "loss: cross_entropy(logits, label)",
    tail = "",
    opening = "train Net on Digits",
  } = parts;
  return `nnspec 1
dim B
${head}
data Digits {
  ${fields}
  ${source}
  ${split}
}
model Net(image: f32[B, px: 64]) -> ${result} {
  ${body}
  ${rules}
}
${opening} {
  ${loss}
  ${train}
}
${tail}
`;
}

/** Every finding as its code and the text that it marks: `NN0401 momentun`. */
export function findings(text: string): readonly string[] {
  return checkWithoutLints(text, "main.nnspec").diagnostics.map(
    ({ code, span }) => `${code} ${textOf(span).replace(/\s+/g, " ")}`,
  );
}

/** The message of the first finding. */
export function message(text: string): string {
  return checkWithoutLints(text, "main.nnspec").diagnostics[0]?.message ?? "nothing found";
}

export function program(text: string): Program {
  const { value, diagnostics } = checkWithoutLints(text, "main.nnspec");
  invariant(value, diagnostics.map(({ code, message: said }) => `${code} ${said}`).join("\n"));
  return value;
}

export function run(text: string, name?: string): TypedRun {
  const { runs } = program(text);
  const found = name === undefined ? runs[0] : runs.find((each) => each.name === name);
  invariant(found, `no run ${name}`);
  return found;
}

export function weight(of: TypedRun, path: string): WeightSettings {
  const found = of.weights.find((settings) => settings.weight.path === path);
  invariant(
    found,
    `no weight ${path}; there are ${of.weights.map((settings) => settings.weight.path).join(", ")}`,
  );
  return found;
}
