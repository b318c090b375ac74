import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { laterItem } from "../../base/diagnostics/catalogue/later.ts";
import { unknownStage, wrongKindOfName } from "../../base/diagnostics/catalogue/names.ts";
import { suggest } from "../../base/suggest.ts";
import type {
  DefinitionKind,
  ActivationDefinition,
  FunctionDefinition,
  LayerDefinition,
} from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { CompileValue, Context, Declaration, Scope } from "./context.ts";
import { describeValue } from "./describe.ts";
import { declared } from "./evaluate.ts";
import { describeItem, lookup, namesIn } from "./lookup.ts";

/** What the name of a stage stands for. `written` and `scope` are set where a parameter or hyper brings its own arguments. */
export type StageMeaning =
  | { readonly kind: "layer"; readonly definition: LayerDefinition; readonly brought?: Brought }
  | {
      readonly kind: "activation";
      readonly definition: ActivationDefinition;
      readonly brought?: Brought;
    }
  | {
      readonly kind: "function";
      readonly definition: FunctionDefinition;
      readonly brought?: Brought;
    }
  | {
      readonly kind: "block";
      readonly declaration: Declaration & { readonly item: Ast.BlockItem | Ast.ModelItem };
      readonly brought?: Brought;
    }
  | {
      readonly kind: "define";
      readonly declaration: Declaration & { readonly item: Ast.DefineItem };
      readonly brought?: Brought;
    };

interface Brought {
  readonly written: readonly Ast.Argument[];
  readonly scope: Scope;
}

/** A name in scope first, then the library's layers, activations and functions; otherwise what was probably meant. */
export function meaningOf(
  context: Context,
  scope: Scope,
  name: Ast.Name,
): StageMeaning | undefined {
  const binding = lookup(scope, name.text);
  if (!binding) return fromLibrary(context, scope, name);
  if (binding.kind === "value") return fromValue(context, binding.value, name);
  return fromDeclaration(context, binding.declaration, name);
}

function fromDeclaration(
  context: Context,
  declaration: Declaration,
  name: Ast.Name,
): StageMeaning | undefined {
  const { item, scope } = declaration;
  if (item.kind === "block" || item.kind === "model")
    return { kind: "block", declaration: { item, scope } };
  if (item.kind === "define") return { kind: "define", declaration: { item, scope } };
  if (item.kind === "hyper") {
    const value = declared(context, { item, scope }, name.span);
    return value && fromValue(context, value, name);
  }
  return wrongKind(context, name, describeItem(item));
}

function wrongKind(context: Context, name: Ast.Name, found: string): undefined {
  context.report(
    diagnostic(wrongKindOfName, name.span, {
      name: name.text,
      expected: "a stage (a layer, activation, block or model)",
      found,
    }),
  );
  return undefined;
}

/** A parameter or hyper that carries a stage: `-> activation`. */
function fromValue(
  context: Context,
  value: CompileValue,
  name: Ast.Name,
): StageMeaning | undefined {
  if (value.kind === "tensor") return wrongKind(context, name, "a value");
  if (value.kind === "declaration") {
    const meaning = fromDeclaration(context, value.declaration, name);
    return meaning && value.arguments
      ? { ...meaning, brought: { written: value.arguments, scope: value.scope } }
      : meaning;
  }
  if (value.kind !== "word" || value.path.length !== 1)
    return wrongKind(context, name, describeValue(value, value.span));
  const meaning = fromLibrary(context, value.scope, value.path[0]!);
  return meaning && value.arguments
    ? { ...meaning, brought: { written: value.arguments, scope: value.scope } }
    : meaning;
}

function fromLibrary(context: Context, scope: Scope, name: Ast.Name): StageMeaning | undefined {
  const { library } = context;
  const layer = library.find("layer", name.text);
  if (layer?.kind === "layer") return { kind: "layer", definition: layer };
  const activation = library.find("activation", name.text);
  if (activation?.kind === "activation") return { kind: "activation", definition: activation };
  const definition = library.find("function", name.text);
  if (definition?.kind === "function") return { kind: "function", definition };
  reportUnknownStage(context, scope, name);
  return undefined;
}

function reportUnknownStage(context: Context, scope: Scope, name: Ast.Name): void {
  const planned = context.library.planned(name.text);
  if (
    planned &&
    (planned.kind === "layer" || planned.kind === "activation" || planned.kind === "function")
  ) {
    context.report(diagnostic(laterItem, name.span, { name: name.text, summary: planned.summary }));
    return;
  }
  const kinds = stageNames(context, scope);
  const suggestion = suggest(name.text, kinds.keys());
  const fixes =
    suggestion === undefined
      ? []
      : [{ title: `Write \`${suggestion}\``, edits: [{ span: name.span, text: suggestion }] }];
  context.report(
    diagnostic(
      unknownStage,
      name.span,
      {
        name: name.text,
        suggestion,
        suggestionKind: suggestion === undefined ? undefined : kinds.get(suggestion),
      },
      { fixes },
    ),
  );
}

const stageKinds: readonly DefinitionKind[] = ["layer", "activation", "function"];

/** Everything that may follow an arrow, with what it is. */
function stageNames(context: Context, scope: Scope): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const kind of stageKinds)
    for (const { name } of context.library.all(kind)) names.set(name, kind);
  for (const name of namesIn(scope)) {
    const binding = lookup(scope, name);
    if (binding?.kind !== "declaration") continue;
    const { kind } = binding.declaration.item;
    if (kind === "block" || kind === "model") names.set(name, kind);
    else if (kind === "define") names.set(name, "definition");
  }
  return names;
}
