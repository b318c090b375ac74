import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/training.ts";
import type { Span } from "../../base/source.ts";
import { equalDims, known, multiply, print, size } from "../../ir/dim.ts";
import type { Axis, TensorType } from "../../ir/type.ts";
import type { OperandSpecification } from "../../library/definition.ts";
import type { Value } from "../../typed/program.ts";
import { printType } from "./agreement.ts";
import type { Context } from "./context.ts";

/** A tensor given to a loss or metric, where it was written and how it is called there. */
export interface Operand {
  readonly value: Value;
  readonly name: string;
  readonly span: Span;
}

/** What is wrong with an operand. */
interface Misfit {
  readonly index: number;
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
  /** Set where the number of outputs and the number of classes disagree. */
  readonly classes?: { readonly width: string; readonly count: string };
}

/** The axis of the classes: the last one. */
function classAxis(type: TensorType): number {
  return type.axes.length - 1;
}

/** Reports the first operand that does not fit the definition; true when all do. */
export function checkOperands(
  context: Context,
  owner: string,
  specifications: readonly OperandSpecification[],
  operands: readonly Operand[],
): boolean {
  const misfit = findMisfit(specifications, operands);
  if (!misfit) return true;
  const operand = operands[misfit.index]!;
  const first = operands[0]!;
  if (misfit.classes) {
    const related = [
      { span: first.value.span, message: `\`${first.name}\` is ${showType(first.value.type)}` },
      {
        span: operand.value.span,
        message: `\`${operand.name}\` is ${showType(operand.value.type)}`,
      },
    ];
    context.report(
      diagnostic(
        messages.classesDisagree,
        operand.span,
        { owner, output: first.name, ...misfit.classes, label: operand.name },
        { related },
      ),
    );
    return false;
  }
  const { expected, found, hint } = misfit;
  const related = [
    { span: operand.value.span, message: `\`${operand.name}\` is ${showType(operand.value.type)}` },
  ];
  context.report(
    diagnostic(
      messages.operandDoesNotFit,
      operand.span,
      { owner, operand: specifications[misfit.index]!.name, expected, found, hint },
      { related },
    ),
  );
  return false;
}

/** Whether the operands would fit, without a word. */
export function operandsFit(
  specifications: readonly OperandSpecification[],
  operands: readonly Operand[],
): boolean {
  return (
    operands.length === specifications.length && findMisfit(specifications, operands) === undefined
  );
}

function findMisfit(
  specifications: readonly OperandSpecification[],
  operands: readonly Operand[],
): Misfit | undefined {
  const types = operands.map((operand) => operand.value.type);
  for (const [index, { accepts, soft = false }] of specifications.entries()) {
    const misfit = check[accepts](types[index]!, types[0]!, soft);
    if (misfit) return { found: showType(types[index]!), ...misfit, index };
  }
  return undefined;
}

type Check = (
  type: TensorType,
  first: TensorType,
  soft: boolean,
) => Omit<Misfit, "index" | "found"> | undefined;

/** What each kind of operand accepts, held against the first operand. */
const check: Readonly<Record<OperandSpecification["accepts"], Check>> = {
  logits: (type) => {
    if (type.element.kind === "f32" && type.axes.length >= 2) return undefined;
    const hint =
      type.element.kind === "class" ? "the prediction comes first, then the label" : undefined;
    return { expected: "one number for each class (`f32[B, c]`)", ...(hint && { hint }) };
  },
  classes: (type, first, soft) => {
    const at = classAxis(first);
    const width = first.axes[at]?.size;
    const others = first.axes.filter((_, place) => place !== at);
    if (type.element.kind === "f32" && !soft)
      return {
        expected: "class labels (`class[B] of n`)",
        hint: "distributions over the classes fit `cross_entropy`",
      };
    if (type.element.kind === "f32")
      return sameAxes(type.axes, first.axes)
        ? undefined
        : {
            expected: `class labels, or a distribution like ${showType(first)}`,
            hint: "labels are declared `class[B] of n`",
          };
    if (type.element.kind !== "class") return { expected: "class labels (`class[B] of n`)" };
    if (width && !equalDims(type.element.count, width))
      return {
        expected: "classes",
        classes: { width: print(width), count: print(type.element.count) },
      };
    return sameAxes(type.axes, others)
      ? undefined
      : {
          expected: `a label for each place of the prediction: ${showType({ element: type.element, axes: others })}`,
        };
  },
  values: (type) => (type.element.kind === "f32" ? undefined : { expected: "numbers (`f32`)" }),
  like: (type, first) => {
    if (type.element.kind !== "f32") return { expected: `numbers, like ${showType(first)}` };
    return sameAxes(type.axes, first.axes)
      ? undefined
      : { expected: `of the shape of the prediction, ${showType(first)}` };
  },
  binary: (type, first) => {
    if (type.element.kind === "class" && known(type.element.count) !== 2)
      return { expected: "of 2 classes", hint: "for more classes use `cross_entropy`" };
    const [own, wanted] = [type, first].map((each) =>
      each.axes.slice(1).reduce((product, axis) => multiply(product, axis.size), size(1)),
    );
    return equalDims(own!, wanted!)
      ? undefined
      : { expected: `one yes or no for each prediction, ${showType(first)}` };
  },
  decisions: (type) =>
    type.element.kind === "f32" ? undefined : { expected: "scores or logits (`f32`)" },
  truths: (type, first) => {
    const isScored = first.axes.length > 1 && known(first.axes.at(-1)!.size) !== 1;
    return isScored && type.element.kind === "class" && type.axes.length < first.axes.length
      ? check.classes(type, first, false)
      : check.binary(type, first, false);
  },
};

/** Same rank and sizes; the batch is the first axis, and names agree where both have one (the last axis holds features under any name). */
function sameAxes(left: readonly Axis[], right: readonly Axis[]): boolean {
  if (left.length !== right.length) return false;
  return left.every((axis, place) => {
    const other = right[place]!;
    const named =
      axis.name === undefined ||
      other.name === undefined ||
      axis.name === other.name ||
      place === left.length - 1;
    return place === 0 || (named && equalDims(axis.size, other.size));
  });
}

function showType(type: TensorType): string {
  return `\`${printType(type)}\``;
}
