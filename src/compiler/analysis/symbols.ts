import { textOf, type Span } from "../base/source.ts";
import type { Bound } from "../passes/1-resolve/lexical.ts";
import type { ResolvedFile } from "../passes/1-resolve/resolved.ts";
import { settingOf } from "../settings/index.ts";
import { inputs } from "../settings/inputs.ts";
import type * as Ast from "../syntax/ast.ts";
import { place, type Analysis } from "./analysis.ts";
import { allParts } from "./cursor.ts";

export type SymbolKind =
  | Exclude<Ast.Item["kind"], "train" | "search" | "budget">
  | "run"
  | "parameter"
  | "size"
  | "input"
  | "value"
  | "stage"
  | "shared stage"
  | "trained parameter"
  | "index"
  | "field"
  | "import";

/** A name with the place that declares it and all places of one text that speak of it. */
export interface KnownSymbol {
  readonly name: string;
  readonly kind: SymbolKind;
  /** In whatever file it is declared. */
  readonly definition: Span;
  /** In the text that was analysed, in order, the definition included where it is there. */
  readonly occurrences: readonly Span[];
  /** Where the symbol's tree says more: the declaration, or the declaration around it. */
  readonly item: Ast.Item | undefined;
  /** The name as it stands in the tree that declares it. */
  readonly declared: Ast.Name;
  /** Whether it names a stage of a model, and so tensors of checkpoints. */
  readonly inBody: boolean;
}

const kinds: readonly (readonly [pattern: RegExp, kind: SymbolKind])[] = [
  [/^the import$/, "import"],
  [/^the dim$/, "dim"],
  [/^the hyper$/, "hyper"],
  [/^the definition$/, "define"],
  [/^the data$/, "data"],
  [/^the block$/, "block"],
  [/^the model$/, "model"],
  [/^the recipe$/, "recipe"],
  [/^a parameter of/, "parameter"],
  [/^a size of/, "size"],
  [/^an input$/, "input"],
  [/^the value$/, "value"],
  [/^a stage of/, "stage"],
  [/^the shared stage$/, "shared stage"],
  [/^the parameter$/, "trained parameter"],
  [/^the index/, "index"],
];

interface Draft {
  readonly name: Ast.Name;
  readonly kind: SymbolKind;
  readonly item: Ast.Item | undefined;
  readonly inBody: boolean;
  readonly uses: Ast.Name[];
}

const found = new WeakMap<Analysis, readonly KnownSymbol[]>();

/** Every symbol that a text declares or speaks of; found once for each analysis. */
export function symbolsOf(analysis: Analysis): readonly KnownSymbol[] {
  const known = found.get(analysis) ?? findSymbols(analysis);
  found.set(analysis, known);
  return known;
}

function findSymbols(analysis: Analysis): readonly KnownSymbol[] {
  const drafts = new Map<Ast.Name, Draft>();
  const { resolved } = analysis;
  const files: readonly ResolvedFile[] = [resolved, ...resolved.imported];
  for (const [index, names] of resolved.names.entries())
    for (const bound of names) draftOf(drafts, files[index]!, bound, index === 0);
  for (const each of files) for (const item of each.file.items) draftFields(drafts, item);
  linkImports(drafts, resolved, resolved.names[0] ?? []);
  for (const item of resolved.file.items) linkItem(drafts, resolved, item);
  return [...drafts.values()].flatMap((draft) => finished(analysis, draft));
}

function draftOf(
  drafts: Map<Ast.Name, Draft>,
  { file }: ResolvedFile,
  bound: Bound,
  own: boolean,
): void {
  const kind = kinds.find(([pattern]) => pattern.test(bound.what))?.[1] ?? "value";
  if (kind === "import" && !isAlias(file, bound.name)) return;
  drafts.set(bound.name, {
    name: bound.name,
    kind,
    item: file.items.find((item) => contains(item.span, bound.name.span)),
    inBody: bound.level === "body",
    uses: own ? [...bound.uses] : [],
  });
}

function contains(outer: Span, inner: Span): boolean {
  return outer.source === inner.source && outer.start <= inner.start && inner.end <= outer.end;
}

function isAlias(file: Ast.File, name: Ast.Name): boolean {
  return file.imports.some((statement) => statement.names.some(({ alias }) => alias === name));
}

function draftFields(drafts: Map<Ast.Name, Draft>, item: Ast.Item): void {
  const add = (name: Ast.Name, kind: SymbolKind): void =>
    void drafts.set(name, { name, kind, item, inBody: false, uses: [] });
  if (item.kind === "data") for (const { name } of item.fields) add(name, "field");
  if (item.kind === "train" && item.alias) add(item.alias, "run");
  if (item.kind === "ensemble") add(item.name, "ensemble");
}

/** An import without an alias is one more place of the declaration that it names; so are its uses. */
function linkImports(
  drafts: Map<Ast.Name, Draft>,
  { file, scope }: ResolvedFile,
  bound: readonly Bound[],
): void {
  for (const statement of file.imports) {
    for (const { name, alias } of statement.names) {
      const binding = scope.names.get((alias ?? name).text);
      if (binding?.kind !== "declaration" || !("name" in binding.declaration.item)) continue;
      const draft = drafts.get(binding.declaration.item.name);
      draft?.uses.push(name);
      if (!alias) draft?.uses.push(...(bound.find((each) => each.name === name)?.uses ?? []));
    }
  }
}

/** Names that the walk over scopes does not bind: arguments by name, values and fields in runs, runs in other runs. */
function linkItem(drafts: Map<Ast.Name, Draft>, file: ResolvedFile, item: Ast.Item): void {
  for (const part of allParts(item)) if (isCall(part)) linkArguments(drafts, file, part);
  switch (item.kind) {
    case "train":
      return linkSettings(drafts, file, item, [item]);
    case "recipe":
      return linkSettings(
        drafts,
        file,
        item,
        file.file.items.filter(
          (run): run is Ast.TrainItem =>
            run.kind === "train" && run.recipes.some(({ text }) => text === item.name.text),
        ),
      );
    case "data":
      return linkFields(drafts, item);
    case "search":
    case "ensemble":
      if (item.kind === "search") linkRun(drafts, file, item.run);
      for (const reference of referencesIn(item.settings))
        linkRun(drafts, file, reference.path[0]!);
      return;
    default:
      return;
  }
}

interface CallPart {
  readonly span: Span;
  readonly name?: Ast.Name;
  readonly path?: readonly Ast.Name[];
  readonly arguments: readonly Ast.Argument[];
}

function isCall(part: object): part is CallPart {
  return "arguments" in part && part.arguments !== undefined && ("path" in part || "name" in part);
}

/** `Unit(64, stride: 2)`: the name of an argument is one of the parameter. */
function linkArguments(
  drafts: Map<Ast.Name, Draft>,
  { scope }: ResolvedFile,
  call: CallPart,
): void {
  const name = call.name ?? call.path?.[0];
  const binding = name && scope.names.get(name.text);
  if (binding?.kind !== "declaration") return;
  const { item } = binding.declaration;
  if (item.kind !== "block" && item.kind !== "define") return;
  for (const argument of call.arguments) {
    const parameter = item.parameters.find((each) => each.name.text === argument.name?.text);
    if (parameter && argument.name) drafts.get(parameter.name)?.uses.push(argument.name);
  }
}

function linkRun(
  drafts: Map<Ast.Name, Draft>,
  { file, scope }: ResolvedFile,
  name: Ast.Name,
): void {
  const run = file.items.find(
    (item) => item.kind === "train" && (item.alias ?? item.model).text === name.text,
  );
  if (run?.kind !== "train") return;
  if (run.alias) return void drafts.get(run.alias)?.uses.push(name);
  const binding = scope.names.get(run.model.text);
  if (binding?.kind === "declaration" && "name" in binding.declaration.item)
    drafts.get(binding.declaration.item.name)?.uses.push(name);
}

/** Values of the model and fields of the data, as the settings of a run call them. */
function linkSettings(
  drafts: Map<Ast.Name, Draft>,
  file: ResolvedFile,
  { settings }: Ast.TrainItem | Ast.RecipeItem,
  runs: readonly Ast.TrainItem[],
): void {
  const [run] = runs;
  if (!settings || !run) return;
  const model = namesOf(drafts, file, run.model);
  const fields = namesOf(drafts, file, run.data);
  const link = (name: Ast.Name | undefined, ...places: readonly ReadonlyMap<string, Draft>[]) => {
    const draft = name && places.map((names) => names.get(name.text)).find((each) => each);
    if (name && draft) draft.uses.push(name);
    else if (name) linkRun(drafts, file, name);
  };
  for (const { path } of referencesIn(settings)) {
    const [first, second] = path;
    if (first && file.scope.names.has(first.text)) continue;
    if (first?.text === "model" && second) link(second, model);
    else if (first?.text === "data" && second) link(second, fields);
    else if (first?.text !== "teacher") link(first, model, fields);
  }
  for (const part of allParts(settings)) {
    if ("steps" in part) link((part as Ast.Path).steps[0]?.name, model);
    if ("kind" in part && part.kind === "setting") linkGroups(part as Ast.Setting, model, fields);
  }
}

/** `inputs: (x: image)` names an input of the model, `augment: (image: …)` a field of the data. */
function linkGroups(
  { name, value }: Ast.Setting,
  model: ReadonlyMap<string, Draft>,
  fields: ReadonlyMap<string, Draft>,
): void {
  if (value.kind !== "group") return;
  for (const argument of value.arguments) {
    const draft =
      argument.name && (settingOf(name.text) === inputs ? model : fields).get(argument.name.text);
    if (argument.name && draft) draft.uses.push(argument.name);
  }
}

/** What a model or data declaration names inside itself, for those who speak of it from outside. */
function namesOf(
  drafts: ReadonlyMap<Ast.Name, Draft>,
  { scope }: ResolvedFile,
  name: Ast.Name,
): ReadonlyMap<string, Draft> {
  const binding = scope.names.get(name.text);
  if (binding?.kind !== "declaration") return new Map();
  const { item } = binding.declaration;
  return new Map(
    [...drafts.values()]
      .filter((draft) => draft.item === item && draft.kind !== "size" && draft.kind !== item.kind)
      .map((draft) => [draft.name.text, draft]),
  );
}

/** `idx(image: "…")`, `normalize: (image: …)`: what is said of a field. */
function linkFields(drafts: Map<Ast.Name, Draft>, item: Ast.DataItem): void {
  for (const setting of item.settings) {
    for (const part of allParts(setting)) {
      if (!("value" in part) || !("name" in part) || part === setting) continue;
      const { name } = part as Ast.Argument;
      const field = item.fields.find((each) => each.name.text === name?.text);
      if (field && name) drafts.get(field.name)?.uses.push(name);
    }
  }
}

function referencesIn(settings: Ast.Settings): readonly Ast.Reference[] {
  return [...allParts(settings)].filter((part): part is Ast.Reference => part.kind === "reference");
}

function finished(analysis: Analysis, draft: Draft): readonly KnownSymbol[] {
  const definition = place(analysis, draft.name.span);
  if (!definition) return [];
  const places = [draft.name, ...draft.uses].flatMap(({ span }) => place(analysis, span) ?? []);
  const own = places.filter(
    (span) => span.source.path === analysis.source.path && textOf(span) !== "",
  );
  const distinct = new Map(own.map((span) => [span.start, span]));
  return [
    {
      name: draft.name.text,
      kind: draft.kind,
      definition,
      occurrences: [...distinct.values()].sort((a, b) => a.start - b.start),
      item: draft.item,
      declared: draft.name,
      inBody: draft.inBody,
    },
  ];
}
