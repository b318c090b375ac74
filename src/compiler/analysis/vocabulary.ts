import { quantities } from "../passes/2-infer/budget.ts";
import { dataSettings } from "../passes/2-infer/data.ts";
import { ensembleSettings } from "../passes/2-infer/ensemble.ts";
import { keysOf } from "../passes/2-infer/rules.ts";
import { searchSettings } from "../passes/2-infer/search.ts";
import type { DefinitionKind } from "../library/definition.ts";
import { settings } from "../settings/index.ts";
import type * as Ast from "../syntax/ast.ts";
import { itemWords, units } from "../syntax/words.ts";

export { itemWords, units };

const ofRuns = settings.map(({ name }) => name);

/** What the braces of a declaration may set. */
export const settingsOf: Readonly<Partial<Record<Ast.Item["kind"] | "rule", readonly string[]>>> = {
  data: dataSettings,
  recipe: ofRuns,
  train: ofRuns,
  search: searchSettings,
  ensemble: ensembleSettings,
  budget: quantities,
};

/** What each kind of rule speaks of, with the keys that it may set. */
export const ruleTargets: Readonly<Record<string, readonly string[]>> = keysOf;

/** The kind of library item that the value of a setting or key is. */
export const kindOfSetting: Readonly<Record<string, DefinitionKind>> = {
  ...Object.fromEntries(settings.flatMap(({ name, items }) => (items ? [[name, items]] : []))),
  source: "source",
  normalize: "normalizer",
  init: "initializer",
  regularize: "regularizer",
};

export const elements = ["f32", "bool", "class"] as const;

/** How a statement of a body begins, besides a name. */
export const statementWords = ["return", "shared", "parameter", "for"] as const;
