import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { LossExpression } from "../../typed/program.ts";
import { scoreStream } from "../../plan/names.ts";
import { rowSumOf } from "./loss.ts";
import type { Lowering } from "./lowering.ts";
import { lowerValue } from "./values.ts";

/** A loss of the run with the number that it is multiplied by. */
interface Term {
  readonly loss: Extract<LossExpression, { kind: "loss" }>;
  readonly factor: number;
}

/**
 * A scalar whose gradients are those of the losses at targets drawn from the model's own distributions, the mean over the rows.
 * A term c · L adds √c times its score: scores are independent with mean 0, so their outer products add up to Σ c · Fisher.
 */
export function sampledScores(lowering: Lowering): Node {
  const graph = lowering.graph.at({ path: "fisher", role: "loss" });
  const scores = termsOf(lowering.run.loss, 1).map(({ loss, factor }, place) => {
    const prediction = lowerValue(lowering, loss.operands[0]!);
    const score = loss.use.definition.score!(graph, prediction, (purpose, type) =>
      graph.random(scoreStream(place, purpose), type),
    );
    return graph.multiply(Math.sqrt(Math.abs(factor)), overPlaces(graph, score));
  });
  return graph.mean(
    scores.reduce((total, score) => graph.add(total, score)),
    [0],
  );
}

/** A mean over n places of a row has the curvature 1/n of their sum, so the scores of the places add up over √n. */
function overPlaces(graph: GraphBuilder, score: Node): Node {
  const places = score.type.shape.slice(1).reduce((product, size) => product * size, 1);
  return graph.divide(rowSumOf(graph, score), Math.sqrt(places));
}

/** The losses of an expression; parts without a loss move nothing. */
export function termsOf(expression: LossExpression, factor: number): readonly Term[] {
  if (expression.kind === "number") return [];
  if (expression.kind === "loss") return [{ loss: expression, factor }];
  const { operator, operands } = expression;
  const [left, right] = operands;
  if (operator === "negate") return termsOf(left!, -factor);
  if (operator === "+") return operands.flatMap((operand) => termsOf(operand, factor));
  if (operator === "-") return [...termsOf(left!, factor), ...termsOf(right!, -factor)];
  if (operator === "/") return termsOf(left!, factor / numberOf(right!));
  return hasTerms(left!)
    ? termsOf(left!, factor * numberOf(right!))
    : termsOf(right!, factor * numberOf(left!));
}

function hasTerms(expression: LossExpression): boolean {
  return (
    expression.kind === "loss" ||
    (expression.kind === "arithmetic" && expression.operands.some(hasTerms))
  );
}

/** The value of an expression of numbers; a product of losses has none, and counts as 1. */
function numberOf(expression: LossExpression): number {
  if (expression.kind === "number") return expression.value;
  if (expression.kind === "loss") return 1;
  const [left = 0, right = 0] = expression.operands.map(numberOf);
  return {
    "+": left + right,
    "-": left - right,
    "*": left * right,
    "/": left / right,
    negate: -left,
  }[expression.operator];
}
