import { format } from "prettier";
import { ts } from "ts-morph";
import { invariant } from "../../../compiler/base/invariant.ts";
import {
  definitionMark,
  definitionNames,
  Folding,
  type Assignment,
  type DefinitionMembers,
} from "./folding.ts";
import { generatedPath, inGeneratedOrder } from "./layout.ts";
import type { Declaration, Lines, Piece, PieceFile } from "./piece.ts";
import { blockOf, endsFlow, isTypePosition, localNames } from "./statements.ts";

/** A source file of the runtime: its path below `src/runtime`, and its text. */
export type Sources = ReadonlyMap<string, string>;

/** Cuts the runtime at the conditions that runs decide, and prints every part. */
export async function makePieces(sources: Sources): Promise<readonly PieceFile[]> {
  const printer = new Printer();
  const definition = definitionMembers(sources);
  const drafts = inGeneratedOrder(sources.keys()).map((source) => ({
    source,
    path: generatedPath(source),
    declarations: new FileCutter(
      source,
      sources.get(source)!,
      sources,
      definition,
      printer,
    ).declarations(),
  }));
  await printer.print();
  const files = drafts.map(({ source, path, declarations }) => ({
    source,
    path,
    declarations: declarations.map((make) => make()),
  }));
  requireOwnNames(files);
  return files;
}

/** What becomes one file gives no name two meanings: by what it declares, and by what it imports. */
function requireOwnNames(files: readonly PieceFile[]): void {
  const meanings = new Map<string, string>();
  const note = (path: string, name: string, meaning: string): void => {
    const known = meanings.get(`${path} ${name}`) ?? meaning;
    invariant(known === meaning, `${path} is made of files that mean two things by ${name}`);
    meanings.set(`${path} ${name}`, meaning);
  };
  const sourceOf = new Map<string, string>();
  for (const { source, path, declarations } of files)
    for (const { name } of declarations) {
      note(path, name, `${source}#${name}`);
      sourceOf.set(`${path}#${name}`, `${source}#${name}`);
    }
  for (const { path, declarations } of files)
    for (const used of declarations.flatMap(({ pieces }) => pieces.flatMap(usesOf)))
      note(path, used.slice(used.indexOf("#") + 1), sourceOf.get(used) ?? used);
}

/** What a piece mentions in any of its forms. */
function usesOf(piece: Piece): readonly string[] {
  if ("when" in piece) return [...piece.then, ...piece.otherwise].flatMap(usesOf);
  if ("conditions" in piece) return piece.variants.flatMap(usesOf);
  if ("named" in piece) return usesOf(piece.piece);
  return ("members" in piece ? piece.from : piece).uses.filter((used) => used.includes("#"));
}

/** The interfaces that say what definitions consist of. */
const definitions = ["TrainingDefinition", "EnsembleDefinition", "Carried"];

function definitionMembers(sources: Sources): DefinitionMembers {
  const all = new Set<string>();
  const decisions = new Set<string>();
  for (const [path, text] of sources) {
    if (!definitions.some((name) => text.includes(`export interface ${name} `))) continue;
    const file = parse(path, text);
    for (const statement of file.statements) {
      if (!ts.isInterfaceDeclaration(statement) || !definitions.includes(statement.name.text))
        continue;
      for (const member of statement.members) {
        invariant(ts.isPropertySignature(member), "the definition has plain members");
        const name = member.name.getText(file);
        all.add(name);
        if (member.questionToken || member.type?.kind === ts.SyntaxKind.BooleanKeyword)
          decisions.add(name);
      }
    }
  }
  return { all, decisions };
}

export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
}

/** Text that waits to be printed: a statement at some depth, or a declaration. */
interface Request {
  readonly text: string;
  readonly depth: number;
  /** Whether it ends in the `{` of a block. */
  readonly opens: boolean;
  printed: string;
}

/** Prints many pieces of code in one call, each where it will stand. */
class Printer {
  private readonly requests: Request[] = [];

  ask(text: string, depth: number, opens = false): Request {
    const request = { text, depth, opens, printed: "" };
    this.requests.push(request);
    return request;
  }

  async print(): Promise<void> {
    const marker = (index: number): string => `// @piece ${index}`;
    const source = this.requests.map(({ text, depth, opens }, index) => {
      const code = opens ? `${text} {\n// @body\n}` : text;
      if (depth === 0) return `${marker(index)}\n\n${code}`;
      const nested = Array.from({ length: depth - 1 }, () => "for (;;) {").join("\n");
      return `${marker(index)}\n\nasync function* piece${index}() {\n${nested}\n${code}\n${"}".repeat(depth)}`;
    });
    const printed = await format(source.join("\n\n"), {
      parser: "typescript",
      printWidth: 100,
      endOfLine: "lf",
      // An object that was cut down to a line is a line.
      objectWrap: "collapse",
    });
    const parts = printed.split(/^\/\/ @piece \d+\n\n?/m).slice(1);
    invariant(parts.length === this.requests.length, "every piece is printed");
    for (const [index, request] of this.requests.entries()) {
      const lines = parts[index]!.trimEnd().split("\n");
      const inner = request.depth === 0 ? lines : lines.slice(request.depth, -request.depth);
      const text = inner.join("\n");
      request.printed = request.opens ? text.replace(/\{\s*\/\/ @body\s*\}$/, "{") : text;
    }
  }
}

type Make<T> = () => T;

/** Cuts one file. */
class FileCutter {
  private readonly file: ts.SourceFile;
  /** Names of the file's scope → `file#name` where they are declared. */
  private readonly scope = new Map<string, string>();
  private readonly definition: DefinitionMembers;
  private readonly printer: Printer;
  private readonly path: string;

  constructor(
    path: string,
    text: string,
    sources: Sources,
    definition: DefinitionMembers,
    printer: Printer,
  ) {
    this.path = path;
    this.file = parse(path, text);
    this.definition = definition;
    this.printer = printer;
    for (const statement of this.file.statements) {
      for (const name of declaredNames(statement))
        this.scope.set(name, `${generatedPath(path)}#${name}`);
      if (!ts.isImportDeclaration(statement)) continue;
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      const named = statement.importClause?.namedBindings;
      if (!named || !ts.isNamedImports(named)) continue;
      for (const { name, propertyName } of named.elements) {
        invariant(propertyName === undefined, "imports keep their names");
        this.scope.set(
          name.text,
          from.startsWith(".")
            ? declaredAt(resolveFrom(path, from), name.text, sources)
            : `${from}#${name.text}`,
        );
      }
    }
  }

  declarations(): Make<Declaration>[] {
    return this.file.statements.flatMap((statement) => {
      if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) return [];
      const [name] = declaredNames(statement);
      invariant(name !== undefined, `${this.path} declares nothing but names`);
      if (definitions.includes(name) || definitionNames.has(name)) return [];
      return [
        new DeclarationCutter(
          statement,
          name,
          this.file,
          this.scope,
          this.definition,
          this.printer,
        ).make(),
      ];
    });
  }
}

function resolveFrom(path: string, target: string): string {
  const parts = path.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

const parsed = new Map<string, ts.SourceFile>();

/** Where a name is declared that a file exports, through the files that pass it on. */
function declaredAt(path: string, name: string, sources: Sources): string {
  const text = sources.get(path);
  invariant(text !== undefined, `there is no ${path} in the runtime`);
  const file = parsed.get(text) ?? parse(path, text);
  parsed.set(text, file);
  for (const statement of file.statements) {
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) continue;
    const passed =
      statement.exportClause && ts.isNamedExports(statement.exportClause)
        ? statement.exportClause.elements
        : [];
    if (passed.some((element) => element.name.text === name))
      return declaredAt(
        resolveFrom(path, (statement.moduleSpecifier as ts.StringLiteral).text),
        name,
        sources,
      );
  }
  return `${generatedPath(path)}#${name}`;
}

function declaredNames(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement)
  )
    return statement.name ? [statement.name.text] : [];
  return [];
}

/** Types of what the backends print: their members stand in tables of plans, whoever reads them. */
const whole = /^(?:Device(?:Kernel|Fill|Loop|Stack|Plan)|Wasm\w+)$/;

/** Cuts one declaration. */
class DeclarationCutter {
  private readonly statement: ts.Statement;
  private readonly name: string;
  private readonly file: ts.SourceFile;
  private readonly scope: ReadonlyMap<string, string>;
  private readonly printer: Printer;
  private readonly folding: Folding;
  private readonly locals: ReadonlySet<string>;

  constructor(
    statement: ts.Statement,
    name: string,
    file: ts.SourceFile,
    scope: ReadonlyMap<string, string>,
    definition: DefinitionMembers,
    printer: Printer,
  ) {
    this.statement = statement;
    this.name = name;
    this.file = file;
    this.scope = scope;
    this.printer = printer;
    this.folding = new Folding(statement, file, definition);
    this.locals = localNames(statement);
  }

  make(): Make<Declaration> {
    const { statement, name } = this;
    const isExported =
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    const pieces = this.cutDeclaration(isExported);
    return () => ({ name, isType, isExported, pieces: pieces.flatMap((make) => make() ?? []) });
  }

  private cutDeclaration(isExported: boolean): Make<Piece>[] {
    const { statement } = this;
    if (ts.isInterfaceDeclaration(statement) && !whole.test(this.name))
      return this.cutInterface(statement, isExported);
    if (
      !ts.isFunctionDeclaration(statement) ||
      !statement.body ||
      !this.folding.isCutInside(statement.body)
    )
      return [this.leaf(statement, 0, isExported)];
    const head = this.head(statement, statement.body, 0, isExported);
    return [head, ...this.cutBlock(statement.body.statements, 1), () => lines("}")];
  }

  private cutInterface(statement: ts.InterfaceDeclaration, isExported: boolean): Make<Piece>[] {
    const end = statement.members[0]?.getFullStart() ?? statement.end;
    const text =
      this.leadingText(statement) +
      this.file.text.slice(statement.getStart(this.file), end).replace(/\{\s*$/, "");
    const head = this.exportedForms(text, 0, true, isExported);
    const members = statement.members.flatMap((member): Make<Piece>[] => {
      const name = member.name?.getText(this.file).replace(/^"|"$/g, "");
      if (name !== undefined && definitionNames.has(name)) return [];
      const source = this.leadingText(member) + member.getText(this.file);
      const request = this.printer.ask(`interface Piece {\n${source}\n}`, 0);
      const made = (): Piece =>
        this.analysed(
          request.printed.split("\n").slice(1, -1).join("\n"),
          source,
          (text) => `interface Piece {${text}}`,
        );
      return [() => (name === undefined ? made() : { named: name, piece: made() })];
    });
    return [head, ...members, () => lines("}")];
  }

  private cutBlock(statements: readonly ts.Statement[], depth: number): Make<Piece>[] {
    const [first, ...rest] = statements;
    if (first === undefined) return [];
    const decided = ts.isIfStatement(first) ? this.folding.condition(first.expression) : undefined;
    if (ts.isIfStatement(first) && decided !== undefined) {
      const then = this.cutBranch(first.thenStatement, depth, first);
      const otherwise = first.elseStatement
        ? this.cutBranch(first.elseStatement, depth, undefined)
        : [];
      const after = this.cutBlock(rest, depth);
      // What comes after a branch that leaves is reached by the other way alone.
      if (endsFlow(first.thenStatement))
        return [
          () => ({ when: decided, then: all(then), otherwise: all([...otherwise, ...after]) }),
        ];
      return [() => ({ when: decided, then: all(then), otherwise: all(otherwise) }), ...after];
    }
    return [...this.cutStatement(first, depth), ...this.cutBlock(rest, depth)];
  }

  /** What a decided condition leads to; a comment above the condition goes with it. */
  private cutBranch(
    branch: ts.Statement,
    depth: number,
    owner: ts.Statement | undefined,
  ): Make<Piece>[] {
    const statements = ts.isBlock(branch) ? branch.statements : [branch];
    const made = this.cutBlock(statements, depth);
    const comment = owner ? this.leadingText(owner).trimEnd() : "";
    if (comment.trim() === "") return made;
    const indent = "  ".repeat(depth);
    const blank = comment.startsWith("\n") ? "\n" : "";
    const text = comment
      .trim()
      .split("\n")
      .map((line) => `${indent}${line.trim().startsWith("*") ? ` ${line.trim()}` : line.trim()}`)
      .join("\n");
    return [() => lines(blank + text), ...made];
  }

  private cutStatement(statement: ts.Statement, depth: number): Make<Piece>[] {
    const destructured = this.destructured(statement, depth);
    if (destructured) return [destructured];
    const declared = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations
      : [];
    const [declaration] = declared;
    if (declared.length === 1 && declaration && ts.isIdentifier(declaration.name)) {
      const made = this.leaf(statement, depth, false);
      const { text } = declaration.name;
      return [() => ({ named: text, piece: made() })];
    }
    const block = this.folding.isCutInside(statement) ? blockOf(statement) : undefined;
    if (!block) return [this.leaf(statement, depth, false)];
    return [
      this.head(statement, block, depth, false),
      ...this.cutBlock(block.statements, depth + 1),
      () => lines(`${"  ".repeat(depth)}}`),
    ];
  }

  /** `const { a, b } = …;` without parameters of the definition. */
  private destructured(statement: ts.Statement, depth: number): Make<Piece> | undefined {
    if (!ts.isVariableStatement(statement)) return undefined;
    const [declaration, ...others] = statement.declarationList.declarations;
    if (!declaration || others.length > 0 || !ts.isObjectBindingPattern(declaration.name))
      return undefined;
    const members = declaration.name.elements
      .filter((element) => !definitionNames.has(element.name.getText(this.file)))
      .map((element) => ({
        name: element.name.getText(this.file),
        text: element.getText(this.file),
      }));
    invariant(declaration.initializer, "what is taken apart is there");
    const source = this.folding.rewrite(declaration.initializer, new Map());
    const prefix = this.leadingText(statement);
    return () => ({
      members,
      from: this.analysed(
        prefix.startsWith("\n") ? `\n${stripped(source)}` : stripped(source),
        `void (${source});`,
        (text) => `async () => { ${text} }`,
      ),
      indent: depth,
    });
  }

  /** A function, a loop or the like up to the `{` of its block. */
  private head(
    statement: ts.Statement,
    block: ts.Block,
    depth: number,
    isExported: boolean,
  ): Make<Piece> {
    const forms = this.folding.conditionsOf(statement, block);
    const textFor = (assignment: Assignment): string =>
      this.leadingText(statement) + this.folding.rewrite(statement, assignment, block).trimEnd();
    if (depth === 0) return this.exportedForms(textFor(new Map()), 0, true, isExported);
    return this.variants(forms, textFor, depth, true);
  }

  private leaf(statement: ts.Statement, depth: number, isExported: boolean): Make<Piece> {
    const textFor = (assignment: Assignment): string => {
      const rewritten = this.folding.rewrite(statement, assignment);
      return rewritten.trim() === "" ? "" : this.leadingText(statement) + rewritten;
    };
    const forms = this.folding.conditionsOf(statement);
    if (depth === 0 && forms.length === 0)
      return this.exportedForms(textFor(new Map()), 0, false, isExported);
    return this.variants(forms, textFor, depth, false);
  }

  /** With and without `export`: the second where no other file of a program needs it. */
  private exportedForms(
    text: string,
    depth: number,
    opens: boolean,
    isExported: boolean,
  ): Make<Piece> {
    const textFor = (assignment: Assignment): string =>
      assignment.get("export") === false ? text.replace(/^export /m, "") : text;
    return this.variants(isExported ? ["export"] : [], textFor, depth, opens);
  }

  private variants(
    conditions: readonly string[],
    textFor: (assignment: Assignment) => string,
    depth: number,
    opens: boolean,
  ): Make<Piece> {
    invariant(
      conditions.length <= 6,
      `${this.name} has a statement with too many conditions: ${conditions.join(", ")}`,
    );
    const made = Array.from({ length: 2 ** conditions.length }, (_, digits) => {
      const assignment = new Map(
        conditions.map((name, place) => [name, ((digits >> place) & 1) === 1]),
      );
      const source = textFor(assignment);
      if (source.trim() === "") return () => lines("");
      const blank = depth > 0 && source.startsWith("\n") ? "\n" : "";
      const request = this.printer.ask(stripped(source).replace(/^\n+/, ""), depth, opens);
      return () =>
        this.analysed(blank + request.printed, opens ? `${source} {}` : source, (text) =>
          depth === 0 ? text : `async function* piece() { for (;;) { ${text} } }`,
        );
    });
    return () =>
      conditions.length === 0 ? made[0]!() : { conditions, variants: made.map((make) => make()) };
  }

  /** Comments above a node, with a line end before them where an empty line separates it from what is before. */
  private leadingText(node: ts.Node): string {
    const text = this.file.text.slice(node.getFullStart(), node.getStart(this.file));
    const isSeparated = /\n[ \t]*\n/.test(
      text.slice(0, Math.max(text.search(/\/[/*]/), 0) || undefined),
    );
    return `${isSeparated ? "\n" : ""}${text.trim() === "" ? "" : `${text.trim()}\n`}`;
  }

  private analysed(text: string, source: string, wrap: (text: string) => string): Lines {
    const uses = new Set<string>();
    const reads = new Set<string>();
    const file = parse("piece.ts", wrap(source));
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) this.note(node, uses, reads);
      // A member may be asked for by its name in a text: `nodeModule("node:fs")`, `Pick<Session, "epochs">`.
      if (ts.isStringLiteral(node) && /^[\w:/]+$/.test(node.text)) reads.add(node.text);
      ts.forEachChild(node, visit);
    };
    visit(file);
    return { text, uses: [...uses], reads: [...reads] };
  }

  private note(node: ts.Identifier, uses: Set<string>, reads: Set<string>): void {
    const { parent, text } = node;
    if (text.startsWith(definitionMark)) {
      const member = text.slice(definitionMark.length);
      invariant(
        !this.locals.has(member),
        `${this.name} has a variable that is called like ${member} of the definition`,
      );
      uses.add(`@${member}`);
      return;
    }
    const declares =
      (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) && parent.name === node;
    if (declares) return;
    reads.add(text);
    const isMember =
      (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
      (ts.isPropertyAssignment(parent) && parent.name === node) ||
      (ts.isPropertySignature(parent) && parent.name === node) ||
      (ts.isMethodSignature(parent) && parent.name === node) ||
      (ts.isMethodDeclaration(parent) && parent.name === node) ||
      (ts.isPropertyDeclaration(parent) && parent.name === node) ||
      (ts.isBindingElement(parent) && parent.propertyName === node) ||
      (ts.isNamedTupleMember(parent) && parent.name === node);
    const target = this.scope.get(text);
    if (isMember || target === undefined) return;
    if (this.locals.has(text) && !isTypePosition(node)) return;
    uses.add(target);
  }
}

function stripped(text: string): string {
  return text.replaceAll(definitionMark, "");
}

function all(makes: readonly Make<Piece>[]): readonly Piece[] {
  return makes.map((make) => make());
}

function lines(text: string): Lines {
  return { text, uses: [], reads: [] };
}
