import { diagnostic, type Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import { tooDeep } from "../../base/diagnostics/catalogue/limits.ts";
import { strayCloser, unclosedBracket } from "../../base/diagnostics/catalogue/syntax.ts";
import type { Source } from "../../base/source.ts";
import { spanIn, type Lexed } from "../lexer/lexed.ts";
import { limits } from "../limits.ts";
import { endOf, isSymbol, isWord, symbols, virtual, type Token } from "../tokens.ts";
import { firstOnLine, startsDeclaration } from "./declarations.ts";
import type { Repaired } from "./repaired.ts";

const closerOf = { "{": "}", "(": ")", "[": "]" } as const;
type Opener = keyof typeof closerOf;

/** Brackets that are open, and how many `if` and `^` deep the expression inside the innermost is. */
interface Balancing {
  readonly source: Source;
  readonly out: Token[];
  readonly diagnostics: Diagnostic[];
  readonly open: { readonly token: Token; inner: number }[];
  depth: number;
  deepest?: Token;
}

/**
 * Tokens in which every bracket has its partner. A bracket that stays open is closed where another closes around it, where the next
 * declaration begins a line, or at the end of the file; a closer without an opener is dropped.
 */
export function balance({ source, tokens }: Lexed): Repaired {
  const state: Balancing = {
    source,
    out: [],
    diagnostics: [],
    open: [{ token: virtual(symbols["{"], "{", 0, 0), inner: 0 }],
    depth: 0,
  };
  for (const [index, token] of tokens.entries()) {
    if (
      state.open.length > 1 &&
      firstOnLine(source, tokens, index) &&
      startsDeclaration(tokens, index)
    )
      closeAll(state, token);
    if (isSymbol(token, "{", "(", "[")) open(state, token);
    else if (isSymbol(token, "}", ")", "]")) close(state, token);
    else other(state, token);
    if (state.deepest)
      return {
        tokens: [],
        diagnostics: [],
        tooDeep: diagnostic(tooDeep, spanOf(source, state.deepest), { limit: limits.nesting }),
      };
  }
  closeAll(state, undefined);
  return { tokens: state.out, diagnostics: state.diagnostics };
}

function open(state: Balancing, token: Token): void {
  state.open.push({ token, inner: 0 });
  state.out.push(token);
  deepen(state, token);
}

function deepen(state: Balancing, token: Token): void {
  state.depth += 1;
  if (state.depth > limits.nesting) state.deepest ??= token;
}

function leave(state: Balancing): void {
  const frame = state.open.pop()!;
  state.depth -= 1 + frame.inner;
}

/** `if` and `^` nest without brackets; what ends an expression ends them. */
function other(state: Balancing, token: Token): void {
  const frame = state.open.at(-1)!;
  if (isWord(token, "if") || isSymbol(token, "^")) {
    frame.inner += 1;
    deepen(state, token);
  } else if (isSymbol(token, ",", ":", "=") || isWord(token, "return", "for")) {
    state.depth -= frame.inner;
    frame.inner = 0;
  }
  state.out.push(token);
}

function close(state: Balancing, token: Token): void {
  const at = state.open.findLastIndex(
    (frame, index) => index > 0 && isSymbol(token, closerOf[frame.token.image as Opener]),
  );
  if (at < 0) {
    const span = spanOf(state.source, token);
    const fixes = [{ title: "delete it", edits: [{ span, text: "" }] }];
    state.diagnostics.push(diagnostic(strayCloser, span, { found: token.image }, { fixes }));
    return;
  }
  if (at < state.open.length - 1) closeDownTo(state, at + 1, token);
  leave(state);
  state.out.push(token);
}

function closeAll(state: Balancing, before: Token | undefined): void {
  if (state.open.length > 1) closeDownTo(state, 1, before);
}

/** Closes the brackets from the innermost to the one at `depth`; one finding says so, at the innermost. */
function closeDownTo(state: Balancing, depth: number, before: Token | undefined): void {
  const innermost = state.open.at(-1)!.token;
  const closers = state.open
    .slice(depth)
    .map(({ token }) => closerOf[token.image as Opener])
    .reverse();
  const end = endOf(state.out.at(-1)!);
  const span = before ? spanOf(state.source, before) : spanIn(state.source, end, end);
  const found = before ? `\`${before.image}\`` : "the end of the file";
  const title = `close it: \`${closers.join("")}\``;
  state.diagnostics.push(
    diagnostic(
      unclosedBracket,
      span,
      { opener: innermost.image, closer: closers[0]!, before: found },
      {
        related: [{ span: spanOf(state.source, innermost), message: "opened here" }],
        fixes: [
          {
            title,
            edits: [
              {
                span: spanIn(state.source, end, end),
                text: closers.map((closer) => (closer === "}" ? "\n}" : closer)).join(""),
              },
            ],
          },
        ],
      },
    ),
  );
  for (const closer of closers) {
    state.out.push(virtual(symbols[closer], closer, end, end));
    leave(state);
  }
}

function spanOf(source: Source, token: Token) {
  return spanIn(source, token.startOffset, endOf(token));
}
