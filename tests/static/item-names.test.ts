import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript-6.0";
import { expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";

// What passes, lints and tools want to know of an item is a field of its definition. A name of an item is shown; it is never
// compared, matched or looked up, and nothing outside of the library and of the settings of runs writes one.

const root = resolve(import.meta.dirname, "../..");
const names: ReadonlySet<string> = new Set(library.all().map(({ name }) => name));

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? filesIn(join(folder, entry.name))
      : entry.name.endsWith(".ts")
        ? [join(folder, entry.name)]
        : [],
  );
}

function mayName(path: string): boolean {
  return /^src\/compiler\/(library|settings)\//.test(relative(root, path));
}

/** The files that can ask for an item: all that import the library, or a file that does. The floors below it know of no items. */
function filesAbove(program: ts.Program, paths: readonly string[]): readonly string[] {
  const users = new Map<string, string[]>();
  for (const path of paths)
    for (const used of importsOf(program.getSourceFile(path)!))
      users.set(used, [...(users.get(used) ?? []), path]);
  const above = new Set(paths.filter(mayName));
  for (const path of above) for (const user of users.get(path) ?? []) above.add(user);
  return paths.filter((path) => above.has(path) && !mayName(path));
}

function importsOf({ text, fileName }: ts.SourceFile): readonly string[] {
  return [...text.matchAll(/(?:from |import\()"(\.[^"]*)"/g)].map(([, path]) =>
    resolve(dirname(fileName), path!),
  );
}

/** The item that a text names: all of it, or a call as in `kaiming(relu)`. */
function itemIn(text: string): string | undefined {
  const name = /^([a-z]\w*)(?:\(.*\))?$/s.exec(text)?.[1];
  return name !== undefined && names.has(name) ? name : undefined;
}

function partsOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

/** A vocabulary of its own, such as the kinds of a node: finitely many words, and not any text. */
function isClosed(type: ts.Type | undefined): boolean {
  const parts = type === undefined ? [] : partsOf(type);
  const open = ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter;
  const texts = parts.filter(({ flags }) => (flags & ts.TypeFlags.StringLike) !== 0);
  return (
    texts.length > 0 &&
    texts.every((part) => part.isStringLiteral()) &&
    !parts.some(({ flags }) => (flags & open) !== 0)
  );
}

/** What may stand in the place of a text: the other side of a comparison, the subject of a `switch`, or what its context asks for. */
function expectedAt(checker: ts.TypeChecker, node: ts.Expression): ts.Type | undefined {
  const { parent } = node;
  if (isComparison(parent))
    return checker.getTypeAtLocation(parent.left === node ? parent.right : parent.left);
  if (ts.isCaseClause(parent)) return checker.getTypeAtLocation(parent.parent.parent.expression);
  return checker.getContextualType(node);
}

function isComparison(node: ts.Node): node is ts.BinaryExpression {
  return (
    ts.isBinaryExpression(node) &&
    [
      ts.SyntaxKind.EqualsEqualsEqualsToken,
      ts.SyntaxKind.ExclamationEqualsEqualsToken,
      ts.SyntaxKind.EqualsEqualsToken,
      ts.SyntaxKind.ExclamationEqualsToken,
    ].includes(node.operatorToken.kind)
  );
}

/** A name of something else by the place where it stands: a property, an argument, or a word that the called function itself lists. */
function isOtherName(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InKeyword)
    return parent.left === node;
  if (ts.isElementAccessExpression(parent))
    return valuesOf(checker.getTypeAtLocation(parent.expression)) === "ArgumentValue";
  if (!ts.isCallExpression(parent)) return false;
  const declared = checker.getResolvedSignature(parent)?.declaration?.parameters;
  const parameter = declared?.[parent.arguments.indexOf(node)];
  if (parameter === undefined || !ts.isParameter(parameter) || !parameter.type) return false;
  return ts.isLiteralTypeNode(parameter.type);
}

/** What a table has for any text, by the name of its type. */
function valuesOf(table: ts.Type): string | undefined {
  const values = table.getStringIndexType();
  return (
    values && (partsOf(values).find(({ aliasSymbol }) => aliasSymbol) ?? values).aliasSymbol?.name
  );
}

/** A key of a table that any text looks up; in a table of arguments they are names of arguments, in a recipe members of a program. */
function isOpenKey(checker: ts.TypeChecker, node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isPropertyAssignment(parent) || parent.name !== node) return false;
  const table = checker.getContextualType(parent.parent);
  return (
    table?.getStringIndexType() !== undefined &&
    table.symbol?.name !== "RecipeMembers" &&
    valuesOf(table) !== "ArgumentSpecification"
  );
}

/** Whether an expression is a name as a definition gives it. */
function isItemName(checker: ts.TypeChecker, node: ts.Node): boolean {
  return partsOf(checker.getTypeAtLocation(node)).some(
    (part) => part.aliasSymbol?.name === "ItemName",
  );
}

const asking = ["includes", "has", "get", "hasOwn", "test", "exec", "match", "startsWith"];

/** Whether an expression decides something: as a key, the subject of a `switch`, or what a list or a pattern is asked for. */
function isAsked(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === node;
  if (ts.isSwitchStatement(parent)) return true;
  if (!ts.isCallExpression(parent))
    return ts.isPropertyAccessExpression(parent) && isAsking(parent);
  return ts.isPropertyAccessExpression(parent.expression) && isAsking(parent.expression);
}

function isAsking({ name }: ts.PropertyAccessExpression): boolean {
  return asking.includes(name.text);
}

function faultOf(checker: ts.TypeChecker, node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return faultOfText(checker, node);
  if (ts.isIdentifier(node) && names.has(node.text) && isOpenKey(checker, node))
    return `has ${node.text} in a table`;
  const isName = ts.isPropertyAccessExpression(node) || ts.isIdentifier(node);
  return isName && isAsked(node) && isItemName(checker, node) ? "asks for a name" : undefined;
}

function faultOfText(checker: ts.TypeChecker, node: ts.StringLiteralLike): string | undefined {
  const item = itemIn(node.text);
  const { parent } = node;
  // Types list words of other vocabularies, and tagged templates are code of generated programs.
  const isWord =
    ts.isLiteralTypeNode(parent) ||
    ts.isTaggedTemplateExpression(parent) ||
    ts.isImportDeclaration(parent);
  if (item === undefined || isWord || isOtherName(checker, node)) return undefined;
  if (isOpenKey(checker, node)) return `has ${item} in a table`;
  return isClosed(expectedAt(checker, node)) ? undefined : `names ${item}`;
}

function faultsIn(checker: ts.TypeChecker, file: ts.SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const fault = faultOf(checker, node);
    if (fault !== undefined) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      const text = node.parent.getText().replace(/\s+/g, " ").slice(0, 80);
      found.push(`${relative(root, file.fileName)}:${line + 1} ${fault}: ${text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function programOf(files: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram(files, { ...options, noEmit: true });
}

/** Each line names an item, or asks for a name, in a way that was found in passes before. */
const planted = `import { library } from "${root}/src/compiler/library/index.ts";
import type { Layer } from "${root}/src/compiler/typed/program.ts";
const mixing = new Set(["flatten", "relu(2)"]);
const most: Readonly<Record<string, number>> = { sigmoid: 3, "hard_tanh": 6 };
export const found = (layer: Layer, kind: "max" | "min"): unknown => [
  layer.definition.name === "dense",
  \`\${layer.definition.name}\` === "conv",
  mixing.has(layer.definition.name),
  most[layer.definition.name],
  Object.hasOwn(most, layer.definition.name),
  /^adamw?$/.test(layer.definition.name),
  library.find("optimizer", "adam"),
  kind === "max",
  "dropout" in layer.arguments,
  layer.arguments["last"],
];
`;

test("nothing outside of the library names an item of it", { timeout: 300_000 }, () => {
  const paths = filesIn(join(root, "src"));
  const sample = join(mkdtempSync(join(tmpdir(), "names-")), "planted.ts");
  writeFileSync(sample, planted);
  const program = programOf([...paths, sample]);
  const checker = program.getTypeChecker();
  const faults = (path: string) => faultsIn(checker, program.getSourceFile(path)!);
  expect(
    faults(sample).map((fault) => Number(/:(\d+) /.exec(fault)![1])),
    "planted",
  ).toEqual([3, 3, 4, 4, 6, 7, 8, 9, 10, 11, 12]);
  expect(filesAbove(program, paths).flatMap(faults)).toEqual([]);
});
