import { isGoneOn, type Arithmetic, type Made, type Operand } from "./arithmetic.ts";
import { line, printDocument, softline, type Document } from "./document.ts";

type Operation = Extract<Made, { kind: "operation" }>;

/** Where prettier breaks arithmetic that is too long for its line. */

/** `return …;`, indented by so much; nothing where it takes more than sums, products and calls. */
export function returnedInLines(
  value: Arithmetic,
  indent: number,
  width: number,
): string | undefined {
  const document = documentOf(value, "return");
  if (document === undefined) return undefined;
  const isOperation = value.made?.kind === "operation";
  const wrapped: Document = isOperation
    ? { group: [{ ifBroken: "(" }, { indent: [softline, document] }, softline, { ifBroken: ")" }] }
    : document;
  return printDocument([" ".repeat(indent), "return ", wrapped, ";"], { indent, column: 0, width });
}

/** What an expression is part of: its operations are indented by it. */
type Surrounding = "return" | "call" | "operation" | "sign";

function documentOf(value: Arithmetic, surrounding: Surrounding): Document | undefined {
  const { made } = value;
  if (made === undefined) return value.text;
  if (made.kind === "choice") return undefined;
  if (made.kind === "call") return callDocument(made.name, made.given);
  if (made.kind === "sign") {
    const operand = operandDocument(made.operand, "sign");
    return operand && ["-", operand];
  }
  const [first, ...rest] = chainOf(made, surrounding === "operation") ?? [];
  if (first === undefined) return undefined;
  if (surrounding === "return") return { group: [first, ...rest] };
  if (surrounding === "sign") return { group: [{ indent: [softline, first, ...rest] }, softline] };
  return { group: [first, { indent: rest }] };
}

function callDocument(name: string, given: readonly Arithmetic[]): Document | undefined {
  const list: Document[] = [];
  for (const each of given) {
    const document = documentOf(each, "call");
    if (document === undefined) return undefined;
    if (list.length > 0) list.push(",", line);
    list.push(document);
  }
  return { group: [`${name}(`, { indent: [softline, list] }, { ifBroken: "," }, softline, ")"] };
}

function operandDocument(
  { value, isWrapped }: Operand,
  surrounding: Surrounding,
): Document | undefined {
  const document = documentOf(value, surrounding);
  return document !== undefined && isWrapped ? ["(", document, ")"] : document;
}

/** The operands of operations that are done from left to right, each but the first after its operator. */
function chainOf(
  { left, operator, right }: Operation,
  isInside: boolean,
): readonly Document[] | undefined {
  const begun =
    operationOf(left) && isGoneOn(left.value, operator)
      ? chainOf(operationOf(left)!, true)
      : firstOf(left);
  const operand = operandDocument(right, "operation");
  if (begun === undefined || operand === undefined) return undefined;
  const next = [operator, line, operand];
  const isAlone = !isInside && operationOf(left) === undefined && operationOf(right) === undefined;
  return [...begun, " ", isAlone ? { group: next } : next];
}

function operationOf({ value }: Operand): Operation | undefined {
  return value.made?.kind === "operation" ? value.made : undefined;
}

function firstOf(operand: Operand): readonly Document[] | undefined {
  const document = operandDocument(operand, "operation");
  return document === undefined ? undefined : [{ group: document }];
}
