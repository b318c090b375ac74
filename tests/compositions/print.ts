import type { TensorType } from "../../src/compiler/ir/type.ts";
import type { Definition, LossDefinition } from "../../src/compiler/library/definition.ts";
import { library } from "../../src/compiler/library/index.ts";
import {
  axesOf,
  isOperator,
  pathOf,
  stageDefinition,
  type Argument,
  type Composition,
  type Elaborated,
  type Item,
  type NamedSize,
  type Stage,
  type Tensor,
} from "./composition.ts";

/** What the data must hold for a loss: fields besides the inputs, and what their numbers mean. */
export interface TargetField extends Tensor {
  /** `shares` add up to 1 along the last axis. */
  readonly holds: "labels" | "numbers" | "shares";
}

/** The spec of a composition, without its header and `dim B`. */
export function specOf(composition: Composition, elaborated: Elaborated): string {
  const { inputs, parameters, stages, rules, batch, optimizer, clip } = composition;
  const targets = targetsOf(composition, elaborated);
  const last = stages.at(-1)!.name;
  return [
    `data D { ${[...inputs, ...targets].map(fieldText).join(", ")} }`,
    `model M(${inputs.map(fieldText).join(", ")}) -> ${typeText(elaborated.types.get(last)!)} {`,
    ...parameters.map(
      (tensor) => `  parameter ${tensor.name}: f32[${sizesText(tensor.axes)}] = normal(0.3)`,
    ),
    ...sharedStages(stages).map((stage) => `  shared ${stage.shared!} = ${itemText(stage)}`),
    ...flowsOf(stages),
    ...rules.map(
      ({ target, stage, setting }) =>
        `  for ${target}${stage === undefined ? "" : `(${stage})`} { ${setting} }`,
    ),
    "}",
    `train M on D { ${[
      `loss: ${lossText(composition)}`,
      `batch: ${batch}`,
      `optimizer: ${optimizer}`,
      ...(clip === undefined ? [] : [`clip: ${clip}`]),
    ].join(", ")} }`,
  ].join("\n");
}

/** The fields that the losses need, in their order. */
export function targetsOf({ losses }: Composition, { types }: Elaborated): readonly TargetField[] {
  return losses.map(({ item, of }, place): TargetField => {
    const definition = library.find("loss", item) as LossDefinition;
    const axes = axesOf(types.get(of)!);
    const [first, second] = definition.operands;
    const name = targetName(place);
    switch (second!.accepts) {
      case "classes":
        return { name, axes: axes.slice(0, -1), labels: axes.at(-1)!.size, holds: "labels" };
      case "binary":
        return { name, axes, labels: 2, holds: "labels" };
      default:
        return { name, axes, holds: first!.accepts === "logits" ? "shares" : "numbers" };
    }
  });
}

function targetName(place: number): string {
  return `target${place + 1}`;
}

/** `a1 = x -> conv(4, 3) as s1 -> relu as s2`: a flow goes on as long as each stage takes the value before it alone. */
function flowsOf(stages: readonly Stage[]): readonly string[] {
  const lines: string[] = [];
  stages.forEach((stage, place) => {
    const before = stages[place - 1];
    const isLast = place === stages.length - 1;
    if (isOperator(stage.item) || isCall(stage)) {
      lines.push(`  ${stage.name} = ${formulaText(stage)}`);
      if (isLast) lines.push(`  return ${stage.name}`);
      return;
    }
    const goesOn =
      before !== undefined &&
      !isOperator(before.item) &&
      !isCall(before) &&
      stage.operands.length === 1 &&
      stage.operands[0] === before.name;
    const flow = `-> ${stageText(stage)} as ${stage.name}`;
    if (goesOn) lines[lines.length - 1] += ` ${flow}`;
    else lines.push(`  ${flowName(place)} = ${operandsText(stage)} ${flow}`);
    if (isLast) lines.push(lines.pop()!.replace(/^ {2}\w+ = /, "  return "));
  });
  return lines;
}

function flowName(place: number): string {
  return `flow${place + 1}`;
}

/** A function of several operands, which is no stage. */
function isCall({ item, operands }: Stage): boolean {
  return stageDefinition(item)?.kind === "function" && operands.length > 1;
}

function formulaText({ item, operands }: Stage): string {
  return isOperator(item) ? operands.join(` ${item} `) : `${item}(${operands.join(", ")})`;
}

function operandsText({ operands }: Stage): string {
  return operands.length === 1 ? operands[0]! : `(${operands.join(", ")})`;
}

function stageText(stage: Stage): string {
  if (stage.shared !== undefined) return stage.shared;
  return stage.times === undefined ? itemText(stage) : `repeat ${stage.times} ${itemText(stage)}`;
}

function sharedStages(stages: readonly Stage[]): readonly Stage[] {
  const shared = stages.filter((stage) => stage.shared !== undefined);
  return shared.filter(
    (stage, place) => shared.findIndex((each) => pathOf(each) === pathOf(stage)) === place,
  );
}

/** Arguments by position for as long as the table's next one is written, all others by name. */
export function itemText({ item, arguments: written }: Item): string {
  const definition = stageDefinition(item) ?? library.find("regularizer", item)!;
  const leading = leadingArguments(definition, written);
  const texts = [
    ...leading.map(partsText),
    ...written.filter((argument) => !leading.includes(argument)).map(namedText),
  ];
  return texts.length === 0 ? item : `${item}(${texts.join(", ")})`;
}

function leadingArguments(
  definition: Definition,
  written: readonly Argument[],
): readonly Argument[] {
  const leading: Argument[] = [];
  for (const [name, specification] of Object.entries(definition.arguments)) {
    const argument = written.find((each) => each.name === name);
    if (argument === undefined || specification.named === true) break;
    leading.push(argument);
  }
  return leading;
}

function partsText({ parts }: Argument): string {
  return parts.length === 1 ? String(parts[0]) : `(${parts.join(", ")})`;
}

function namedText(argument: Argument): string {
  return `${argument.name}: ${partsText(argument)}`;
}

function lossText({ losses }: Composition): string {
  return losses
    .map(({ item, arguments: written, of, factor }, place) => {
      const operands = [of, targetName(place), ...written.map(namedText)];
      return `${factor === 1 ? "" : `${factor} * `}${item}(${operands.join(", ")})`;
    })
    .join(" + ");
}

function fieldText({ name, axes, labels }: Tensor): string {
  const sizes = axes.length === 0 ? "" : `, ${sizesText(axes)}`;
  return `${name}: ${labels === undefined ? "f32" : "class"}[B${sizes}]${labels === undefined ? "" : ` of ${labels}`}`;
}

function typeText(type: TensorType): string {
  return `f32[B${axesOf(type)
    .map((axis) => `, ${sizesText([axis])}`)
    .join("")}]`;
}

function sizesText(axes: readonly NamedSize[]): string {
  return axes.map(({ name, size }) => `${name}: ${size}`).join(", ");
}
