import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type * as Ast from "../../syntax/ast.ts";
import { isDeclared } from "./declare.ts";
import {
  bind,
  find,
  level,
  use,
  walkCall,
  walkExpression,
  walkRule,
  walkSettings,
  walkTensor,
} from "./lexical.ts";
import type { Bound, Level, Walk } from "./lexical.ts";
import type { ResolvedFile } from "./resolved.ts";

/** Every name of a file with its uses; reports names bound twice or hidden in bodies. */
export function walkFile(
  resolved: ResolvedFile,
  report: (diagnostic: Diagnostic) => void,
): readonly Bound[] {
  const { file } = resolved;
  const walk: Walk = { report, bound: [], mentioned: new Set() };
  // Top-level names that occur twice are reported where the scope is made.
  const silent: Walk = { ...walk, report: () => undefined };
  const top = level();
  for (const statement of file.imports)
    for (const { name, alias } of statement.names) bind(silent, top, importOf(alias ?? name));
  const trained = new Set(
    file.items.flatMap((item) => (item.kind === "train" ? [item.model.text] : [])),
  );
  const dimsOfImports = importedDims(resolved);
  for (const item of file.items)
    if (isDeclared(item)) bind(silent, top, declarationOf(item, trained.size > 0, dimsOfImports));
  const runs = file.items.filter((item) => item.kind !== "block" && item.kind !== "model");
  for (const item of runs) walkItem(walk, top, item);
  const mentioned = new Set(walk.mentioned);
  for (const item of file.items)
    if (item.kind === "block" || item.kind === "model")
      walkBody(
        walk,
        top,
        item,
        item.kind === "block" || trained.has(item.name.text) ? mentioned : undefined,
      );
  return walk.bound;
}

/** How an imported name should look is a matter of the file that declares it. */
function importOf(name: Ast.Name): Omit<Bound, "uses"> {
  return {
    name,
    what: "the import",
    style: undefined,
    remedy: "remove it from the import",
    level: "file",
  };
}

/** The same dim in an imported file is the same symbol, so declaring it says what the imported types mean. */
function importedDims({ file, scope }: ResolvedFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of file.imports) {
    for (const { name, alias } of statement.names) {
      const binding = scope.names.get((alias ?? name).text);
      if (binding?.kind !== "declaration") continue;
      for (const [text, other] of binding.declaration.scope.names)
        if (other.kind === "declaration" && other.declaration.item.kind === "dim") names.add(text);
    }
  }
  return names;
}

const looks = {
  dim: { what: "the dim", style: "a capital first letter" },
  hyper: { what: "the hyper", style: "lower_snake" },
  define: { what: "the definition", style: "lower_snake" },
  data: { what: "the data", style: "PascalCase" },
  block: { what: "the block", style: "PascalCase" },
  model: { what: "the model", style: "PascalCase" },
  recipe: { what: "the recipe", style: "PascalCase" },
} as const;

/** A file without runs is there to be imported, so nothing in it must be used by itself. */
function declarationOf(
  item: Extract<Ast.Item, { name: Ast.Name }> & { kind: keyof typeof looks },
  hasRuns: boolean,
  dimsOfImports: ReadonlySet<string>,
): Omit<Bound, "uses"> {
  const quiet =
    !hasRuns ||
    item.kind === "model" ||
    item.kind === "data" ||
    (item.kind === "dim" && dimsOfImports.has(item.name.text));
  return {
    name: item.name,
    ...looks[item.kind],
    remedy: quiet ? undefined : "use it or remove it",
    level: "file",
  };
}

function walkItem(
  walk: Walk,
  top: Level,
  item: Exclude<Ast.Item, Ast.BlockItem | Ast.ModelItem>,
): void {
  switch (item.kind) {
    case "dim":
      for (const part of [item.value, item.range]) if (part) walkExpression(walk, top, part);
      return;
    case "hyper":
      return walkHyper(walk, top, item);
    case "define":
      return walkExpression(
        walk,
        parametersOf(walk, top, item.parameters, "the definition"),
        item.body,
      );
    case "data":
      for (const field of item.fields) walkTensor(walk, top, field.type);
      for (const setting of item.settings) walkExpression(walk, top, setting.value);
      return;
    case "recipe":
      return walkSettings(walk, top, item.settings);
    case "train":
      for (const name of [item.model, item.data, ...item.recipes]) use(top, name);
      if (item.settings) walkSettings(walk, top, item.settings);
      return;
    case "search":
    case "ensemble":
      return walkSettings(walk, top, item.settings);
    case "budget":
      use(top, item.model);
      for (const limit of item.limits) {
        walkCall(walk, top, limit.quantity);
        walkExpression(walk, top, limit.bound);
      }
  }
}

function walkHyper(walk: Walk, top: Level, item: Ast.HyperItem): void {
  const { domain } = item;
  const parts =
    domain?.kind === "choices"
      ? domain.choices
      : domain
        ? [domain.from, domain.to, ...(domain.by ? [domain.by] : [])]
        : [];
  for (const part of [item.value, ...parts, ...(item.when ? [item.when] : [])])
    walkExpression(walk, top, part);
}

/** A parameter's default may use the parameters before it. */
function parametersOf(
  walk: Walk,
  top: Level,
  parameters: readonly Ast.Parameter[],
  owner: string,
): Level {
  const inside = level(top);
  for (const { name, default: fallback } of parameters) {
    if (fallback) walkExpression(walk, inside, fallback);
    bind(walk, inside, {
      name,
      what: `a parameter of ${owner}`,
      style: "lower_snake",
      remedy: "use it or remove it",
      level: "signature",
    });
  }
  return inside;
}

/** `mentioned`: words of the file's runs; undefined when runs elsewhere may use any named value. */
function walkBody(
  walk: Walk,
  top: Level,
  item: Ast.BlockItem | Ast.ModelItem,
  mentioned: ReadonlySet<string> | undefined,
): void {
  const inside =
    item.kind === "block" ? parametersOf(walk, top, item.parameters, "the block") : level(top);
  for (const port of item.inputs) walkPort(walk, inside, port);
  for (const port of item.inputs)
    bind(walk, inside, {
      name: port.name,
      what: "an input",
      style: "lower_snake",
      remedy: undefined,
      level: "signature",
    });
  const body = level(inside);
  for (const statement of item.body) walkStatement(walk, body, statement, mentioned);
  for (const type of resultTypes(item.result)) walkTensor(walk, inside, type);
}

function resultTypes(result: Ast.Result | undefined): readonly Ast.TensorNode[] {
  if (!result) return [];
  return "ports" in result ? result.ports.map(({ type }) => type) : [result];
}

/** A bare name that is neither a dim nor a parameter is a symbol, bound by the caller. */
function walkPort(walk: Walk, inside: Level, port: Ast.Port): void {
  for (const { size } of port.type.axes) {
    const name = bareName(size);
    const known = name && find(inside, name.text);
    if (
      name &&
      (!known ||
        (known.level === "file" && known.what !== "the dim" && known.what !== "the import"))
    ) {
      bind(walk, inside, {
        name,
        what: "a size of the signature",
        style: undefined,
        remedy: undefined,
        level: "signature",
      });
    } else walkExpression(walk, inside, size);
  }
  if (port.type.of) walkExpression(walk, inside, port.type.of);
}

function bareName(size: Ast.Expression): Ast.Name | undefined {
  return size.kind === "reference" && size.path.length === 1 && size.arguments === undefined
    ? size.path[0]
    : undefined;
}

function walkStatement(
  walk: Walk,
  body: Level,
  statement: Ast.Statement,
  mentioned: ReadonlySet<string> | undefined,
): void {
  switch (statement.kind) {
    case "binding": {
      walkExpression(walk, body, statement.value);
      const outside = mentioned === undefined || mentioned.has(statement.name.text);
      const remedy = outside ? undefined : "return it, or remove the statement";
      return bind(walk, body, {
        name: statement.name,
        what: "the value",
        style: "lower_snake",
        remedy,
        level: "body",
      });
    }
    case "return":
      return walkExpression(walk, body, statement.value);
    case "shared":
      walkCall(walk, body, statement.call);
      return bind(walk, body, {
        name: statement.name,
        what: "the shared stage",
        style: "lower_snake",
        remedy: "use it as a stage or remove it",
        level: "body",
      });
    case "parameter":
      walkTensor(walk, body, statement.type);
      walkExpression(walk, body, statement.init);
      return bind(walk, body, {
        name: statement.name,
        what: "the parameter",
        style: "lower_snake",
        remedy: "use it or remove it",
        level: "body",
      });
    case "rule":
      return walkRule(walk, body, statement);
  }
}
