import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeCondition } from "../../src/targets/trainer/describe.ts";
import { programOf } from "../verify/verified.ts";

const iris = readFileSync("examples/iris.nnspec", "utf8");

function stopping(condition: string): string {
  const program = programOf("examples/iris.nnspec", withStop(condition));
  return describeCondition(program.runs[0]!.stop!);
}

function withStop(condition: string): string {
  const text = iris.replace(/^ {2}stop:.*\n/gm, "");
  const end = text.lastIndexOf("}");
  return `${text.slice(0, end)}  stop: ${condition}\n}\n`;
}

test("a condition keeps the parentheses that it needs, in formulas and around `or`", () => {
  expect(stopping("train.loss * (validation.loss + 1) < 0.1")).toBe(
    "train.loss * (validation.loss + 1) < 0.1",
  );
  expect(
    stopping("(train.loss < 0.1 or validation.loss < 0.2) and validation.accuracy > 0.9"),
  ).toBe("(train.loss < 0.1 or validation.loss < 0.2) and validation.accuracy > 0.9");
  expect(stopping("early(validation.loss, patience: 1 epoch)")).toBe(
    "validation.loss has not become better for 1 epoch",
  );
});
