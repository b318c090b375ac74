import { invariant } from "../../compiler/base/invariant.ts";
import { layBlock, layStatement, lineWidth } from "../../compiler/base/layout.ts";
import { comment, name, type Code } from "./code.ts";
import type { Entry, RunDefinition } from "./definition/entry.ts";
import {
  keysIn,
  namesIn,
  printBody,
  printParameters,
  printRecipe,
} from "./definition/print-recipe.ts";
import { choose } from "./pieces/choose.ts";
import type { Declaration, Pieces } from "./pieces/piece.ts";

/** A file of the program that comes from elsewhere, and which members of the definition it holds: the plans. */
export interface Given {
  readonly path: string;
  readonly members: readonly string[];
  /** What it imports of the runtime, by name. */
  readonly uses: readonly string[];
}

/** What a file of the program does when it is started, or passes on; and what others may import from it. */
export interface Start {
  readonly path: string;
  readonly header: Code;
  /** Declarations (`name` of that file) that stay exported whoever uses them. */
  readonly offers: readonly string[];
  readonly ends?: {
    readonly code: Code;
    readonly uses: readonly string[];
    /** What it passes on without a use of its own. */
    readonly passes?: readonly string[];
  };
}

/** A module of the program: what is the run's own is printed yet to be, the rest is. */
export interface ProgramModule {
  readonly path: string;
  readonly header: string;
  readonly own: string;
  readonly rest: string;
}

/** The program that is left of the runtime when a definition is put in: what is reachable from its starts. */
export function programModules(
  pieces: Pieces,
  definition: RunDefinition,
  given: readonly Given[],
  starts: readonly Start[],
): readonly ProgramModule[] {
  return new Specialiser(pieces, definition, given, starts).modules();
}

/** `file#name`, or `@name` of the definition. */
type Reference = string;

class Specialiser {
  private readonly declarations = new Map<
    Reference,
    { readonly path: string; readonly declaration: Declaration }
  >();
  /** Names of the runtime that recipes mention → where they are declared. */
  private readonly named = new Map<string, Reference>();
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly flags: ReadonlySet<string>;
  private readonly given: readonly Given[];
  private readonly starts: readonly Start[];
  private readonly order: readonly string[];
  private readonly reached = new Set<Reference>();
  private readonly reads = new Set<string>();
  /** What another file of the program than its own mentions. */
  private readonly imported = new Set<Reference>();

  constructor(
    pieces: Pieces,
    definition: RunDefinition,
    given: readonly Given[],
    starts: readonly Start[],
  ) {
    this.given = given;
    this.starts = starts;
    this.flags = new Set([...definition.flags, ...given.flatMap(({ members }) => members)]);
    this.entries = new Map(definition.entries.map((entry) => [entry.name, entry]));
    this.order = pieces.files.map(({ path }) => path);
    for (const { path, declarations } of pieces.files)
      for (const declaration of declarations) {
        const reference = `${path}#${declaration.name}`;
        this.declarations.set(reference, { path, declaration });
        if (declaration.isExported && !this.named.has(declaration.name))
          this.named.set(declaration.name, reference);
      }
  }

  modules(): readonly ProgramModule[] {
    this.reachAll();
    for (const reference of this.reached)
      for (const used of this.mentionsOf(reference))
        if (this.pathOf(used) !== this.pathOf(reference)) this.imported.add(used);
    const paths = new Set<string>(this.starts.map(({ path }) => path));
    for (const reference of this.reached) paths.add(this.pathOf(reference));
    for (const { path } of this.given) paths.delete(path);
    const order = [...new Set([...this.starts.map(({ path }) => path), ...this.order])];
    return order.filter((path) => paths.has(path)).map((path) => this.module(path));
  }

  private readonly decides = (name: string): boolean =>
    this.entries.has(name) || this.flags.has(name);

  /** Goes on until nothing more is reached: a member that is read somewhere may bring its type along. */
  private reachAll(): void {
    const roots = [
      ...this.starts.flatMap(({ path, offers, ends }) => [
        ...offers.map((offered) => (offered.startsWith("@") ? offered : `${path}#${offered}`)),
        ...(ends?.uses ?? []),
        ...(ends?.passes ?? []),
      ]),
      ...this.given.flatMap(({ uses }) => uses.map((used) => this.referenceOf(used)!)),
    ];
    for (const root of roots) this.reached.add(root);
    for (let size = -1; size !== this.reached.size + this.reads.size;) {
      size = this.reached.size + this.reads.size;
      for (const reference of [...this.reached]) {
        for (const used of this.usesOf(reference)) this.reached.add(used);
      }
    }
  }

  /** What a declaration mentions, once everything that is read is known. */
  private readonly mentions = new Map<Reference, ReadonlySet<Reference>>();

  private mentionsOf(reference: Reference): ReadonlySet<Reference> {
    const known = this.mentions.get(reference) ?? new Set(this.usesOf(reference));
    this.mentions.set(reference, known);
    return known;
  }

  /** Declarations that are no types stand as they are whatever others read. */
  private readonly settled = new Map<Reference, readonly Reference[]>();

  private usesOf(reference: Reference): readonly Reference[] {
    const known = this.settled.get(reference);
    if (known) return known;
    if (reference.startsWith("@")) {
      const uses = this.usesOfMember(reference.slice(1));
      const entry = this.entries.get(reference.slice(1));
      if (entry) for (const key of keysIn(entry.value)) this.reads.add(key);
      this.settled.set(reference, uses);
      return uses;
    }
    const found = this.declarations.get(reference);
    if (found === undefined) return [];
    const { uses, reads } = choose(
      found.declaration,
      (name) => name === "export" || this.decides(name),
      this.isRead,
    );
    if (found.declaration.isType) return [...uses];
    for (const read of reads) this.reads.add(read);
    this.settled.set(reference, [...uses]);
    return [...uses];
  }

  private readonly isRead = (name: string): boolean => this.reads.has(name);

  private usesOfMember(member: string): readonly Reference[] {
    const entry = this.entries.get(member);
    if (entry === undefined) {
      invariant(
        this.flags.has(member),
        `the program needs ${member}, and the definition has it not`,
      );
      return [];
    }
    const types = `${entry.type ?? ""} ${entry.gives ?? ""}`.match(/[A-Za-z]\w*/g) ?? [];
    return [...namesIn(entry.value), ...types].flatMap((used) => this.referenceOf(used) ?? []);
  }

  /** What a recipe calls by this name. */
  private referenceOf(used: string): Reference | undefined {
    if (this.entries.has(used) || this.given.some(({ members }) => members.includes(used)))
      return `@${used}`;
    return this.named.get(used);
  }

  private pathOf(reference: Reference): string {
    if (!reference.startsWith("@")) return reference.slice(0, reference.indexOf("#"));
    const member = reference.slice(1);
    const file = this.given.find(({ members }) => members.includes(member));
    return file?.path ?? `${this.entries.get(member)!.module}.ts`;
  }

  private nameOf(reference: Reference): string {
    return reference.startsWith("@")
      ? reference.slice(1)
      : reference.slice(reference.indexOf("#") + 1);
  }

  private module(path: string): ProgramModule {
    const start = this.starts.find((each) => each.path === path);
    const here = new Set([...this.reached].filter((reference) => this.pathOf(reference) === path));
    const members = [...this.entries.keys()].filter((member) => here.has(`@${member}`));
    const own = members.map((member) =>
      this.printEntry(this.entries.get(member)!, this.isImported(`@${member}`, path)),
    );
    const declared = [...this.declarations].filter(([reference]) => here.has(reference));
    const texts = declared.map(([reference, { declaration }]) => {
      const exported =
        this.isImported(reference, path) || start?.offers.includes(this.nameOf(reference)) === true;
      return choose(
        declaration,
        (name) => (name === "export" ? exported : this.decides(name)),
        this.isRead,
      ).text;
    });
    const needed = new Set([
      ...[...here].flatMap((reference) => [...this.mentionsOf(reference)]),
      ...(start?.ends?.uses ?? []),
    ]);
    return {
      path,
      header: [...(start ? [start.header.code] : []), this.imports(path, needed)]
        .filter((text) => text !== "")
        .join("\n"),
      own: own.join("\n\n"),
      rest: [...texts, ...(start?.ends ? [start.ends.code.code] : [])].join("\n\n"),
    };
  }

  /** Whether another file of the program needs it. */
  private isImported(reference: Reference, path: string): boolean {
    if (
      this.starts.some(
        ({ offers, ends, path: own }) =>
          offers.includes(reference) ||
          ends?.passes?.includes(reference) === true ||
          (own !== path && ends?.uses.includes(reference) === true),
      )
    )
      return true;
    if (this.given.some(({ uses }) => uses.some((used) => this.referenceOf(used) === reference)))
      return true;
    return this.imported.has(reference);
  }

  private imports(path: string, needed: ReadonlySet<Reference>): string {
    const files = new Map<string, string[]>();
    for (const reference of needed) {
      const from = this.pathOf(reference);
      if (from === path) continue;
      const isType =
        this.declarations.get(reference)?.declaration.isType === true || !this.isOwn(from);
      files.set(from, [
        ...(files.get(from) ?? []),
        `${isType ? "type " : ""}${this.nameOf(reference)}`,
      ]);
    }
    const lines = [...files].map(([from, names]) => importLine(this.specifier(path, from), names));
    return lines
      .sort((a, b) => (a.from < b.from ? -1 : 1))
      .map(({ text }) => text)
      .join("\n");
  }

  /** Whether a path is a file of the program, and no package. */
  private isOwn(path: string): boolean {
    return path.endsWith(".ts");
  }

  private specifier(path: string, target: string): string {
    if (!this.isOwn(target)) return target;
    const inside = path.startsWith("runtime/");
    if (!inside) return `./${target}`;
    return target.startsWith("runtime/") ? `./${target.slice("runtime/".length)}` : `../${target}`;
  }

  private printEntry(entry: Entry, isExported: boolean): string {
    const { value } = entry;
    const about = comment(entry.about).code;
    const above = about === "" ? "" : `${about}\n`;
    const exported = isExported ? "export " : "";
    if (value.kind === "lambda" && entry.type === undefined && value.waits !== true) {
      const gives = entry.gives === undefined ? "" : `: ${entry.gives}`;
      const parameters = printParameters(value.parameters);
      const opening = `${above}${exported}function ${name(entry.name).code}(${parameters})${gives} {`;
      return layBlock({ opening, ...printBody(value.body) }, 0);
    }
    const type = entry.type === undefined ? "" : `: ${entry.type}`;
    const start = `${exported}const ${name(entry.name).code}${type} = `;
    return above + layStatement(start, printRecipe(value), ";");
  }
}

/** As prettier prints it: values before types, both in the order of their names. */
function importLine(
  from: string,
  names: readonly string[],
): { readonly from: string; readonly text: string } {
  const bare = (each: string): string => each.replace(/^type /, "");
  const sorted = [...names].sort((a, b) => (bare(a) < bare(b) ? -1 : 1));
  const areTypes = sorted.every((each) => each.startsWith("type "));
  const list = areTypes ? sorted.map(bare) : sorted;
  const head = areTypes ? "import type" : "import";
  const line = `${head} { ${list.join(", ")} } from "${from}";`;
  if (line.length <= lineWidth) return { from, text: line };
  return {
    from,
    text: `${head} {\n${list.map((each) => `  ${each},\n`).join("")}} from "${from}";`,
  };
}
