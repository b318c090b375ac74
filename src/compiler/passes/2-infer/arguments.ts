import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/arguments.ts";
import { laterItem } from "../../base/diagnostics/catalogue/later.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { defaults } from "../../library/defaults.ts";
import type {
  ArgumentSpecification,
  ArgumentTable,
  ArgumentValue,
  ArgumentValues,
  Use,
} from "../../library/arguments.ts";
import type { Definition, DefinitionKind } from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import { defaultOf, readArgument, replace } from "./argument-values.ts";
import type { CheckArguments, CompileValue, Context, Scope } from "./context.ts";
import { describeValue, snippet, withArticle } from "./describe.ts";
import { evaluate } from "./evaluate.ts";

/** A library item's written arguments against its table, with defaults filled in; undefined when something was reported. */
export const checkArguments: CheckArguments = (context, scope, definition, written, at) => {
  const values = checkTable(context, scope, definition.name, definition.arguments, written, at);
  const found = values && definition.check?.(values);
  if (!found) return values;
  const guilty = written?.find(({ name }) => name !== undefined && name.text === found.argument);
  context.report(
    diagnostic(messages.argumentsDisagree, guilty?.span ?? at, {
      problem: found.problem,
      help: found.help,
    }),
  );
  return undefined;
};

/** The same for anything with a table. Arguments of kind "expression" are left to the caller. */
export function checkTable(
  context: Context,
  scope: Scope,
  owner: string,
  table: ArgumentTable,
  written: readonly Ast.Argument[] | undefined,
  at: Span,
): ArgumentValues | undefined {
  const matching = matchArguments(context, owner, table, written ?? [], at);
  const values: Record<string, ArgumentValue> = Object.create(null);
  let complete = matching.complete;
  for (const [name, specification] of Object.entries(table)) {
    const given = matching.given.get(name);
    if (given === undefined) values[name] = defaultOf(specification);
    else if (specification.kind !== "expression") {
      values[name] = readGiven(context, scope, name, specification, given);
      complete &&= values[name] !== undefined;
    }
  }
  return complete ? values : undefined;
}

function readGiven(
  context: Context,
  scope: Scope,
  name: string,
  specification: ArgumentSpecification,
  given: readonly Ast.Expression[],
): ArgumentValue | undefined {
  const reading = {
    context,
    scope,
    name,
    use: (kind: DefinitionKind, value: CompileValue, at: Span) =>
      useOf(context, scope, kind, value, at),
  };
  if (specification.kind === "steps" && specification.rest === true) {
    const choices = given.map((expression) =>
      readArgument(reading, { kind: "steps", summary: specification.summary }, expression),
    );
    return choices.includes(undefined) ? undefined : choices;
  }
  if (!takesRest(specification) || specification.kind === "steps" || given.length === 1)
    return readArgument(reading, specification, given[0]!);
  const { list: _, length: __, ...single } = specification;
  const items = given.map((expression) => readArgument(reading, single, expression));
  return items.includes(undefined) ? undefined : items;
}

interface Matching {
  /** The expressions that each argument was given: one, or several for the argument that takes the rest. */
  readonly given: ReadonlyMap<string, readonly Ast.Expression[]>;
  readonly complete: boolean;
}

/** Which expression belongs to which argument: by position in the order of the table, then by name. */
function matchArguments(
  context: Context,
  owner: string,
  table: ArgumentTable,
  written: readonly Ast.Argument[],
  at: Span,
): Matching {
  const given = new Map<string, Ast.Expression[]>();
  const positional = Object.keys(table).filter((name) => table[name]!.named !== true);
  let complete = true;
  let named = false;
  const report = (finding: ReturnType<typeof diagnostic>) => {
    context.report(finding);
    complete = false;
  };
  const unnamed = written.filter((argument) => !argument.name);
  for (const [index, argument] of written.entries()) {
    if (argument.name) {
      named = true;
      const { text: name, span } = argument.name;
      if (!Object.hasOwn(table, name)) report(unknownArgument(owner, table, argument.name));
      else if (given.has(name))
        report(diagnostic(messages.duplicateArgument, span, { owner, name }));
      else given.set(name, [argument.value]);
      continue;
    }
    if (named) {
      report(diagnostic(messages.positionalAfterNamed, argument.span, { owner }));
      continue;
    }
    const rest = positional.findIndex((name) => takesRest(table[name]!));
    const name = positional[rest >= 0 && index >= rest ? rest : index];
    if (name !== undefined) given.set(name, [...(given.get(name) ?? []), argument.value]);
    else {
      const onlyNamed = Object.keys(table).filter((other) => table[other]!.named === true);
      report(
        diagnostic(messages.tooManyArguments, argument.span, {
          owner,
          limit: positional.length,
          found: unnamed.length,
          named: onlyNamed,
        }),
      );
      break;
    }
  }
  for (const [name, specification] of Object.entries(table)) {
    if (given.has(name) || !isMandatory(specification) || !complete) continue;
    report(
      diagnostic(messages.missingArgument, at, {
        owner,
        name,
        summary: specification.summary,
        example: exampleOf(owner, name, specification),
      }),
    );
  }
  return { given, complete };
}

function takesRest(
  specification: ArgumentSpecification,
): specification is Extract<ArgumentSpecification, { kind: "number" | "steps" }> {
  return (
    (specification.kind === "number" || specification.kind === "steps") &&
    specification.rest === true
  );
}

function isMandatory(specification: ArgumentSpecification): boolean {
  if ("optional" in specification && specification.optional === true) return false;
  if (
    specification.kind === "number" &&
    specification.list === true &&
    specification.defaults !== undefined
  )
    return false;
  return !("default" in specification) || specification.default === undefined;
}

function unknownArgument(
  owner: string,
  table: ArgumentTable,
  name: Ast.Name,
): ReturnType<typeof diagnostic> {
  const known = Object.keys(table);
  const suggestion = suggest(name.text, known);
  const fixes = suggestion === undefined ? [] : [replace(name.span, suggestion)];
  return diagnostic(
    messages.unknownArgument,
    name.span,
    { owner, name: name.text, known, suggestion },
    { fixes },
  );
}

/** `entropy(sense: maximize)`: the call with the argument that is missing. */
function exampleOf(owner: string, name: string, specification: ArgumentSpecification): string {
  const value = exampleValue(specification);
  return specification.named === true || specification.kind === "symbol"
    ? `${owner}(${name}: ${value})`
    : `${owner}(${value})`;
}

function exampleValue(specification: ArgumentSpecification): string {
  switch (specification.kind) {
    case "size":
    case "integer":
      return String(Math.max(specification.minimum ?? 1, 10));
    case "number":
      return specification.length === undefined
        ? "0.1"
        : `(${Array.from({ length: specification.length }, () => "0.1").join(", ")})`;
    case "switch":
      return "on";
    case "symbol":
      return specification.choices[0] ?? "name";
    case "symbol or size":
      return specification.choices[0] ?? "2";
    case "axis":
      return "c";
    case "duration":
      return "5 epochs";
    case "range":
      return "0 .. 1";
    case "angle":
      return "15 deg";
    case "steps":
      return exampleOfSteps;
    case "text":
      return '"name"';
    case "class":
      return "1";
    case "use":
      return specification.of;
    case "tensor":
      return "transpose(encode.weight)";
    case "expression":
      return "x";
    case "monitor":
      return "validation.loss";
  }
}

/** `flip(w)` */
const exampleOfSteps = defaults.augmentation.example.replace(/^augment:\s*/, "");

/** An expression that must be a library item of a kind: `optimizer: adam(lr)`. */
export function checkUse(
  context: Context,
  scope: Scope,
  kind: DefinitionKind,
  name: string,
  expression: Ast.Expression,
): Use | undefined {
  const value = evaluate(context, scope, expression);
  return value && useOf(context, scope, kind, value, expression.span, name);
}

/** A value that must be a library item of a kind; `setting` is what it is given to, for messages. */
export function useOf(
  context: Context,
  scope: Scope,
  kind: DefinitionKind,
  value: CompileValue,
  at: Span,
  setting: string = kind,
): Use | undefined {
  const fail = (finding: ReturnType<typeof diagnostic>) => {
    context.report(finding);
    return undefined;
  };
  if (value.kind === "text") {
    const text = value.value;
    if (/^[a-z_]\w*$/.test(text))
      return fail(
        diagnostic(
          messages.quotedName,
          at,
          { name: setting, text },
          { fixes: [replace(at, text)] },
        ),
      );
  }
  if (value.kind !== "word" || value.path.length !== 1)
    return fail(
      diagnostic(messages.wrongKindOfValue, at, {
        name: setting,
        expected: withArticle(kind),
        found: describeValue(value, at),
      }),
    );
  const name = value.path[0]!;
  const definition = context.library.find(kind, name.text);
  if (!definition) return fail(unknownItem(context, kind, name));
  const checked = checkArguments(
    context,
    value.scope ?? scope,
    definition,
    value.arguments,
    value.span,
  );
  return checked && { definition, arguments: checked };
}

const kinds = {
  layer: true,
  activation: true,
  function: true,
  initializer: true,
  regularizer: true,
  optimizer: true,
  schedule: true,
  loss: true,
  metric: true,
  source: true,
  normalizer: true,
  augmentation: true,
} satisfies Record<DefinitionKind, true>;

/** Says of a name that is no item of `kind` what it is: a later item, an item of another kind, or a slip of the pen. */
export function unknownItem(
  context: Context,
  kind: DefinitionKind,
  name: Ast.Name,
): ReturnType<typeof diagnostic> {
  const planned = context.library.planned(name.text);
  if (planned)
    return diagnostic(laterItem, name.span, { name: name.text, summary: planned.summary });
  const other = (Object.keys(kinds) as DefinitionKind[]).find((each) =>
    context.library.find(each, name.text),
  );
  const known = context.library.all(kind).map((definition: Definition) => definition.name);
  const suggestion = suggest(name.text, known);
  const fixes =
    suggestion === undefined || other !== undefined ? [] : [replace(name.span, suggestion)];
  return diagnostic(
    messages.unknownItem,
    name.span,
    {
      what: withArticle(kind),
      name: snippet(name.span),
      known,
      suggestion,
      other: other === undefined ? undefined : withArticle(other),
    },
    { fixes },
  );
}

/** The value of a setting (`clip`, `decay`, `seed`), read as an argument of that name would be. */
export function readSetting(
  context: Context,
  scope: Scope,
  name: string,
  specification: ArgumentSpecification,
  expression: Ast.Expression,
): ArgumentValue | undefined {
  return readGiven(context, scope, name, specification, [expression]);
}
