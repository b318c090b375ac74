import { Node, Project, SyntaxKind, type SourceFile } from "ts-morph";
import type { Code } from "./code.ts";

/** A generated file before its imports are known. */
export interface ModuleText {
  readonly path: string;
  /** The comment at the top. */
  readonly header: Code;
  readonly statements: readonly Code[];
}

/** An exported name: the file it lies in, and whether it is only a type. */
interface Exported {
  readonly path: string;
  readonly type: boolean;
}

/** A folder of source files in memory. */
export interface Folder {
  readonly project: Project;
  readonly exports: Map<string, Exported>;
}

export function openFolder(): Folder {
  return { project: new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true }), exports: new Map() };
}

/** Adds a file as it is, and notes what it exports. */
export function addFile(folder: Folder, path: string, text: string): SourceFile {
  const file = folder.project.createSourceFile(path, text);
  for (const statement of file.getStatements()) {
    if (!Node.isExportable(statement) || !statement.isExported()) continue;
    const type = Node.isInterfaceDeclaration(statement) || Node.isTypeAliasDeclaration(statement);
    for (const name of declaredNames(statement)) folder.exports.set(name, { path, type });
  }
  return file;
}

/** Adds a generated module; whatever it mentions that another file of the folder exports is imported. */
export function addModule(folder: Folder, module: ModuleText): SourceFile {
  const body = module.statements.map(({ code }) => code).join("\n\n");
  const file = addFile(folder, module.path, body);
  const needed = [...mentioned(file)].flatMap((name) => {
    const found = folder.exports.get(name);
    return found && found.path !== module.path ? [{ name, ...found }] : [];
  });
  // All generated modules lie at the top of their folder.
  const paths = [...new Set(needed.map(({ path }) => path))].sort();
  file.insertImportDeclarations(0, paths.map((path) => ({
    moduleSpecifier: `./${path}`,
    namedImports: needed.filter((one) => one.path === path).sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, type }) => ({ name, isTypeOnly: type })),
  })));
  file.insertText(0, `${module.header.code}\n`);
  return file;
}

/** The files of the folder that a file imports. */
export function mentionedIn(folder: Folder, path: string): readonly string[] {
  const file = folder.project.getSourceFileOrThrow(path);
  return file.getImportDeclarations().map((declaration) => declaration.getModuleSpecifierValue().replace(/^\.\//, ""));
}

function declaredNames(statement: Node): readonly string[] {
  if (Node.isVariableStatement(statement)) return statement.getDeclarations().map((declaration) => declaration.getName());
  const named = Node.isFunctionDeclaration(statement) || Node.isClassDeclaration(statement) || Node.isInterfaceDeclaration(statement) || Node.isTypeAliasDeclaration(statement);
  const name = named ? statement.getName() : undefined;
  return name === undefined ? [] : [name];
}

/** Names that are read in the file and not declared in it. */
function mentioned(file: SourceFile): ReadonlySet<string> {
  const read = new Set<string>();
  const declared = new Set<string>();
  for (const identifier of file.getDescendantsOfKind(SyntaxKind.Identifier)) {
    const parent = identifier.getParent();
    if (Node.isPropertyAccessExpression(parent) && parent.getNameNode() === identifier) continue;
    if ((Node.isPropertyAssignment(parent) || Node.isPropertySignature(parent) || Node.isMethodSignature(parent)) && parent.getNameNode() === identifier) continue;
    const declares = (Node.isVariableDeclaration(parent) || Node.isParameterDeclaration(parent) || Node.isBindingElement(parent) || Node.isFunctionDeclaration(parent)) && parent.getNameNode() === identifier;
    (declares ? declared : read).add(identifier.getText());
  }
  return new Set([...read].filter((name) => !declared.has(name)));
}
