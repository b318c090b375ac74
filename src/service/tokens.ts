import type { Analysis } from "../compiler/analysis/analysis.ts";
import { library } from "../compiler/analysis/facts.ts";
import { elements, itemWords, units } from "../compiler/analysis/vocabulary.ts";
import { symbolsOf, type SymbolKind } from "../compiler/analysis/symbols.ts";
import { reservedWords } from "../compiler/syntax/words.ts";

/** What a token is, after the scopes of the grammar. */
export type TokenKind =
  | "keyword"
  | "type"
  | "function"
  | "variable"
  | "parameter"
  | "property"
  | "number"
  | "unit"
  | "string"
  | "operator"
  | "comment";

export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
  /** Whether it is the name where it is declared. */
  readonly declaration: boolean;
}

const ofSymbol: Readonly<Record<SymbolKind, TokenKind>> = {
  dim: "type",
  hyper: "variable",
  define: "function",
  data: "type",
  block: "function",
  model: "function",
  recipe: "type",
  run: "type",
  ensemble: "type",
  parameter: "parameter",
  size: "type",
  input: "parameter",
  value: "variable",
  stage: "variable",
  "shared stage": "function",
  "trained parameter": "variable",
  index: "variable",
  field: "property",
  import: "type",
};

/** Every token that means something, in order; brackets and commas mean nothing. */
export function tokensOf(analysis: Analysis): readonly SemanticToken[] {
  const { lexed } = analysis;
  const symbols = new Map<number, { readonly kind: TokenKind; readonly declaration: boolean }>();
  for (const { kind, occurrences, definition } of symbolsOf(analysis))
    for (const { start, source } of occurrences)
      symbols.set(start, {
        kind: ofSymbol[kind],
        declaration: source === definition.source && start === definition.start,
      });
  const items = new Set(library.all().map(({ name }) => name));
  const words = lexed.tokens.flatMap((token, index): readonly SemanticToken[] => {
    const start = token.startOffset;
    const end = start + token.image.length;
    const known = symbols.get(start);
    if (known) return [{ start, end, ...known }];
    const neighbours = {
      before: lexed.tokens[index - 1]?.image,
      after: lexed.tokens[index + 1]?.image,
    };
    const kind = kindOf(token.image, neighbours, items);
    return kind ? [{ start, end, kind, declaration: false }] : [];
  });
  const comments = lexed.comments.map(({ start, end }): SemanticToken => ({
    start,
    end,
    kind: "comment",
    declaration: false,
  }));
  return [...words, ...comments].sort((a, b) => a.start - b.start);
}

interface Neighbours {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function kindOf(
  image: string,
  { before, after }: Neighbours,
  items: ReadonlySet<string>,
): TokenKind | undefined {
  if (/^["]/.test(image)) return "string";
  if (/^[0-9]/.test(image)) return "number";
  if (!/^[A-Za-z_]/.test(image)) return /^[{}()[\],:.]$/.test(image) ? undefined : "operator";
  if (after === ":") return "property";
  if ((reservedWords as readonly string[]).includes(image)) return "keyword";
  if (before !== undefined && /^[0-9]/.test(before) && isUnit(image)) return "unit";
  if ((elements as readonly string[]).includes(image) && after === "[") return "type";
  if (items.has(image)) return "function";
  if (isKeyword(image, after)) return "keyword";
  return after === "(" ? "function" : "variable";
}

function isUnit(image: string): boolean {
  return units.some((unit) => image === unit || image === `${unit}s`);
}

type Opening = "nnspec" | "import" | "shared" | "parameter" | "from" | "on" | "log" | "by";
const openings: readonly Opening[] = [
  "nnspec",
  "import",
  "shared",
  "parameter",
  "from",
  "on",
  "log",
  "by",
];

/** Words that mean something at the beginning of a declaration, and names everywhere else. */
function isKeyword(image: string, after: string | undefined): boolean {
  const begins: readonly string[] = [...openings, ...itemWords];
  return begins.includes(image) && after !== undefined && /^[A-Za-z_0-9"{]/.test(after);
}
