import { textOf } from "../../src/compiler/base/source.ts";
import { check } from "../../src/compiler/check.ts";
import { known, multiply } from "../../src/compiler/ir/dim.ts";
import type { TypedModel } from "../../src/compiler/typed/program.ts";
import { lintsOff } from "./lints-off.ts";

/** Checks `main.nnspec` with other files beside it, all given as text. */
export function checkFiles(
  files: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>> = {},
) {
  return check(
    { path: "main.nnspec", text: files["main.nnspec"]! },
    {
      set: new Map(Object.entries(set)),
      lints: lintsOff,
      read: (path) => {
        const name = path.replace(/^\.\//, "");
        return files[name] === undefined
          ? { problem: "missing" }
          : { path: name, text: files[name] };
      },
    },
  );
}

/** `NN0301 «a + b»` for every finding, or all of them but notes. */
export function findings(
  text: string,
  set: Readonly<Record<string, string>> = {},
): readonly string[] {
  return checkFiles({ "main.nnspec": text }, set).diagnostics.map(
    ({ code, span }) => `${code} «${textOf(span)}»`,
  );
}

/** A model of a text that has no errors. */
export function modelOf(
  text: string,
  name?: string,
  set: Readonly<Record<string, string>> = {},
): TypedModel {
  const { value, diagnostics } = checkFiles({ "main.nnspec": text }, set);
  const model =
    name === undefined ? value?.models[0] : value?.models.find((each) => each.name === name);
  if (!model)
    throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return model;
}

/** Trainable numbers, tied ones once. */
export function parametersOf(model: TypedModel): number {
  return model.weights
    .filter(({ tied }) => !tied)
    .reduce((sum, { shape }) => sum + known(multiply(...shape))!, 0);
}
