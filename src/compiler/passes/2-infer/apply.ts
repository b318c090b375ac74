import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { activationArgument, unknownTensor } from "../../base/diagnostics/catalogue/names.ts";
import {
  layerMisfit,
  openWeight,
  tooManyStages,
  wrongInputs,
  wrongTie,
} from "../../base/diagnostics/catalogue/shapes.ts";
import type { Span } from "../../base/source.ts";
import { textOf } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import * as Dims from "../../ir/dim.ts";
import type { Dim } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import type { ArgumentValues } from "../../library/arguments.ts";
import type {
  ActivationDefinition,
  LayerDefinition,
  ShapeProblem,
  WeightSpecification,
} from "../../library/definition.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Layer, State, Value, Weight } from "../../typed/program.ts";
import { printType } from "./agreement.ts";
import { checkArguments } from "./arguments.ts";
import type { Scope } from "./context.ts";
import { addValue, mostStages, pathTo, trailOf } from "./elaboration.ts";
import type { Frame } from "./elaboration.ts";
import { count } from "./describe.ts";
import { initializerUse } from "./initial.ts";
import { isNumeric } from "./operands.ts";
import { collectArgumentRules } from "./rules.ts";
import { checkExtent, readSize } from "./types.ts";

/** One stage of a flow, at one of its repetitions. */
export interface StageUse {
  readonly name: Ast.Name;
  readonly written: readonly Ast.Argument[] | undefined;
  /** Where the arguments' names are looked up. */
  readonly scope: Scope;
  /** The path from the model. */
  readonly path: string;
  readonly automatic: boolean;
  readonly span: Span;
  readonly inputs: readonly Value[];
  readonly documentation?: string;
}

/** Counts a stage; false (and reported, once) past the limit. */
export function countStage(frame: Frame, at: Span): boolean {
  frame.elaboration.stages++;
  if (frame.elaboration.stages === mostStages + 1)
    frame.context.report(diagnostic(tooManyStages, at, { limit: mostStages }));
  return frame.elaboration.stages <= mostStages;
}

/** A layer on its inputs: arguments, shape, weights and states. */
export function applyLayer(
  frame: Frame,
  definition: LayerDefinition,
  use: StageUse,
): Value | undefined {
  if (definition.inputs !== "many" && use.inputs.length !== 1)
    return refuseInputs(frame, definition.name, use);
  const given = hasActivation(frame, definition, use)
    ? undefined
    : layerArguments(frame, definition, use);
  if (!given) return undefined;
  const inputTypes = use.inputs.map(({ type }) => type);
  const values = definition.complete?.(inputTypes, given) ?? given;
  if (isProblem(values)) return misfit(frame, definition, use, values);
  const inferred = definition.infer(inputTypes, values);
  const passed =
    isProblem(inferred) && frame.elaboration.alone ? (inferred.unproved ?? inferred) : inferred;
  if (isProblem(passed)) return misfit(frame, definition, use, passed);
  if (!checkExtent(frame.context, passed, use.span)) return undefined;
  const layer = layerAt(frame, definition, use, values, inputTypes, passed);
  if (!layer) return undefined;
  const value = addValue(
    frame,
    passed,
    use.span,
    { kind: "layer", layer, inputs: use.inputs },
    use.inputs,
    labelOf(use),
    definition.arithmetic && (() => definition.arithmetic!(inputTypes, values)),
  );
  if (!frame.reuse) defer(frame, layer, definition, inputTypes, values, value);
  return value;
}

function labelOf(use: StageUse): string {
  return use.path.split(".").at(-1)!;
}

function isProblem(found: object): found is ShapeProblem {
  return "problem" in found && typeof found.problem === "string";
}

function refuseInputs(frame: Frame, name: string, use: StageUse): undefined {
  const write = `(a, b) -> concat -> ${name}`;
  frame.context.report(
    diagnostic(wrongInputs, use.span, {
      name,
      expected: "1 value",
      found: count(use.inputs.length, "value"),
      write,
    }),
  );
  return undefined;
}

/** `dense(10, activation: relu)`: activations are stages, so that there is one way to write them. */
function hasActivation(frame: Frame, definition: LayerDefinition, use: StageUse): boolean {
  const written = use.written ?? [];
  const index = written.findIndex(
    ({ name }) =>
      name !== undefined &&
      /^(activation|act|nonlinearity)$/.test(name.text) &&
      !Object.hasOwn(definition.arguments, name.text),
  );
  const argument = written[index];
  if (!argument) return false;
  const others = written.filter((other) => other !== argument).map(({ span }) => textOf(span));
  const instead = `${definition.name}${others.length > 0 ? `(${others.join(", ")})` : ""} -> ${textOf(argument.value.span)}`;
  const source = use.span.source;
  const edit = {
    span: { source, start: use.name.span.start, end: written.at(-1)!.span.end + 1 },
    text: instead,
  };
  const closes =
    source.text[edit.span.end - 1] === ")" &&
    index >= 0 &&
    !/ as /.test(source.text.slice(edit.span.end, use.span.end));
  frame.context.report(
    diagnostic(
      activationArgument,
      argument.name!.span,
      { layer: definition.name, instead },
      { fixes: closes ? [{ title: `Write \`${instead}\``, edits: [edit] }] : [] },
    ),
  );
  return true;
}

/** The arguments by the layer's table; those that are rules (`init`, `lr`) go to the cascade, those that are axes become sizes. */
function layerArguments(
  frame: Frame,
  definition: LayerDefinition,
  use: StageUse,
): ArgumentValues | undefined {
  const place = {
    level: frame.owner.level,
    name: frame.owner.name,
    prefix: frame.prefix,
    depth: frame.depth,
  } as const;
  const { rest, rules } = collectArgumentRules(
    frame.context,
    use.scope,
    definition.arguments,
    use.written,
    use.path,
    place,
  );
  if (!frame.reuse) frame.elaboration.rules.push(...rules);
  const isAxis = (argument: Ast.Argument) =>
    definition.axisArguments === true &&
    argument.name !== undefined &&
    !Object.hasOwn(definition.arguments, argument.name.text);
  const axes = (rest ?? []).filter(isAxis);
  const values = checkArguments(
    frame.context,
    use.scope,
    definition,
    definition.axisArguments ? rest?.filter((argument) => !isAxis(argument)) : rest,
    use.span,
  );
  const sizes = axes.map(
    ({ name, value }) =>
      [name!.text, readSize(frame.context, use.scope, value, `\`${name!.text}\``)] as const,
  );
  if (!values || sizes.some(([, size]) => size === undefined)) return undefined;
  return sizes.length > 0
    ? { ...values, ...(Object.fromEntries(sizes) as Record<string, Dim>) }
    : values;
}

/** A disagreement found by a layer, with the shapes that led there, and what to write instead. */
function misfit(
  frame: Frame,
  definition: LayerDefinition | ActivationDefinition,
  use: StageUse,
  found: ShapeProblem,
): undefined {
  const argument = use.written?.find(
    ({ name }) => name !== undefined && name.text === found.argument,
  );
  const notes = [
    ...(found.notes ?? []),
    ...use.inputs.slice(0, 2).flatMap((input) => trailOf(frame, input)),
  ];
  const at = use.name.span.start;
  const insertion = found.insertBefore;
  const fixes: readonly Fix[] =
    insertion === undefined
      ? []
      : [
          {
            title: `Insert \`${insertion.trim()}\``,
            edits: [
              { span: { source: use.name.span.source, start: at, end: at }, text: insertion },
            ],
          },
        ];
  const related = use.inputs
    .slice(0, 2)
    .map((input) => ({ span: input.span, message: `this is ${printType(input.type)}` }));
  frame.context.report(
    diagnostic(
      layerMisfit,
      (argument ?? use).span,
      { layer: definition.name, problem: found.problem, help: found.help },
      { notes, fixes, related },
    ),
  );
  return undefined;
}

function layerAt(
  frame: Frame,
  definition: LayerDefinition,
  use: StageUse,
  values: ArgumentValues,
  inputTypes: readonly TensorType[],
  outputType: TensorType,
): Layer | undefined {
  const known = frame.elaboration.layers.get(use.path);
  if (known && frame.reuse) return reused(frame, known, use, inputTypes);
  const weights = makeWeights(frame, definition, use, values, inputTypes);
  if (!weights) return undefined;
  const states = (definition.states?.(inputTypes, values) ?? []).map((state): State => ({
    path: `${use.path}.${state.name}`,
    shape: state.shape,
    initial: state.initial,
  }));
  const { path, span, automatic, documentation } = use;
  const layer: Layer = {
    path,
    definition,
    arguments: values,
    inputTypes,
    outputType,
    weights,
    states,
    span,
    through: frame.through,
    automatic,
    ...(documentation === undefined ? {} : { documentation }),
  };
  frame.elaboration.layers.set(path, layer);
  for (const weight of weights) frame.elaboration.weights.set(weight.path, weight);
  return layer;
}

/** A shared stage has one set of weights, so every use of it takes the type of the first. */
function reused(
  frame: Frame,
  layer: Layer,
  use: StageUse,
  inputTypes: readonly TensorType[],
): Layer | undefined {
  const different = inputTypes.findIndex(
    (type, index) => printType(type) !== printType(layer.inputTypes[index]!),
  );
  if (different < 0) return layer;
  const problem = `a shared stage takes the same type at every use: first \`${printType(layer.inputTypes[different]!)}\`, here \`${printType(inputTypes[different]!)}\``;
  return misfit(frame, layer.definition, use, {
    problem,
    help: "use two stages, each with weights of its own",
  });
}

/** The weights of a layer; one that is tied to another stage's has no tensor of its own. */
function makeWeights(
  frame: Frame,
  definition: LayerDefinition,
  use: StageUse,
  values: ArgumentValues,
  inputTypes: readonly TensorType[],
): readonly Weight[] | undefined {
  const weights: Weight[] = [];
  for (const specification of definition.weights?.(inputTypes, values) ?? []) {
    const path = `${use.path}.${specification.name}`;
    const initializer = initializerUse(frame.context.library, specification.initializer);
    const base = {
      path,
      role: specification.role,
      owner: definition.name,
      shape: specification.shape,
      fanIn: specification.fanIn,
      fanOut: specification.fanOut,
      initializer,
      span: use.span,
    };
    const written = values[specification.name];
    if (
      !checkExtent(
        frame.context,
        { element: { kind: "f32" }, axes: specification.shape.map((size) => ({ size })) },
        use.span,
      )
    )
      return undefined;
    if (!isFixed(frame, path, specification.shape, use.span)) return undefined;
    const tied =
      definition.arguments[specification.name]?.kind === "tensor" && typeof written === "string"
        ? tie(frame, use, specification, written)
        : undefined;
    if (tied === "wrong") return undefined;
    weights.push(tied ? { ...base, tied } : base);
  }
  return weights;
}

/** A trainable tensor has one shape for ever, so no dim that is open may be in it. */
export function isFixed(frame: Frame, path: string, shape: readonly Dim[], at: Span): boolean {
  const { alone, own } = frame.elaboration;
  const open = alone
    ? []
    : [...new Set(shape.flatMap(Dims.symbolsOf))].filter((name) => !own.has(name));
  if (open.length > 0)
    frame.context.report(
      diagnostic(openWeight, at, { weight: path, shape: printShape(shape), symbols: open }),
    );
  return open.length === 0;
}

/** `weight: transpose(encode.weight)`: finds the tensor, from this body outwards, and compares the shapes. */
function tie(
  frame: Frame,
  use: StageUse,
  specification: WeightSpecification,
  written: string,
): NonNullable<Weight["tied"]> | "wrong" {
  const argument = use.written!.find(({ name }) => name?.text === specification.name);
  const at = argument?.value.span ?? use.span;
  const transposed = written.startsWith("transpose(");
  const path = transposed ? written.slice("transpose(".length, -1) : written;
  const target =
    frame.elaboration.weights.get(pathTo(frame.prefix, path)) ??
    frame.elaboration.weights.get(path);
  if (!target) {
    const known = [...frame.elaboration.weights.keys()]
      .filter((each) => each.startsWith(frame.prefix))
      .map((each) => (frame.prefix === "" ? each : each.slice(frame.prefix.length + 1)));
    frame.context.report(
      diagnostic(unknownTensor, at, {
        path,
        known: known.slice(0, 8),
        suggestion: suggest(path, known),
      }),
    );
    return "wrong";
  }
  const shape = transposed ? [...target.shape].reverse() : target.shape;
  if (
    shape.length === specification.shape.length &&
    shape.every((size, place) => Dims.equalDims(size, specification.shape[place]!))
  ) {
    return {
      to:
        target.tied && target.tied.transposed !== transposed
          ? target.tied.to
          : (target.tied?.to ?? target.path),
      transposed: (target.tied?.transposed ?? false) !== transposed,
    };
  }
  const related = [{ span: target.span, message: `\`${target.path}\` is made here` }];
  const notes = transposed
    ? []
    : [`\`transpose(${path})\` has the shape ${printShape([...target.shape].reverse())}`];
  frame.context.report(
    diagnostic(
      wrongTie,
      at,
      {
        weight: `${use.path}.${specification.name}`,
        expected: printShape(specification.shape),
        found: printShape(shape),
      },
      { related, notes },
    ),
  );
  return "wrong";
}

function printShape(shape: readonly Dim[]): string {
  return `[${shape.map(Dims.print).join(", ")}]`;
}

/** Notes the weights whose initialiser waits for the next activation. */
function defer(
  frame: Frame,
  layer: Layer,
  definition: LayerDefinition,
  inputTypes: readonly TensorType[],
  values: ArgumentValues,
  after: Value,
): void {
  const specifications = definition.weights?.(inputTypes, values) ?? [];
  for (const [index, { initializer }] of specifications.entries()) {
    if (initializer === "by activation")
      frame.elaboration.undecided.push({ weight: layer.weights[index]!, after });
  }
}

/** An activation on one value, which keeps its type. */
export function applyActivation(
  frame: Frame,
  definition: ActivationDefinition,
  use: StageUse,
): Value | undefined {
  const [input, ...others] = use.inputs;
  if (!input || others.length > 0) return refuseInputs(frame, definition.name, use);
  const values = checkArguments(frame.context, use.scope, definition, use.written, use.span);
  if (!values || !isNumeric(frame, input, `\`${definition.name}\``, use.span)) return undefined;
  const axis = definition.over ? axisOver(input.type, values.over) : input.type.axes.length - 1;
  if (axis < 0)
    return misfit(frame, definition, use, overProblem(definition.name, input.type, values.over));
  const body = {
    kind: "activation",
    use: { definition, arguments: values },
    path: use.path,
    input,
    axis,
  } as const;
  return addValue(frame, input.type, use.span, body, [input], labelOf(use));
}

/** `over`, or else `c`, or else the only axis besides the batch; −1 when there is none. */
function axisOver(type: TensorType, over: ArgumentValues[string]): number {
  if (typeof over === "string") return type.axes.findIndex(({ name }) => name === over);
  const features = type.axes.findIndex(({ name }) => name === "c");
  return features >= 0 ? features : type.axes.length === 2 ? 1 : -1;
}

function overProblem(name: string, type: TensorType, over: ArgumentValues[string]): ShapeProblem {
  const axes = type.axes.slice(1).flatMap((axis) => axis.name ?? []);
  if (typeof over !== "string")
    return {
      problem: `\`${name}\` works over \`c\` or the only axis besides the batch, found \`${printType(type)}\``,
      help: `write \`${name}(over: ${axes[0] ?? "c"})\``,
    };
  const suggestion = suggest(over, axes);
  return {
    problem: `\`${printType(type)}\` has no axis \`${over}\``,
    argument: "over",
    ...(suggestion === undefined ? {} : { help: `did you mean \`over: ${suggestion}\`?` }),
  };
}
