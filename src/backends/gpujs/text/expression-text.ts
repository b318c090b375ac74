import type { Expr } from "../../../compiler/plan/plan.ts";
import { isHostNumber } from "../../../compiler/plan/host-numbers.ts";
import { affineText, insideText, loadText } from "./index-text.ts";
import { numberText, printers, repeating } from "./operations.ts";
import { newLocal, numberName, unwrapped, type Block, type Writer } from "./writer.ts";

const longestText = 88;

/** The text of an expression; what is used twice or grows long becomes a local of the block. */
export function textOf(writer: Writer, expression: Expr, block: Block): string {
  const known = block.known.get(expression);
  if (known !== undefined) return known;
  const text = freshText(writer, expression, block);
  const worthNaming = expression.kind === "apply" || expression.kind === "load";
  if (!worthNaming || isPlainName(text)) return text;
  if (!block.repeated.has(expression) && text.length <= longestText) return text;
  return nameIt(writer, expression, text, block);
}

function isPlainName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}

function nameIt(writer: Writer, expression: Expr, text: string, block: Block): string {
  const name = newLocal(writer);
  block.lines.push(`${block.indent}const ${name} = ${unwrapped(text)};`);
  block.known.set(expression, name);
  return name;
}

function freshText(writer: Writer, expression: Expr, block: Block): string {
  if (expression.kind === "apply" && isHostNumber(expression, writer.hostMemo))
    return numberName(writer, writer.host.nameOf(expression));
  switch (expression.kind) {
    case "constant":
      return numberText(expression.value);
    case "scalar":
      return numberName(writer, expression.name);
    case "rows":
      return numberName(writer, "rows");
    case "accumulator":
      return "accumulator";
    // A declaration makes the integer of a loop a float; in an expression it would stay an integer.
    case "axis":
      return nameIt(
        writer,
        expression,
        affineText(writer, {
          constant: expression.constant,
          terms: [[expression.axis, expression.step]],
        }),
        block,
      );
    case "inside":
      return `(${insideText(writer, expression.index, expression.extent, block) ?? "true"} ? 1.0 : 0.0)`;
    case "load":
      return loadText(writer, expression.access, block);
    case "apply":
      return applyText(writer, expression, block);
  }
}

function applyText(
  writer: Writer,
  expression: Extract<Expr, { kind: "apply" }>,
  block: Block,
): string {
  if (expression.op === "select") {
    const [condition, then, otherwise] = expression.args as readonly [Expr, Expr, Expr];
    if (isBound(condition, then, otherwise))
      return boundText(writer, condition, then, otherwise, block);
    const test = conditionText(writer, condition, block);
    return `(${test} ? ${textOf(writer, then, block)} : ${textOf(writer, otherwise, block)})`;
  }
  const many = repeating.has(expression.op);
  const args = expression.args.map((arg) => {
    const text = textOf(writer, arg, block);
    return many && !isPlainName(text) && arg.kind !== "constant"
      ? nameIt(writer, arg, text, block)
      : text;
  });
  return printers[expression.op](args, expression.args);
}

type Comparison = Extract<Expr, { kind: "apply" }>;

/** `x <= 0 ? 0 : x` and the like: NaN must come out, but drivers make a maximum of it that drops NaN. */
function isBound(condition: Expr, then: Expr, otherwise: Expr): condition is Comparison {
  return (
    condition.kind === "apply" &&
    (condition.op === "less" || condition.op === "less_equal") &&
    then.kind === "constant" &&
    otherwise.kind !== "constant" &&
    condition.args.includes(then) &&
    condition.args.includes(otherwise)
  );
}

/** Three ways: where neither comparison holds, the value is NaN, and so is its sum with 1. */
function boundText(
  writer: Writer,
  condition: Comparison,
  then: Expr,
  otherwise: Expr,
  block: Block,
): string {
  const text = textOf(writer, otherwise, block);
  const value = isPlainName(text) ? text : nameIt(writer, otherwise, text, block);
  const [a, b] = condition.args.map((arg) =>
    arg === otherwise ? value : textOf(writer, arg, block),
  );
  const [first, second] = condition.op === "less" ? ["<", "<="] : ["<=", "<"];
  return `(${a!} ${first!} ${b!} ? ${textOf(writer, then, block)} : (${b!} ${second!} ${a!} ? ${value} : ${value} + 1.0))`;
}

function conditionText(writer: Writer, condition: Expr, block: Block): string {
  if (condition.kind === "inside")
    return insideText(writer, condition.index, condition.extent, block) ?? "1.0 > 0.0";
  const symbol =
    condition.kind === "apply"
      ? ({ less: "<", less_equal: "<=", equal: "===" } as Partial<Record<string, string>>)[
          condition.op
        ]
      : undefined;
  if (condition.kind === "apply" && symbol !== undefined && !block.known.has(condition)) {
    const [a, b] = condition.args.map((arg) => textOf(writer, arg, block));
    return `${a!} ${symbol} ${b!}`;
  }
  return `${textOf(writer, condition, block)} !== 0.0`;
}
