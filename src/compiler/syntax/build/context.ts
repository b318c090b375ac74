import type { CstElement, CstNode } from "chevrotain";
import type { Diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Source, Span } from "../../base/source.ts";
import type { Name } from "../ast.ts";
import { endOf, type Token } from "../tokens.ts";

/** What building a tree needs besides the node: where texts are, what is documented, where findings go. */
export interface BuildContext {
  readonly source: Source;
  /** The text of the documentation that ends right before a token, by the token's offset. */
  readonly documentation: ReadonlyMap<number, string>;
  readonly report: (finding: Diagnostic) => void;
}

export function node(parent: CstNode, name: string): CstNode | undefined {
  return nodes(parent, name)[0];
}

export function nodes(parent: CstNode, name: string): readonly CstNode[] {
  return (parent.children[name] ?? []).filter(isNode);
}

/** The tokens of a name that stand in the text; what recovery inserted is left out. */
export function tokens(parent: CstNode, name: string): readonly Token[] {
  return (parent.children[name] ?? [])
    .filter(isToken)
    .filter((token) => token.isInsertedInRecovery !== true);
}

export function tokenOf(parent: CstNode, name: string): Token | undefined {
  return tokens(parent, name)[0];
}

function isNode(element: CstElement): element is CstNode {
  return "children" in element;
}

function isToken(element: CstElement): element is Token {
  return "image" in element;
}

/** The text that a node was made of; empty, at the end of the text, for a node that recovery left empty. */
export function spanOf(context: BuildContext, of: CstNode): Span {
  const { source } = context;
  const start = of.location?.startOffset ?? Number.NaN;
  const end = (of.location?.endOffset ?? Number.NaN) + 1;
  const from = Number.isNaN(start) ? source.text.length : start;
  return { source, start: from, end: Number.isNaN(end) ? from : Math.max(from, end) };
}

export function spanOfToken(context: BuildContext, token: Token): Span {
  return { source: context.source, start: token.startOffset, end: endOf(token) };
}

export function nameOf(context: BuildContext, token: Token): Name {
  return { text: token.image, span: spanOfToken(context, token) };
}

/** The name under a label of a node; where recovery went on without one, an empty name at the node's beginning. */
export function nameIn(context: BuildContext, parent: CstNode, label = "Identifier"): Name {
  const token = tokenOf(parent, label);
  if (token) return nameOf(context, token);
  const { source, start } = spanOf(context, parent);
  return { text: "", span: { source, start, end: start } };
}

/** `{ alias: … }` when the name was written, and nothing otherwise. */
export function optionalName<Key extends string>(
  context: BuildContext,
  parent: CstNode,
  label: string,
  key: Key,
): { readonly [key in Key]?: Name } {
  const token = tokenOf(parent, label);
  return token ? ({ [key]: nameOf(context, token) } as { readonly [key in Key]?: Name }) : {};
}

/** `{ documentation: … }` when lines of `///` stand before the node. */
export function documented(
  context: BuildContext,
  of: CstNode,
): { readonly documentation?: string } {
  const documentation = context.documentation.get(spanOf(context, of).start);
  return documentation === undefined ? {} : { documentation };
}
