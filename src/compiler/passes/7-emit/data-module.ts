import { invariant } from "../../base/invariant.ts";
import { isDim, known } from "../../ir/dim.ts";
import { createBuilder } from "../../ir/make-builder.ts";
import type { ArgumentValue, Use } from "../../library/arguments.ts";
import type { NormalizerDefinition } from "../../library/definition.ts";
import type { Formula, TypedData, TypedSource } from "../../typed/program.ts";
import { lowerFormula } from "../3-lower/formula.ts";
import { isFed } from "./augment-module.ts";
import { comment, join, key, literal, name, nothing, ts, type Code, type Plain } from "./code.ts";
import type { Emission } from "./emission.ts";
import { printHostFormula } from "./host-expression.ts";
import type { ModuleText } from "./modules.ts";

/** `data.ts`: where the rows come from, how they are divided and brought to scale. */
export function dataModule(emission: Emission): ModuleText {
  const { run } = emission.compiled;
  return {
    path: "data.ts",
    header: comment(
      `The data of run ${run.name}: where its rows come from, how they are divided, how they are brought to scale.`,
    ),
    statements: [
      fieldsOf(emission),
      declarations(emission),
      loader(emission),
      otherLoader(emission),
    ],
  };
}

function fieldsOf({ compiled }: Emission): Code {
  const { data } = compiled.run;
  const entries = compiled.fields.map((field, index) => {
    const documentation = data.fields[index]?.documentation;
    const about = comment(documentation);
    return ts`${about}
${literal({ name: field.name, shape: [...field.shape], classes: field.classes })},`;
  });
  return ts`${comment(data.documentation ?? "The fields of a row; shapes without the batch, and how many classes where a field holds labels.")}
export const fields: readonly Field[] = [
${entries}
];`;
}

function declarations(emission: Emission): Code {
  const { compiled, bound } = emission;
  const { data } = compiled.run;
  const { by, ...fractions } = data.split;
  const readsFiles =
    bound.has(data.name) ||
    data.sources.some(({ source }) => source.use.definition.synthetic !== true) ||
    readsStatistics(data);
  return ts`/** What --data calls this data. */
export const dataName = ${literal(data.name)};
${
  readsFiles
    ? ts`
/** Relative paths start from where this file lies. */
const directory = import.meta.url;`
    : nothing
}

const split = ${literal(fractions)};
${
  by === undefined
    ? nothing
    : ts`
/** Rows that agree in this column stay together. */
const group = ${literal(by)};`
}
${readsStatistics(data) ? nothing : normalization(emission)}`;
}

/** Whether a normaliser takes its numbers from a file. */
function readsStatistics(data: TypedData): boolean {
  return data.normalize.some(({ steps }) =>
    steps.some(({ definition }) => definition.paths !== undefined),
  );
}

function normalization(emission: Emission): Code {
  const entries = emission.compiled.run.data.normalize.map((field) =>
    printNormalization(emission, field),
  );
  return ts`const normalize: Readonly<Record<string, readonly NormalizationStep[]>> = {${join(entries, ts`, `)}};`;
}

function printNormalization(
  emission: Emission,
  {
    field,
    steps,
  }: { readonly field: string; readonly steps: readonly Use<NormalizerDefinition>[] },
): Code {
  const calls = steps.map(({ definition, arguments: values }) => {
    const files = definition.paths?.map(
      (path) =>
        ts`resolvePath(directory, ${literal(emission.pathFromFolder(String(values[path])))})`,
    );
    if (files) return ts`await ${name(definition.runtime.fit)}(${join(files, ts`, `)})`;
    const numbers = Object.values(values).flatMap((value): readonly Plain[] =>
      isRange(value) ? [value.from, value.to] : [plain(value)],
    );
    return ts`${name(definition.runtime.fit)}(${join(numbers.map(literal), ts`, `)})`;
  });
  return ts`${key(field)}: [${join(calls, ts`, `)}]`;
}

function loader(emission: Emission): Code {
  const { data } = emission.compiled.run;
  const bound = emission.bound.get(data.name);
  // A source that another one takes the place of leaves nothing here: neither its reader nor, in a built folder, its file.
  const parts =
    bound !== undefined
      ? []
      : data.sources.map(({ part, source }) => ts`${name(part)}: ${readCall(emission, source)}`);
  const own =
    bound !== undefined
      ? ts`{ all: ${readOther(emission, ts`resolvePath(directory, ${literal(emission.pathFromFolder(bound))})`)} }`
      : ts`{ ${join(parts, ts`, `)} }`;
  const hasOwn = bound !== undefined || parts.length > 0;
  const missing = `${data.name} names no source; give one with --data ${data.name}=path`;
  return ts`/**
 * Reads all rows and divides them; ${literal("seed")} decides which row goes where. What brings the values to scale is measured on the
 * training rows alone. With ${literal("path")} the rows come from ${textSource(emission) ? ts`another text` : isOfFolder(emission) ? ts`another folder` : ts`another file (.csv, .tsv, .npz)`}.
 */
export async function loadData(seed: number, path?: string): Promise<PreparedData> {
  ${hasOwn ? nothing : ts`if (path === undefined) throw new UserError(${literal(missing)});`}
  const sources = ${hasOwn ? ts`path === undefined ? ${own} : ` : nothing}{ all: ${readOther(emission, ts`path`)} };
  ${readsStatistics(data) ? normalization(emission) : nothing}
  return ${fed(emission, ts`prepareData(fields, sources, { split, seed, normalize })`, ts`feedData`)};
}`;
}

/** Whether the data is a folder of images. */
export function isOfFolder({ compiled }: Emission): boolean {
  return compiled.run.data.sources.some(({ source }) => source.use.definition.reads === "images");
}

/** The source of a run that reads a text. */
export function textSource({ compiled }: Emission): TypedSource | undefined {
  return compiled.run.data.sources.find(
    ({ source }) => source.use.definition.reads === "characters",
  )?.source;
}

/** Reading another file in place of the source, or another folder of images. */
function readOther(emission: Emission, path: Code): Code {
  const text = textSource(emission);
  if (text)
    return ts`await readCharacters(fields, ${printOptions([["path", path], ...optionsOf(emission, text).filter(([key]) => key !== "path")])})`;
  return isOfFolder(emission)
    ? ts`await readFolder(fields, { path: ${path} })`
    : ts`await readAny(fields, ${path}, ${boundOptions(emission)})`;
}

/** Reading a file that stands in for the source: columns are found as in the spec's own. */
function boundOptions(emission: Emission): Code {
  const { data } = emission.compiled.run;
  const csv = data.sources.find(({ source }) => source.use.definition.reads === "table")?.source;
  const elsewhere: Emission = { ...emission, pathFromFolder: (path) => path };
  const kept = csv ? optionsOf(elsewhere, csv).filter(([key]) => key !== "path") : [];
  return printOptions([...kept, ...common(emission, false)]);
}

function readCall(emission: Emission, source: TypedSource): Code {
  const { read } = source.use.definition.runtime;
  const options = [
    ...optionsOf(emission, source),
    ...common(emission, source.use.definition.synthetic !== true),
  ];
  return ts`await ${name(read)}(fields, ${printOptions(options)})`;
}

type Option = readonly [key: string, value: Code];

function printOptions(options: readonly Option[]): Code {
  return ts`{ ${join(
    options.map(([key, value]) => (value.code === key ? value : ts`${name(key)}: ${value}`)),
    ts`, `,
  )} }`;
}

function common({ compiled }: Emission, fromFolder: boolean): readonly Option[] {
  const grouped = compiled.run.data.split.by !== undefined;
  return [
    ...(grouped ? [["group", ts`group`] as const] : []),
    ...(fromFolder ? [["directory", ts`directory`] as const] : []),
  ];
}

/** The arguments of a source as the reader's options. */
function optionsOf(
  emission: Emission,
  { use, fieldArguments, formula }: TypedSource,
): readonly Option[] {
  const { definition, arguments: values } = use;
  const isPath = (key: string): boolean => definition.paths.includes(key);
  const shown = (key: string): boolean =>
    definition.arguments[key]?.kind !== "expression" &&
    (key !== "target" || Object.keys(fieldArguments).length === 0);
  const entries = Object.entries(values).filter(
    ([key, value]) => value !== undefined && shown(key),
  );
  const isList = (key: string): boolean =>
    definition.arguments[key]?.kind === "text" && "list" in definition.arguments[key];
  const options = entries.map(([key, value]): Option => {
    if (isPath(key)) return [key, printPaths(emission, value)];
    return [key, literal(isList(key) && typeof value === "string" ? [value] : plain(value))];
  });
  const fields = Object.entries(fieldArguments).map(([field, column]) => {
    // idx and npy have one file a field; csv and npz have columns and arrays of one file.
    const text = definition.paths.length === 0 ? emission.pathFromFolder(column) : column;
    return ts`${key(field)}: ${literal(text)}`;
  });
  const named: readonly Option[] =
    fields.length === 0 ? [] : [["fields", ts`{ ${join(fields, ts`, `)} }`]];
  return [...options, ...named, ...(formula ? formulaOptions(formula) : [])];
}

function printPaths(emission: Emission, value: ArgumentValue): Code {
  if (typeof value === "string") return literal(emission.pathFromFolder(value));
  invariant(Array.isArray(value), "paths are texts");
  return literal((value as readonly string[]).map(emission.pathFromFolder));
}

/** A formula over named inputs, as a function of the host. */
function formulaOptions({
  expression,
  inputs,
}: NonNullable<TypedSource["formula"]>): readonly Option[] {
  const graph = createBuilder();
  const variables = new Map(inputs.map((input) => [input.name, graph.scalar(input.name)] as const));
  const { statements, result } = printHostFormula(
    lowerFormula(graph, expression satisfies Formula, variables),
    (input) => ts`inputs[${literal(input)}]!`,
  );
  return [
    [
      "formula",
      ts`(inputs: Readonly<Record<string, number>>) => { ${statements} return ${result}; }`,
    ],
    ["inputs", literal(inputs.map((input) => ({ ...input })))],
  ];
}

function otherLoader(emission: Emission): Code {
  return ts`/** Reads rows of another file, brought to scale as the training rows were. */
export async function loadOther(path: string, preparation: Preparation): Promise<Part> {
  return ${fed(emission, ts`preparePart(fields, ${readOther(emission, ts`path`)}, preparation)`, ts`feedPart`)};
}`;
}

/** The rows as the model is given them, where an augmentation cuts them to size or makes labels distributions. */
function fed({ compiled: { run } }: Emission, rows: Code, feed: Code): Code {
  return isFed(run) ? ts`${feed}(${rows}, feeding)` : rows;
}

/** An argument as a plain value. */
function plain(value: ArgumentValue): Plain {
  if (isDim(value)) return known(value);
  if (Array.isArray(value)) return (value as readonly ArgumentValue[]).map(plain);
  if (isRange(value)) return { from: value.from, to: value.to };
  invariant(typeof value !== "object", "an argument of a source is a plain value");
  return value as Plain;
}

function isRange(value: unknown): value is { readonly from: number; readonly to: number } {
  return typeof value === "object" && value !== null && "from" in value && "to" in value;
}
