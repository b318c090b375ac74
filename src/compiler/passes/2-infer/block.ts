import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/shapes.ts";
import type { Related } from "../../base/diagnostics/diagnostic.ts";
import { textOf, type Span } from "../../base/source.ts";
import * as Dims from "../../ir/dim.ts";
import type { Dim } from "../../ir/dim.ts";
import type { TensorType } from "../../ir/type.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { Value } from "../../typed/program.ts";
import { axisCount, disagreement, printElement, printType, sizesDiffer } from "./agreement.ts";
import type { Sides } from "./agreement.ts";
import type { StageUse } from "./apply.ts";
import type { Binding, CompileValue, Declaration, Scope } from "./context.ts";
import { broken, deepestBlock, reporting, trailOf } from "./elaboration.ts";
import type { Frame } from "./elaboration.ts";
import { count } from "./describe.ts";
import { bindParameters } from "./evaluate.ts";
import { child } from "./lookup.ts";
import { asTensor, renamed } from "./operands.ts";
import { recordName } from "./record.ts";
import { nameStages } from "./stage-names.ts";
import { axisName, bareName, isSymbol, readSize, tensorType } from "./types.ts";

type Body = (frame: Frame, body: readonly Ast.Statement[], at: Span) => CompileValue | undefined;

/** A use of a block or model: what a stage has, the names of its inputs, and how a body is inferred. */
export interface BlockUse extends StageUse {
  readonly named: readonly { readonly name?: string; readonly value: Value }[];
  readonly body: Body;
}

/** Writes a block out at one use: parameters, inputs with their symbols, the body, and the declared result as a check. */
export function applyBlock(
  frame: Frame,
  declaration: Declaration & { readonly item: Ast.BlockItem | Ast.ModelItem },
  use: BlockUse,
): CompileValue | undefined {
  const { item } = declaration;
  const name = item.name.text;
  if (frame.depth >= deepestBlock) {
    frame.context.report(
      diagnostic(messages.nestedTooDeep, use.span, {
        name,
        limit: deepestBlock,
        cycle: cycleOf(name, frame.through),
      }),
    );
    return undefined;
  }
  const parameters = bindParameters(
    frame.context,
    use.scope,
    declaration,
    item.kind === "block" ? item.parameters : [],
    use.written ?? [],
    use.span,
  );
  const inputs = matchInputs(frame, item, use);
  if (!parameters || !inputs) return undefined;
  const context = reporting(
    frame.context,
    use.span,
    () => `in this use of \`${name}\`, on ${inputs.map(({ type }) => printType(type)).join(", ")}`,
  );
  const scope = bindSymbols({ ...frame, context }, parameters, item, inputs, use);
  if (!scope) return undefined;
  const inside = {
    ...openFrame({ ...frame, context }, item, scope, use.path),
    through: [use.span, ...frame.through],
  };
  bindInputs(inside, scope, item, inputs, use);
  const found = use.body(inside, item.body, item.name.span);
  return found && checkResult(inside, scope, item, found, use.span);
}

/** The way from a block to itself, by the stages as they are written: `Loop → Loop`, `A → B → A`. */
function cycleOf(name: string, through: readonly Span[]): readonly string[] | undefined {
  const names = through.map(
    (span) => /^[A-Za-z_]\w*/.exec(textOf(span).replace(/^repeat\s+.*?\s(?=[A-Z])/, ""))?.[0] ?? "",
  );
  const place = names.indexOf(name);
  return place < 0 ? undefined : [name, ...names.slice(0, place).reverse(), name];
}

/** A frame for a body, with its stages named. */
export function openFrame(
  frame: Frame,
  item: Ast.BlockItem | Ast.ModelItem,
  scope: Scope,
  prefix: string,
): Frame {
  const names = new Map<string, Binding>();
  return {
    ...frame,
    scope: { parent: scope, names },
    names,
    prefix,
    depth: prefix === "" ? 0 : frame.depth + 1,
    owner: { level: prefix === "" ? "model" : "block", name: item.name.text },
    stageNames: nameStages(frame.context, item.body),
    shared: new Map(),
    later: new Set(
      item.body.flatMap((statement) => ("name" in statement ? [statement.name.text] : [])),
    ),
  };
}

/** The values for the inputs, in the order of the signature: by place, or by name where a record has names. */
function matchInputs(
  frame: Frame,
  item: Ast.BlockItem | Ast.ModelItem,
  use: BlockUse,
): readonly Value[] | undefined {
  const { named } = use;
  const found = named.every(({ name }) => name !== undefined)
    ? item.inputs.map((port) => named.find(({ name }) => name === port.name.text)?.value)
    : named.map(({ value }) => value);
  if (
    found.length === item.inputs.length &&
    named.length === item.inputs.length &&
    !found.includes(undefined)
  )
    return found as readonly Value[];
  const ports = item.inputs.map((port) => port.name.text);
  const expected =
    ports.length === 1
      ? `1 value, \`${ports[0]}\``
      : `${count(ports.length, "value")}: ${ports.map((port) => `\`${port}\``).join(", ")}`;
  const write = `${ports.length === 1 ? "x" : `(${ports.join(", ")})`} -> ${item.name.text}`;
  const related = [{ span: item.name.span, message: `\`${item.name.text}\` is declared here` }];
  frame.context.report(
    diagnostic(
      messages.wrongInputs,
      use.span,
      { name: item.name.text, expected, found: count(named.length, "value"), write },
      { related },
    ),
  );
  return undefined;
}

/** Binds the symbols of the signature to the sizes of the values, then holds every input against its type. */
function bindSymbols(
  frame: Frame,
  parameters: Scope,
  item: Ast.BlockItem | Ast.ModelItem,
  inputs: readonly Value[],
  use: BlockUse,
): Scope | undefined {
  const bound = new Map<string, Binding>();
  const bind = (expression: Ast.Expression, size: Dim | undefined): void => {
    const name = bareName(expression);
    if (!name || !size || bound.has(name.text) || !isSymbol(parameters, name.text)) return;
    bound.set(name.text, {
      kind: "value",
      value: { kind: "size", dim: size, span: name.span },
      span: name.span,
      symbol: true,
    });
  };
  for (const [index, { type }] of item.inputs.entries()) {
    const actual = inputs[index]!.type;
    if (actual.axes.length === type.axes.length)
      for (const [place, axis] of type.axes.entries()) bind(axis.size, actual.axes[place]!.size);
    if (type.of && actual.element.kind === "class") bind(type.of, actual.element.count);
  }
  const scope = child(parameters, bound);
  return item.inputs.every((port, index) => fits(frame, scope, item, port, inputs[index]!, use))
    ? scope
    : undefined;
}

function fits(
  frame: Frame,
  scope: Scope,
  item: Ast.BlockItem | Ast.ModelItem,
  port: Ast.Port,
  value: Value,
  use: BlockUse,
): boolean {
  const problem = inputProblem(frame, scope, port.type, value.type);
  if (problem === undefined) return true;
  if (problem === "reported") return false;
  const declared = port.span.source.text.slice(port.type.span.start, port.type.span.end);
  const related: Related[] = [
    { span: port.span, message: `\`${item.name.text}\` declares its input here` },
    { span: value.span, message: `this is ${printType(value.type)}` },
  ];
  const notes = trailOf(frame, value);
  frame.context.report(
    diagnostic(
      messages.inputDisagrees,
      use.span,
      {
        owner: item.name.text,
        input: port.name.text,
        declared,
        found: printType(value.type),
        problem,
      },
      { notes, related },
    ),
  );
  return false;
}

const asDeclared: Sides = ["in the declaration", "in the value"];

/** Why a value is not of a declared type, each axis on its own. */
function inputProblem(
  frame: Frame,
  scope: Scope,
  node: Ast.TensorNode,
  actual: TensorType,
): string | undefined {
  if (actual.axes.length !== node.axes.length)
    return `it declares ${axisCount(node)} and gets ${axisCount(actual)}`;
  if (node.element.text !== actual.element.kind)
    return `the elements are \`${printElement(actual.element)}\``;
  for (const [place, axis] of node.axes.entries()) {
    const name = axisName(scope, axis);
    const found = actual.axes[place]!;
    if (name !== undefined && found.name !== undefined && name !== found.name && axis.name)
      return `axis ${place + 1} is called \`${found.name}\``;
    if (name !== undefined && found.name !== undefined && name !== found.name)
      return `axis ${place + 1} is called \`${found.name}\`, not \`${name}\`; write \`_: n\` for an axis of any name`;
    const size = readSize(
      frame.context,
      scope,
      axis.size,
      name === undefined ? "an axis" : `\`${name}\``,
    );
    if (!size) return "reported";
    if (!Dims.equalDims(size, found.size))
      return sizesDiffer(name ?? `axis ${place + 1}`, size, found.size, asDeclared);
  }
  if (actual.element.kind !== "class" || !node.of) return undefined;
  const classes = readSize(frame.context, scope, node.of, "the number of classes");
  if (!classes) return "reported";
  return Dims.equalDims(classes, actual.element.count)
    ? undefined
    : sizesDiffer("the number of classes", classes, actual.element.count, asDeclared);
}

/** The inputs by their names, each with the axis names of the signature where it has none itself. */
function bindInputs(
  frame: Frame,
  scope: Scope,
  item: Ast.BlockItem | Ast.ModelItem,
  inputs: readonly Value[],
  use: BlockUse,
): void {
  for (const [index, port] of item.inputs.entries()) {
    const value = inputs[index]!;
    const axes = port.type.axes.map((axis, place) => {
      const name = axisName(scope, axis);
      return { ...(name !== undefined && { name }), size: value.type.axes[place]!.size };
    });
    const known = renamed(frame, value, { element: value.type.element, axes }, use.span);
    const bound = { kind: "tensor", value: known, span: port.span } as const;
    frame.names.set(port.name.text, { kind: "value", value: bound, span: port.name.span });
    recordName(frame, port.name, bound);
  }
}

/** A declared result is a check; names that it omits are kept from the body, names that only it has are taken over. */
export function checkResult(
  frame: Frame,
  scope: Scope,
  item: Ast.BlockItem | Ast.ModelItem,
  found: CompileValue,
  at: Span,
): CompileValue | undefined {
  const { result } = item;
  if (!result) return isUsable(frame, found) ? found : undefined;
  if (!("ports" in result)) {
    const value = asTensor(frame, found);
    const checked = value && checkOne(frame, scope, item, result, value, found.span, at);
    return checked && { kind: "tensor", value: checked, span: found.span };
  }
  return checkRecord(frame, scope, item, result.ports, found, at);
}

function isUsable(frame: Frame, found: CompileValue): boolean {
  if (found.kind !== "tuple") return asTensor(frame, found) !== undefined;
  return found.items.every(({ value }) => asTensor(frame, value) !== undefined);
}

function checkOne(
  frame: Frame,
  scope: Scope,
  item: Ast.BlockItem | Ast.ModelItem,
  node: Ast.TensorNode,
  value: Value,
  returned: Span,
  at: Span,
): Value | undefined {
  const declared = tensorType(frame.context, scope, node);
  if (!declared || value === broken) return undefined;
  const problem = disagreement(declared, value.type, ["in the declaration", "in the body"]);
  if (problem === undefined) return renamed(frame, value, declared, at);
  const related = [
    { span: node.span, message: `\`${item.name.text}\` declares its result here` },
    { span: value.span, message: `this is ${printType(value.type)}` },
  ];
  frame.context.report(
    diagnostic(
      messages.resultDisagrees,
      returned,
      {
        owner: item.name.text,
        declared: printType(declared),
        found: printType(value.type),
        problem,
      },
      { notes: trailOf(frame, value), related },
    ),
  );
  return undefined;
}

/** Several results are a record: as many values as are declared, by name or in order. */
function checkRecord(
  frame: Frame,
  scope: Scope,
  item: Ast.BlockItem | Ast.ModelItem,
  ports: readonly Ast.Port[],
  found: CompileValue,
  at: Span,
): CompileValue | undefined {
  const values = found.kind === "tuple" ? found.items : [{ value: found }];
  const named = values.every((each) => "name" in each && each.name !== undefined);
  const ordered = ports.map(
    (port, index) =>
      (named
        ? values.find((each) => "name" in each && each.name?.text === port.name.text)
        : values[index]
      )?.value,
  );
  if (values.length !== ports.length || ordered.includes(undefined)) {
    const names = ports.map(({ name }) => name.text);
    const write = `return (${names.map((name) => `${name}: …`).join(", ")})`;
    frame.context.report(
      diagnostic(messages.wrongInputs, found.span, {
        name: item.name.text,
        expected: `the results ${names.map((name) => `\`${name}\``).join(", ")}`,
        found: count(values.length, "value"),
        write,
      }),
    );
    return undefined;
  }
  const items = ports.map((port, index) => {
    const value = asTensor(frame, ordered[index]);
    const checked = value && checkOne(frame, scope, item, port.type, value, value.span, at);
    return {
      name: port.name,
      value: checked && ({ kind: "tensor", value: checked, span: found.span } as const),
    };
  });
  if (items.some(({ value }) => value === undefined)) return undefined;
  return {
    kind: "tuple",
    items: items as readonly { readonly name: Ast.Name; readonly value: CompileValue }[],
    span: found.span,
  };
}
