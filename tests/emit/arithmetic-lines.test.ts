import fastCheck from "fast-check";
import { format } from "prettier";
import { expect, test } from "vitest";
import {
  atom,
  called,
  chosen,
  joined,
  negated,
  type Arithmetic,
} from "../../src/compiler/base/arithmetic.ts";
import { returnedInLines } from "../../src/compiler/base/arithmetic-lines.ts";
import { layBlock, lineWidth } from "../../src/compiler/base/layout.ts";

/** Arithmetic of any length breaks where prettier breaks it. */

const words = ["step", "totalSteps", "stepsPerEpoch", "part1", "drops[0]!", "0.003", "3.14159"];

const { arithmetic } = fastCheck.letrec<{ arithmetic: Arithmetic }>((tie) => {
  const inner = tie("arithmetic");
  return {
    arithmetic: fastCheck.oneof(
      { maxDepth: 6, withCrossShrink: true },
      { weight: 1, arbitrary: fastCheck.constantFrom(...words).map(atom) },
      {
        weight: 4,
        arbitrary: fastCheck
          .tuple(inner, fastCheck.constantFrom("+", "-", "*", "/"), inner)
          .map(([left, operator, right]) => joined(left, operator, right)),
      },
      {
        weight: 2,
        arbitrary: fastCheck
          .tuple(
            fastCheck.constantFrom("Math.min", "Math.cos", "meanCorrectionAt"),
            fastCheck.array(inner, { minLength: 1, maxLength: 3 }),
          )
          .map(([name, given]) => called(name, ...given)),
      },
      { weight: 1, arbitrary: inner.map(negated) },
    ),
  };
});

test("arithmetic that is returned is printed as prettier prints it", async () => {
  await fastCheck.assert(
    fastCheck.asyncProperty(arithmetic, async (value) => {
      const text = layBlock({ opening: "{", statements: [], result: { arithmetic: value } }, 0);
      expect(`function rate() ${text}\n`).toBe(
        await format(`function rate() { return ${value.text}; }`, {
          parser: "typescript",
          printWidth: lineWidth,
        }),
      );
    }),
    { numRuns: 150 },
  );
});

test("a choice is left to prettier", () => {
  const value = chosen(joined(atom("a"), "<", atom("b")), atom("1"), atom("0"));
  expect(returnedInLines(value, 2, 10)).toBeUndefined();
});
