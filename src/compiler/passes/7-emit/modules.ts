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

/** The files of a generated folder, unprinted; those of this run's own are held as syntax trees. */
export interface Folder {
  readonly project: Project;
  readonly texts: Map<string, string>;
  readonly exports: Map<string, Exported>;
}

export function openFolder(): Folder {
  return {
    project: new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true }),
    texts: new Map(),
    exports: new Map(),
  };
}

/** Adds a file as it is, and notes what it exports. */
export function addFile(folder: Folder, path: string, text: string): void {
  folder.texts.set(path, text);
  for (const [, kind, name] of text.matchAll(
    /^export (?:async )?(function\*?|class|const|interface|type) (\w+)/gm,
  )) {
    folder.exports.set(name!, { path, type: kind === "interface" || kind === "type" });
  }
}

/** Adds a generated module; whatever it mentions that another file of the folder exports is imported. */
export function addModule(folder: Folder, module: ModuleText): void {
  const body = module.statements.map(({ code }) => code).join("\n\n");
  addFile(folder, module.path, body);
  const file = folder.project.createSourceFile(module.path, body);
  const needed = [...mentioned(file)].flatMap((name) => {
    const found = folder.exports.get(name);
    return found && found.path !== module.path ? [{ name, ...found }] : [];
  });
  // All generated modules lie at the top of their folder.
  const paths = [...new Set(needed.map(({ path }) => path))].sort();
  file.insertImportDeclarations(
    0,
    paths.map((path) => ({
      moduleSpecifier: `./${path}`,
      namedImports: needed
        .filter((one) => one.path === path)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, type }) => ({ name, isTypeOnly: type })),
    })),
  );
  file.insertText(0, `${module.header.code}\n`);
  folder.texts.set(module.path, file.getFullText());
}

/** Names that are read in the file and not declared in it. */
function mentioned(file: SourceFile): ReadonlySet<string> {
  const read = new Set<string>();
  const declared = new Set<string>();
  for (const identifier of file.getDescendantsOfKind(SyntaxKind.Identifier)) {
    const parent = identifier.getParent();
    if (Node.isPropertyAccessExpression(parent) && parent.getNameNode() === identifier) continue;
    if (
      (Node.isPropertyAssignment(parent) ||
        Node.isPropertySignature(parent) ||
        Node.isMethodSignature(parent)) &&
      parent.getNameNode() === identifier
    )
      continue;
    const declares =
      (Node.isVariableDeclaration(parent) ||
        Node.isParameterDeclaration(parent) ||
        Node.isBindingElement(parent) ||
        Node.isFunctionDeclaration(parent)) &&
      parent.getNameNode() === identifier;
    (declares ? declared : read).add(identifier.getText());
  }
  return new Set([...read].filter((name) => !declared.has(name)));
}
