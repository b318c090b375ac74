import { invariant } from "../../../compiler/base/invariant.ts";
import { isDim, known } from "../../../compiler/ir/dim.ts";
import { createBuilder } from "../../../compiler/ir/make-builder.ts";
import type { ArgumentValue, Use } from "../../../compiler/library/arguments.ts";
import type {
  NormalizerDefinition,
  SourceDefinition,
} from "../../../compiler/library/definition.ts";
import type { Formula, TypedSource } from "../../../compiler/typed/program.ts";
import { lowerFormula } from "../../../compiler/typed/formula-nodes.ts";
import type { Plain } from "../code.ts";
import { isOfFolder, readerOf, readsTables, textSource } from "../predictions.ts";
import type { Emission } from "../emission.ts";
import { countedFields } from "./carried-flags.ts";
import type { Entry } from "./entry.ts";
import { call, list, plain, record, variable, type Item, type Recipe } from "./recipe.ts";

/** Where the rows come from, how they are divided and brought to scale. */
export function dataEntries(emission: Emission): readonly Entry[] {
  const { split } = emission.compiled.run.data;
  const division = {
    ...{ train: split.train, validation: split.validation, test: split.test },
    ...(split.stratify !== undefined && { stratify: split.stratify }),
    ...(split.order && { order: split.order.by }),
    ...(split.folds !== undefined && { folds: split.folds }),
  };
  return [
    fields(emission),
    {
      module: "data",
      name: "split",
      type: "Division",
      value: plain(division),
      about: "Which share of the rows is for what, and how they are chosen.",
    },
    ...(split.folds === undefined
      ? []
      : [
          {
            module: "data",
            name: "folds",
            value: plain(split.folds),
            about: "How often it is trained, each time with another part to validate.",
          } as const,
        ]),
    ...counted(emission),
    ...normalization(emission),
    ...ownSources(emission),
    ...(readsTables(emission) ? [tableOptions(emission)] : []),
    {
      module: "data",
      name: "readOther",
      about: "Reads rows from another place than the spec names.",
      value: {
        kind: "lambda",
        parameters: [
          { name: "path", type: "string" },
          ...(readsTables(emission)
            ? [{ name: "like", type: "TableLayout", isOptional: true }]
            : []),
        ],
        body: readOther(emission, variable("path"), true),
      },
    },
  ];
}

function counted({ compiled }: Emission): readonly Entry[] {
  const own = countedFields(compiled.run);
  if (own.length === 0) return [];
  return [
    {
      module: "data",
      name: "countedLabels",
      type: "readonly string[]",
      about: "The fields whose classes are trained: their rows are counted.",
      value: plain(own),
    },
  ];
}

function fields({ compiled }: Emission): Entry {
  const { data } = compiled.run;
  const items = compiled.fields.map((field, index): Item => {
    const about = data.fields[index]?.documentation;
    return {
      recipe: plain({ name: field.name, shape: [...field.shape], classes: field.classes }),
      ...(about !== undefined && { about }),
    };
  });
  return {
    module: "data",
    name: "fields",
    type: "readonly Field[]",
    about:
      data.documentation ??
      "The fields of a row; shapes without the batch, and how many classes where a field holds labels.",
    value: { kind: "list", items },
  };
}

function normalization(emission: Emission): readonly Entry[] {
  const { normalize } = emission.compiled.run.data;
  if (normalize.length === 0) return [];
  const entries = normalize.map(
    ({ field, steps }) => [field, list(steps.map((step) => stepRecipe(emission, step)))] as const,
  );
  return [
    {
      module: "data",
      name: "normalization",
      about: "How the values of a field are brought to scale.",
      value: {
        kind: "lambda",
        waits: true,
        parameters: [],
        body: { kind: "record", entries },
      },
      type: "Normalizing",
    },
  ];
}

function stepRecipe(
  emission: Emission,
  { definition, arguments: values }: Use<NormalizerDefinition>,
): Recipe {
  const files = definition.paths?.map((path) =>
    call(
      "resolvePath",
      variable("directory"),
      plain(emission.pathFromFolder(String(values[path]))),
    ),
  );
  if (files)
    return { kind: "call", function: definition.runtime.fit, arguments: files, waits: true };
  const numbers = Object.values(values).flatMap((value): readonly Plain[] =>
    isRange(value) ? [value.from, value.to] : [plainArgument(value)],
  );
  return call(definition.runtime.fit, ...numbers.map(plain));
}

/** A source that another one takes the place of leaves nothing here: neither its reader nor, in a built folder, its file. */
function ownSources(emission: Emission): readonly Entry[] {
  const { data } = emission.compiled.run;
  const bound = emission.bound.get(data.name);
  const sources =
    bound === undefined
      ? data.sources.map(
          ({ part, source }) => [part, waiting(readSource(emission, source))] as const,
        )
      : [
          [
            "all",
            waiting(
              readOther(
                emission,
                call("resolvePath", variable("directory"), plain(emission.pathFromFolder(bound))),
              ),
            ),
          ] as const,
        ];
  if (sources.length === 0) return [];
  return [
    {
      module: "data",
      name: "readSources",
      about: "Reads the rows of the spec's own sources.",
      type: "() => Promise<Sources>",
      value: {
        kind: "lambda",
        waits: true,
        parameters: [],
        body: { kind: "record", entries: sources },
      },
    },
  ];
}

function waiting(recipe: Recipe): Recipe {
  invariant(recipe.kind === "call", "a source is read by a function");
  return { ...recipe, waits: true };
}

/**
 * Reading another file in place of the source, or another folder of images. A program has the reader of its own source, or of the file
 * that was bound in its place; only where nothing says what the data are, and in this process, there are all.
 */
function readOther(emission: Emission, path: Recipe, isLater = false): Recipe {
  const text = textSource(emission);
  if (text) {
    const options = { path, ...optionsOf(emission, text, ["path"]) };
    return call("readCharacters", variable("fields"), record(options));
  }
  if (isOfFolder(emission)) return call("readFolder", variable("fields"), record({ path }));
  const asTable = readsTables(emission)
    ? [variable("tableOptions"), ...(isLater ? [variable("like")] : [])]
    : undefined;
  const options = asTable ?? [record(boundOptions(emission))];
  const byKind = call("readAny", variable("fields"), path, ...options);
  if (emission.readsAnything === true) return byKind;
  const definition = readerOf(emission);
  if (definition === undefined) return byKind;
  const { other } = definition;
  if (other === undefined) return call("readNothing", path);
  if (asTable) return call(other.read, variable("fields"), path, ...asTable);
  const known = boundOptions(emission, definition);
  return call(
    other.read,
    variable("fields"),
    path,
    ...(Object.keys(known).length === 0 ? [] : [record(known)]),
  );
}

function tableOptions(emission: Emission): Entry {
  return {
    module: "data",
    name: "tableOptions",
    about: "What is said of the columns of the data's own table.",
    type: "TableOptions",
    value: record(boundOptions(emission, readerOf(emission))),
  };
}

/** Reading a file that stands in for the source: columns are found as in the spec's own, as far as the reader knows of them. */
function boundOptions(
  emission: Emission,
  reader?: SourceDefinition,
): Readonly<Record<string, Recipe>> {
  const { data } = emission.compiled.run;
  const own = data.sources[0]?.source;
  const isKept =
    own !== undefined &&
    (own.use.definition.reads === "table" ||
      (own.use.definition.other !== undefined && own.use.definition.paths.length > 0));
  const elsewhere: Emission = { ...emission, pathFromFolder: (path) => path };
  const options = {
    ...(isKept && optionsOf(elsewhere, own, ["path"])),
    ...common(emission, false),
  };
  if (reader === undefined || reader.reads === "table") return options;
  // Arrays have names in a file of several; otherwise each has a file of its own.
  const { fields, group } = options;
  if (reader.paths.length === 0) return {};
  return { ...(fields && { fields }), ...(group && { group }) };
}

function readSource(emission: Emission, source: TypedSource): Recipe {
  const { definition } = source.use;
  const options = {
    ...optionsOf(emission, source, []),
    ...common(emission, definition.synthetic !== true),
  };
  return call(definition.runtime.read, variable("fields"), record(options));
}

function common({ compiled }: Emission, fromFolder: boolean): Readonly<Record<string, Recipe>> {
  const { by, order } = compiled.run.data.split;
  const beside = order?.by === "column" ? order.column : by;
  return {
    ...(beside !== undefined && { group: plain(beside) }),
    ...(fromFolder && { directory: variable("directory") }),
  };
}

/** The arguments of a source as the reader's options. */
function optionsOf(
  emission: Emission,
  { use, fieldArguments, formula }: TypedSource,
  without: readonly string[],
): Readonly<Record<string, Recipe>> {
  const { definition, arguments: values } = use;
  const shown = (key: string): boolean =>
    !without.includes(key) &&
    definition.arguments[key]?.kind !== "expression" &&
    (key !== "target" || Object.keys(fieldArguments).length === 0);
  const options = Object.entries(values)
    .filter(([key, value]) => value !== undefined && shown(key))
    .map(([key, value]) => [key, optionRecipe(emission, use, key, value)] as const);
  const named = Object.entries(fieldArguments).map(
    // idx and npy have one file a field; csv and npz have columns and arrays of one file.
    ([field, column]) =>
      [
        field,
        plain(definition.paths.length === 0 ? emission.pathFromFolder(column) : column),
      ] as const,
  );
  return {
    ...Object.fromEntries(options),
    ...(named.length > 0 && { fields: { kind: "record", entries: named } as const }),
    ...(formula && formulaOptions(formula)),
  };
}

function optionRecipe(
  emission: Emission,
  { definition }: TypedSource["use"],
  key: string,
  value: ArgumentValue,
): Recipe {
  if (definition.paths.includes(key)) {
    if (typeof value === "string") return plain(emission.pathFromFolder(value));
    invariant(Array.isArray(value), "paths are texts");
    return plain((value as readonly string[]).map(emission.pathFromFolder));
  }
  const argument = definition.arguments[key];
  const isList = argument?.kind === "text" && "list" in argument;
  return plain(isList && typeof value === "string" ? [value] : plainArgument(value));
}

/** A formula over named inputs, as a function of the host. */
function formulaOptions({
  expression,
  inputs,
}: NonNullable<TypedSource["formula"]>): Readonly<Record<string, Recipe>> {
  const graph = createBuilder();
  const variables = new Map(inputs.map((input) => [input.name, graph.scalar(input.name)] as const));
  return {
    formula: {
      kind: "lambda",
      parameters: [{ name: "inputs" }],
      body: {
        kind: "formula",
        node: lowerFormula(graph, expression satisfies Formula, variables),
        variable: (input) => ({ kind: "entry", of: variable("inputs"), key: input }),
      },
    },
    inputs: plain(inputs.map((input) => ({ ...input }))),
  };
}

/** An argument as a plain value. */
function plainArgument(value: ArgumentValue): Plain {
  if (isDim(value)) return known(value);
  if (Array.isArray(value)) return (value as readonly ArgumentValue[]).map(plainArgument);
  if (isRange(value)) return { from: value.from, to: value.to };
  invariant(typeof value !== "object", "an argument of a source is a plain value");
  return value as Plain;
}

function isRange(value: unknown): value is { readonly from: number; readonly to: number } {
  return typeof value === "object" && value !== null && "from" in value && "to" in value;
}
