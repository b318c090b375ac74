import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import { suggest } from "../../base/suggest.ts";
import { defaults } from "../../library/defaults.ts";
import { settingOf, settings as settingsOfRuns } from "../../settings/index.ts";
import { optimizer } from "../../settings/optimizer.ts";
import type { SettingName } from "../../settings/setting.ts";
import type * as Ast from "../../syntax/ast.ts";
import { replace } from "./argument-values.ts";
import type { Context, Declaration, Scope } from "./context.ts";
import { snippet } from "./describe.ts";
import { describeItem, lookup } from "./lookup.ts";
import type { RulePlace } from "./rules.ts";

/** A setting with the scope that its names are resolved in, and whose it is ("run Mlp", "recipe Common"). */
export interface PlacedSetting {
  readonly setting: Ast.Setting;
  readonly scope: Scope;
  readonly from: string;
}

export interface MergedSettings {
  readonly settings: ReadonlyMap<SettingName, PlacedSetting>;
  readonly rules: readonly {
    readonly rule: Ast.Rule;
    readonly scope: Scope;
    readonly place: RulePlace;
  }[];
  /** Whether nothing was reported. */
  readonly complete: boolean;
}

interface Layer {
  readonly name: string;
  readonly level: "run" | "recipe";
  readonly scope: Scope;
  readonly settings: ReadonlyMap<SettingName, Ast.Setting>;
  readonly rules: readonly Ast.Rule[];
}

/** The run's own settings over those of its recipes; two recipes may not set one key unless the run sets it. */
export function mergeSettings(
  context: Context,
  scope: Scope,
  item: Ast.TrainItem,
  runName: string,
): MergedSettings {
  let complete = true;
  const report = (finding: ReturnType<typeof diagnostic>) => {
    complete = false;
    context.report(finding);
  };
  const recipes = item.recipes.flatMap((name) => {
    const found = recipeOf(context, scope, name, report);
    return found
      ? [
          {
            at: name.span,
            ...readLayer(
              name.text,
              "recipe",
              found.declaration.scope,
              found.recipe.settings,
              report,
            ),
          },
        ]
      : [];
  });
  const own = item.settings && readLayer(runName, "run", scope, item.settings, report);
  const settings = new Map<SettingName, PlacedSetting>();
  for (const { name: key } of settingsOfRuns) {
    const givers = recipes.filter((recipe) => recipe.settings.has(key));
    const told = context.settings?.get(key);
    const mine = told ?? own?.settings.get(key);
    const [first, second] = givers;
    if (told) settings.set(key, { setting: told, scope, from: `--set ${key}` });
    else if (mine) settings.set(key, { setting: mine, scope, from: `run ${runName}` });
    else if (first)
      settings.set(key, {
        setting: first.settings.get(key)!,
        scope: first.scope,
        from: `recipe ${first.name}`,
      });
    if (mine || !first || !second) continue;
    const related = [first, second].map((recipe) => ({
      span: recipe.settings.get(key)!.span,
      message: `set by \`${recipe.name}\` here`,
    }));
    report(
      diagnostic(
        messages.recipesDisagree,
        second.at,
        { name: key, first: first.name, second: second.name },
        { related },
      ),
    );
  }
  const layers: readonly Layer[] = [...recipes, ...(own ? [own] : [])];
  const rules = layers.flatMap((layer) =>
    layer.rules.map((rule) => ({
      rule,
      scope: layer.scope,
      place: { level: layer.level, name: layer.name, prefix: "", depth: 0 },
    })),
  );
  return { settings, rules, complete };
}

type Report = (finding: ReturnType<typeof diagnostic>) => void;

function recipeOf(
  context: Context,
  scope: Scope,
  name: Ast.Name,
  report: Report,
): { declaration: Declaration; recipe: Ast.RecipeItem } | undefined {
  const binding = lookup(scope, name.text);
  if (binding?.kind === "declaration" && binding.declaration.item.kind === "recipe") {
    context.use(binding.span);
    return { declaration: binding.declaration, recipe: binding.declaration.item };
  }
  const found =
    binding?.kind === "declaration" ? describeItem(binding.declaration.item) : undefined;
  const suggestion = found === undefined ? suggest(name.text, namesOf(scope, "recipe")) : undefined;
  report(
    diagnostic(
      messages.unknownRecipe,
      name.span,
      { name: name.text, found, suggestion },
      { fixes: suggestion === undefined ? [] : [replace(name.span, suggestion)] },
    ),
  );
  return undefined;
}

/** The names of all declarations of a kind that are in scope. */
export function namesOf(scope: Scope, kind: Ast.Item["kind"]): readonly string[] {
  const own = [...scope.names]
    .filter(
      ([, binding]) => binding.kind === "declaration" && binding.declaration.item.kind === kind,
    )
    .map(([name]) => name);
  return scope.parent ? [...own, ...namesOf(scope.parent, kind)] : own;
}

function readLayer(
  name: string,
  level: Layer["level"],
  scope: Scope,
  written: Ast.Settings,
  report: Report,
): Layer {
  const settings = new Map<SettingName, Ast.Setting>();
  const rules: Ast.Rule[] = [];
  for (const entry of written.entries) {
    if (entry.kind === "rule") {
      rules.push(entry);
      continue;
    }
    const key = settingOf(entry.name.text)?.name;
    if (!key)
      report(unknown(entry, `${level === "run" ? "the run" : "the recipe"} \`${name}\``, written));
    else if (settings.has(key))
      report(
        diagnostic(
          messages.settingTwice,
          entry.name.span,
          { name: key },
          { related: [{ span: settings.get(key)!.name.span, message: "set here first" }] },
        ),
      );
    else settings.set(key, entry);
  }
  return { name, level, scope, settings, rules };
}

function unknown(
  entry: Ast.Setting,
  where: string,
  written: Ast.Settings,
): ReturnType<typeof diagnostic> {
  const { text: name, span } = entry.name;
  if (optimizer.argumentsOfIts?.includes(name) === true) {
    const chosen = written.entries.find(
      (other): other is Ast.Setting =>
        other.kind === "setting" && settingOf(other.name.text)?.name === optimizer.name,
    );
    const called =
      chosen?.value.kind === "reference" ? chosen.value.path[0]!.text : defaults.optimizer.name;
    return diagnostic(messages.rateOutsideOptimizer, span, {
      name,
      write: `${called}(${snippet(entry.value.span)})`,
    });
  }
  const known = settingsOfRuns.map((setting) => setting.name);
  const meant = settingsOfRuns.find(({ synonyms }) => synonyms?.includes(name) === true);
  const suggestion = meant?.name ?? suggest(name, known);
  const fixes = suggestion === undefined ? [] : [replace(span, suggestion)];
  return diagnostic(messages.unknownSetting, span, { where, name, known, suggestion }, { fixes });
}
