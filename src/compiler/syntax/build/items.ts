import type { CstNode } from "chevrotain";
import type {
  BlockItem,
  BudgetItem,
  Comparison,
  DataField,
  DataItem,
  DefineItem,
  DimItem,
  Domain,
  EnsembleItem,
  HyperItem,
  Import,
  Item,
  Limit,
  ModelItem,
  Parameter,
  RecipeItem,
  SearchItem,
  Setting,
  TrainItem,
} from "../ast.ts";
import { textValue } from "../lexer/text.ts";
import {
  documented,
  nameIn,
  nameOf,
  node,
  nodes,
  optionalName,
  spanOf,
  spanOfToken,
  tokenOf,
  tokens,
  type BuildContext,
} from "./context.ts";
import { buildCall, buildExpression, buildSpan, expressionIn } from "./expressions.ts";
import { buildBody, buildRuleSettings } from "./statements.ts";
import { buildPorts, buildResult, buildTensor } from "./tensors.ts";

/** What every declaration has: its place and its documentation. */
function head(context: BuildContext, of: CstNode) {
  return { span: spanOf(context, of), ...documented(context, of) };
}

export function buildImport(context: BuildContext, of: CstNode): Import {
  const from = tokenOf(of, "Text");
  const { source, end } = spanOf(context, of);
  return {
    kind: "import",
    ...head(context, of),
    names: nodes(of, "imported").map((one) => ({
      name: nameIn(context, one, "name"),
      ...optionalName(context, one, "alias", "alias"),
    })),
    from: {
      kind: "text",
      value: from ? textValue(from.image) : "",
      span: from ? spanOfToken(context, from) : { source, start: end, end },
    },
  };
}

const builders = {
  dim: buildDim,
  hyper: buildHyper,
  define: buildDefine,
  data: buildData,
  block: buildBlock,
  model: buildModel,
  recipe: buildRecipe,
  train: buildTrain,
  search: buildSearch,
  ensemble: buildEnsemble,
  budget: buildBudget,
} satisfies Record<Item["kind"], (context: BuildContext, of: CstNode) => Item>;

/** The declaration in an `item`; undefined where recovery found none. */
export function buildItem(context: BuildContext, of: CstNode): Item | undefined {
  for (const [name, build] of Object.entries(builders)) {
    const found = node(of, name);
    if (found) return build(context, found);
  }
  return undefined;
}

function buildDim(context: BuildContext, of: CstNode): DimItem {
  return {
    kind: "dim",
    ...head(context, of),
    name: nameIn(context, of),
    ...(node(of, "expression") ? { value: expressionIn(context, of, "expression") } : {}),
    ...(node(of, "span") ? { range: expressionIn(context, of, "span") } : {}),
  };
}

function buildHyper(context: BuildContext, of: CstNode): HyperItem {
  const domain = node(of, "domain");
  return {
    kind: "hyper",
    ...head(context, of),
    name: nameIn(context, of),
    value: expressionIn(context, of, "default"),
    ...(domain ? { domain: buildDomain(context, domain) } : {}),
    ...(node(of, "condition") ? { when: expressionIn(context, of, "condition") } : {}),
  };
}

function buildDomain(context: BuildContext, of: CstNode): Domain {
  const span = spanOf(context, of);
  const written = node(of, "span");
  if (!written)
    return {
      kind: "choices",
      span,
      choices: nodes(of, "expression").map((choice) => buildExpression(context, choice)),
    };
  const range = buildSpan(context, written);
  const [from, to] = range.kind === "range" ? [range.from, range.to] : [range, range];
  const by = node(of, "sum") ? { by: expressionIn(context, of, "sum") } : {};
  return {
    kind: "interval",
    span,
    logarithmic: of.children["LogWord"] !== undefined,
    from,
    to,
    ...by,
  };
}

function buildDefine(context: BuildContext, of: CstNode): DefineItem {
  return {
    kind: "define",
    ...head(context, of),
    name: nameIn(context, of),
    parameters: buildParameters(context, of),
    body: expressionIn(context, of, "expression"),
  };
}

function buildParameters(context: BuildContext, of: CstNode): readonly Parameter[] {
  const list = node(of, "parameters");
  return (list ? nodes(list, "parameter") : []).map((parameter) => ({
    span: spanOf(context, parameter),
    name: nameIn(context, parameter),
    ...(node(parameter, "expression")
      ? { default: expressionIn(context, parameter, "expression") }
      : {}),
  }));
}

/** Fields have a tensor type, everything else in `data` is a setting. */
function buildData(context: BuildContext, of: CstNode): DataItem {
  const entries = nodes(of, "field");
  const fields = entries.flatMap((entry): DataField[] => {
    const type = node(entry, "tensor");
    return type
      ? [
          {
            ...head(context, entry),
            name: nameIn(context, entry),
            type: buildTensor(context, type),
          },
        ]
      : [];
  });
  const settings = entries
    .filter((entry) => !node(entry, "tensor"))
    .map((entry): Setting => ({
      kind: "setting",
      ...head(context, entry),
      name: nameIn(context, entry),
      value: expressionIn(context, entry, "value"),
    }));
  return { kind: "data", ...head(context, of), name: nameIn(context, of), fields, settings };
}

function buildBlock(context: BuildContext, of: CstNode): BlockItem {
  const result = node(of, "result");
  return {
    kind: "block",
    ...head(context, of),
    name: nameIn(context, of),
    parameters: buildParameters(context, of),
    inputs: buildPorts(context, node(of, "ports")),
    ...(result ? { result: buildResult(context, result) } : {}),
    body: buildBody(context, node(of, "body")),
  };
}

function buildModel(context: BuildContext, of: CstNode): ModelItem {
  const result = node(of, "result");
  return {
    kind: "model",
    ...head(context, of),
    name: nameIn(context, of),
    inputs: buildPorts(context, node(of, "ports")),
    result: result ? buildResult(context, result) : { ports: [], span: nameIn(context, of).span },
    body: buildBody(context, node(of, "body")),
  };
}

function buildRecipe(context: BuildContext, of: CstNode): RecipeItem {
  return {
    kind: "recipe",
    ...head(context, of),
    name: nameIn(context, of),
    settings: buildRuleSettings(context, of),
  };
}

function buildTrain(context: BuildContext, of: CstNode): TrainItem {
  return {
    kind: "train",
    ...head(context, of),
    model: nameIn(context, of, "model"),
    data: nameIn(context, of, "data"),
    ...optionalName(context, of, "alias", "alias"),
    recipes: tokens(of, "recipe").map((token) => nameOf(context, token)),
    ...(node(of, "settings") ? { settings: buildRuleSettings(context, of) } : {}),
  };
}

function buildSearch(context: BuildContext, of: CstNode): SearchItem {
  return {
    kind: "search",
    ...head(context, of),
    run: nameIn(context, of),
    settings: buildRuleSettings(context, of),
  };
}

function buildEnsemble(context: BuildContext, of: CstNode): EnsembleItem {
  return {
    kind: "ensemble",
    ...head(context, of),
    name: nameIn(context, of),
    settings: buildRuleSettings(context, of),
  };
}

function buildBudget(context: BuildContext, of: CstNode): BudgetItem {
  return {
    kind: "budget",
    ...head(context, of),
    model: nameIn(context, of),
    limits: nodes(of, "limit").flatMap((limit) => buildLimit(context, limit)),
  };
}

function buildLimit(context: BuildContext, of: CstNode): readonly Limit[] {
  const quantity = node(of, "call");
  const comparison = tokenOf(of, "Compare");
  if (!quantity || !comparison) return [];
  return [
    {
      span: spanOf(context, of),
      quantity: buildCall(context, quantity),
      comparison: comparison.image as Comparison,
      bound: expressionIn(context, of, "sum"),
    },
  ];
}
