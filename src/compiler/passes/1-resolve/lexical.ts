import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { duplicateName, hiddenName } from "../../base/diagnostics/catalogue/names.ts";
import type * as Ast from "../../syntax/ast.ts";

/** A name where it is bound, and everywhere it is used in the file. */
export interface Bound {
  readonly name: Ast.Name;
  /** "the parameter", "a block": for messages. */
  readonly what: string;
  readonly style: "PascalCase" | "lower_snake" | "a capital first letter" | undefined;
  /** What to do when it is never used; undefined when that is all right. */
  readonly remedy: string | undefined;
  /** Uses, and further places where the same name must be written alike (`data` fields and inputs are not among them). */
  readonly uses: Ast.Name[];
  readonly level: "file" | "signature" | "body";
}

export interface Level {
  readonly parent?: Level;
  readonly names: Map<string, Bound>;
}

/** What a walk over a file gathers. */
export interface Walk {
  readonly report: (diagnostic: Diagnostic) => void;
  readonly bound: Bound[];
  /** Words of the expressions walked so far: in runs and recipes they may mean values of models. */
  readonly mentioned: Set<string>;
}

export function level(parent?: Level): Level {
  return { ...(parent && { parent }), names: new Map() };
}

export function find(at: Level, name: string): Bound | undefined {
  for (let here: Level | undefined = at; here; here = here.parent) {
    const bound = here.names.get(name);
    if (bound) return bound;
  }
  return undefined;
}

export function use(at: Level, name: Ast.Name): void {
  find(at, name.text)?.uses.push(name);
}

/** Binds a name; only signatures may hide a name of the file, and nothing in a body is bound twice. */
export function bind(walk: Walk, at: Level, bound: Omit<Bound, "uses">): void {
  const { text, span } = bound.name;
  const before = at.names.get(text) ?? (bound.level === "body" ? find(at, text) : undefined);
  if (before) {
    const related = [{ span: before.name.span, message: `\`${text}\` is bound here first` }];
    const kind = before.level === "file" && bound.level !== "file" ? hiddenName : duplicateName;
    walk.report(
      diagnostic(
        kind,
        span,
        { name: text, what: before.what.replace(/^the /, "a ").replace(/^a import/, "an import") },
        { related },
      ),
    );
    return;
  }
  const complete = { ...bound, uses: [] };
  at.names.set(text, complete);
  walk.bound.push(complete);
}

/** Every reference of an expression is a use of what its first name is bound to. */
export function walkExpression(walk: Walk, at: Level, expression: Ast.Expression): void {
  switch (expression.kind) {
    case "number":
    case "text":
      return;
    case "group":
      return walkArguments(walk, at, expression.arguments);
    case "reference":
      for (const name of expression.path) walk.mentioned.add(name.text);
      use(at, expression.path[0]!);
      return walkArguments(walk, at, expression.arguments);
    case "unary":
      return walkExpression(walk, at, expression.operand);
    case "binary":
      walkExpression(walk, at, expression.left);
      return walkExpression(walk, at, expression.right);
    case "range":
      walkExpression(walk, at, expression.from);
      return walkExpression(walk, at, expression.to);
    case "conditional":
      return walkConditional(walk, at, expression);
    case "flow":
      walkExpression(walk, at, expression.source);
      for (const stage of expression.stages) walkStage(walk, at, stage);
      return;
    case "sequence":
      for (const part of expression.parts) walkExpression(walk, at, part);
  }
}

/** The two branches may bind the same names, as only one of them is taken. */
function walkConditional(walk: Walk, at: Level, expression: Ast.Conditional): void {
  walkExpression(walk, at, expression.condition);
  const [first, second] = [level(at), level(at)];
  walkExpression(walk, first, expression.then);
  walkExpression(walk, second, expression.else);
  for (const [name, bound] of [...first.names, ...second.names])
    if (!at.names.has(name)) at.names.set(name, bound);
}

function walkArguments(walk: Walk, at: Level, written: readonly Ast.Argument[] | undefined): void {
  for (const argument of written ?? []) walkExpression(walk, at, argument.value);
}

function walkStage(walk: Walk, at: Level, stage: Ast.Stage): void {
  if (stage.repeat) walkExpression(walk, at, stage.repeat.count);
  walkCall(walk, stage.repeat?.index ? indexed(walk, at, stage.repeat.index) : at, stage.call);
  if (stage.alias)
    bind(walk, at, {
      name: stage.alias,
      what: "a stage of this body",
      style: "lower_snake",
      remedy: undefined,
      level: "body",
    });
}

function indexed(walk: Walk, at: Level, index: Ast.Name): Level {
  const inside = level(at);
  bind(walk, inside, {
    name: index,
    what: "the index of a repetition",
    style: "lower_snake",
    remedy: "write `repeat` with the count alone",
    level: "signature",
  });
  return inside;
}

export function walkCall(walk: Walk, at: Level, call: Ast.Call): void {
  use(at, call.name);
  walkArguments(walk, at, call.arguments);
}

export function walkTensor(walk: Walk, at: Level, type: Ast.TensorNode): void {
  for (const axis of type.axes) walkExpression(walk, at, axis.size);
  if (type.of) walkExpression(walk, at, type.of);
}

export function walkSettings(walk: Walk, at: Level, settings: Ast.Settings): void {
  for (const entry of settings.entries) {
    if (entry.kind === "rule") walkRule(walk, at, entry);
    else walkExpression(walk, at, entry.value);
  }
}

export function walkRule(walk: Walk, at: Level, rule: Ast.Rule): void {
  for (const path of rule.paths) {
    use(at, path.steps[0]!.name);
    for (const { name } of path.steps) walk.mentioned.add(name.text);
  }
  walkSettings(walk, at, rule.settings);
}
