import type { ISerializedGast } from "chevrotain";
import { NnspecParser } from "./parser.ts";

/** An expression of EBNF: what the parser does, as a value. */
export type Expression =
  | { readonly kind: "terminal" | "nonterminal"; readonly text: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Expression[] }
  | { readonly kind: "optional" | "repeated"; readonly part: Expression };

export interface Production {
  readonly name: string;
  readonly expression: Expression;
}

/** The parser's own grammar, production by production, from `file` on; expressions come last. */
export function productions(): readonly Production[] {
  const serialized: readonly Serialized[] = new NnspecParser().getSerializedGastProductions();
  const first = serialized.findIndex(({ name }) => name === "file");
  return [...serialized.slice(first), ...serialized.slice(0, first)].map(
    ({ name, definition }) => ({ name: name!, expression: sequence(definition ?? []) }),
  );
}

/** What the serialised form has beside its type. */
interface Serialized {
  readonly type: ISerializedGast["type"];
  readonly name?: string;
  readonly label?: string;
  readonly definition?: readonly Serialized[];
}

const terminals: Readonly<Record<string, string>> = {
  Identifier: "ID",
  Number: "NUMBER",
  Integer: "INTEGER",
  Text: "TEXT",
  Compare: "COMPARE",
};

function convert(node: Serialized): Expression {
  const parts = node.definition ?? [];
  switch (node.type) {
    case "Terminal":
      return { kind: "terminal", text: terminals[node.name!] ?? node.label!.replaceAll("`", '"') };
    case "NonTerminal":
      return { kind: "nonterminal", text: node.name! };
    case "Option":
      return { kind: "optional", part: sequence(parts) };
    case "Repetition":
      return { kind: "repeated", part: sequence(parts) };
    case "Alternation":
      return { kind: "choice", parts: parts.map((part) => sequence(part.definition ?? [])) };
    default:
      return sequence(parts);
  }
}

function sequence(parts: readonly Serialized[]): Expression {
  const converted = parts.map(convert);
  return converted.length === 1 ? converted[0]! : { kind: "sequence", parts: converted };
}

/** An expression in EBNF: `[ ]` at most once, `{ }` any number of times, `( )` a choice among other things. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "terminal":
    case "nonterminal":
      return expression.text;
    case "optional":
      return `[ ${printExpression(expression.part)} ]`;
    case "repeated":
      return `{ ${printExpression(expression.part)} }`;
    case "choice":
      return expression.parts.map(printExpression).join(" | ");
    case "sequence":
      return expression.parts
        .map((part) =>
          part.kind === "choice" ? `( ${printExpression(part)} )` : printExpression(part),
        )
        .join(" ");
  }
}
