import * as messages from "../../base/diagnostics/catalogue/arguments.ts";
import type { Span } from "../../base/source.ts";
import { suggest } from "../../base/suggest.ts";
import { bounds as boundsOf, known, size, type Dim } from "../../ir/dim.ts";
import type {
  ArgumentSpecification,
  ArgumentValue,
  Duration,
  Use,
} from "../../library/arguments.ts";
import type * as Ast from "../../syntax/ast.ts";
import type { CompileValue, Context } from "./context.ts";
import {
  describeBounds,
  describeExpected,
  describeValue,
  snippet,
  withinBounds,
  type Bounds,
} from "./describe.ts";
import { applied, evaluate, reportUnknown } from "./evaluate.ts";
import { fail, type Reading, type Specification } from "./reading.ts";
import { readAxes, readDotted, readTensor } from "./written-arguments.ts";

/** What definitions of the file may calculate: `epochs: twice(5)`. */
const computed: ReadonlySet<ArgumentSpecification["kind"]> = new Set([
  "size",
  "integer",
  "number",
  "symbol or size",
  "switch",
  "duration",
  "range",
]);

/** The value of a written argument, checked against what the argument takes; undefined when it was reported. */
export function readArgument(
  reading: Reading,
  specification: ArgumentSpecification,
  expression: Ast.Expression,
): ArgumentValue | undefined {
  switch (specification.kind) {
    case "axis":
      return readAxes(reading, specification, expression);
    case "monitor":
      return readDotted(reading, specification, expression);
    case "tensor":
      return readTensor(reading, specification, expression);
    case "expression":
      return undefined;
    default: {
      const read = computed.has(specification.kind) ? applied : evaluate;
      const value = read(reading.context, reading.scope, expression);
      return value && readValue(reading, specification, value, expression.span);
    }
  }
}

/** The same for a value that was evaluated already. */
function readValue(
  reading: Reading,
  specification: Exclude<
    ArgumentSpecification,
    { kind: "axis" | "monitor" | "tensor" | "expression" }
  >,
  value: CompileValue,
  at: Span,
): ArgumentValue | undefined {
  if ("list" in specification && specification.list === true)
    return readList(reading, specification, value, at);
  switch (specification.kind) {
    case "size":
      return readSize(reading, specification, value, at);
    case "integer":
      return readInteger(reading, specification, value, at);
    case "number":
      return readNumber(reading, specification, value, at);
    case "switch":
      return readSwitch(reading, value, at);
    case "symbol":
      return readSymbol(reading, specification, value, at);
    case "symbol or size":
      return readSymbolOrSize(reading, specification, value, at);
    case "duration":
      return readDuration(reading, value, at);
    case "range":
      return readRange(reading, specification, value, at);
    case "angle":
      return value.kind === "angle"
        ? bounded(reading, value.degrees, specification, at)
        : wrong(reading, specification, value, at, angleHint(value, at));
    case "steps":
      return readSteps(reading, value, at);
    case "text":
      return value.kind === "text" ? value.value : wrong(reading, specification, value, at);
    case "class":
      return value.kind === "text"
        ? value.value
        : readInteger(reading, { ...specification, kind: "integer", minimum: 0 }, value, at);
    case "use":
      return reading.use(specification.of, value, at);
  }
}

function wrong(
  reading: Reading,
  specification: ArgumentSpecification,
  value: CompileValue,
  at: Span,
  hint?: string,
): undefined {
  if (value.kind === "text" && expectsName(specification) && /^[A-Za-z_]\w*$/.test(value.value))
    return quoted(reading, value.value, at);
  if (value.kind === "multiple" && specification.kind === "number") {
    const plain = String(value.value.multiple);
    return fail(
      reading,
      messages.multipleNotHere,
      at,
      { name: reading.name, found: snippet(at), plain },
      { fixes: [replace(at, plain)] },
    );
  }
  if (
    value.kind === "word" &&
    value.arguments === undefined &&
    isCalculated(specification) &&
    !isLibraryName(reading.context, value.path)
  ) {
    reportUnknown(reading.context, value.scope, value.path);
    return undefined;
  }
  return fail(reading, messages.wrongKindOfValue, at, {
    name: reading.name,
    expected: describeExpected(specification),
    found: describeValue(value, at),
    hint,
  });
}

/** Arguments that are calculated with, so that a name which stands for nothing is a slip of the pen. */
function isCalculated(specification: ArgumentSpecification): boolean {
  return ["size", "integer", "number"].includes(specification.kind);
}

function isLibraryName(context: Context, path: readonly Ast.Name[]): boolean {
  return path.length === 1 && context.library.all().some(({ name }) => name === path[0]!.text);
}

function expectsName(specification: ArgumentSpecification): boolean {
  return ["symbol", "symbol or size", "use", "switch"].includes(specification.kind);
}

function quoted(reading: Reading, text: string, at: Span): undefined {
  return fail(
    reading,
    messages.quotedName,
    at,
    { name: reading.name, text },
    { fixes: [replace(at, text)] },
  );
}

export function replace(
  span: Span,
  text: string,
): { title: string; edits: { span: Span; text: string }[] } {
  return { title: `write \`${text}\``, edits: [{ span, text }] };
}

/** A list in brackets, or one value where a list is asked for. */
function readList(
  reading: Reading,
  specification: Exclude<
    ArgumentSpecification,
    { kind: "axis" | "monitor" | "tensor" | "expression" }
  >,
  value: CompileValue,
  at: Span,
): ArgumentValue | undefined {
  const { list: _, ...single } = specification as typeof specification & { list?: boolean };
  const read = (item: CompileValue) =>
    readValue(reading, single as typeof specification, item, item === value ? at : item.span);
  if (value.kind !== "tuple") {
    const one = read(value);
    return one === undefined || keepsOne(specification) ? one : [one];
  }
  const named = value.items.find((item) => item.name);
  if (named)
    return fail(reading, messages.wrongKindOfValue, named.value.span, {
      name: reading.name,
      expected: describeExpected(specification),
      found: `the name \`${named.name!.text}\` in the list`,
    });
  if (
    specification.kind === "number" &&
    specification.length !== undefined &&
    value.items.length !== specification.length
  )
    return fail(reading, messages.wrongLength, at, {
      name: reading.name,
      expected: specification.length,
      found: value.items.length,
    });
  const items = value.items.map((item) => read(item.value));
  return items.includes(undefined) ? undefined : items;
}

/** One size stands for every spatial axis, so it stays one. */
function keepsOne(specification: ArgumentSpecification): boolean {
  return specification.kind === "size" || specification.kind === "symbol or size";
}

function readSize(
  reading: Reading,
  specification: Specification<"size">,
  value: CompileValue,
  at: Span,
): Dim | undefined {
  if (value.kind !== "size") return wrong(reading, specification, value, at);
  return checkSize(reading, value.dim, specification.minimum ?? 1, at);
}

function checkSize(reading: Reading, dim: Dim, minimum: number, at: Span): Dim | undefined {
  const { from, to } = boundsOf(dim);
  const least = BigInt(minimum);
  if ((to === undefined || to >= least) && (known(dim) === undefined || from! >= least)) return dim;
  return fail(reading, messages.outOfRange, at, {
    name: reading.name,
    expected: `at least ${minimum}`,
    found: `\`${snippet(at)}\``,
  });
}

function readInteger(
  reading: Reading,
  specification: Specification<"integer">,
  value: CompileValue,
  at: Span,
): number | undefined {
  const number = value.kind === "size" ? known(value.dim) : undefined;
  if (number !== undefined) return bounded(reading, number, specification, at);
  if (value.kind === "size") return unknown(reading, specification, at);
  return wrong(
    reading,
    specification,
    value,
    at,
    value.kind === "number" && Number.isInteger(value.value)
      ? `write \`${value.value}\``
      : undefined,
  );
}

function unknown(reading: Reading, specification: ArgumentSpecification, at: Span): undefined {
  return fail(reading, messages.unknownAtCompileTime, at, {
    name: reading.name,
    expected: describeExpected(specification),
    found: snippet(at),
  });
}

function bounded(reading: Reading, number: number, bounds: Bounds, at: Span): number | undefined {
  if (withinBounds(number, bounds)) return number;
  return fail(reading, messages.outOfRange, at, {
    name: reading.name,
    expected: describeBounds(bounds) ?? "a number",
    found: snippet(at) === String(number) ? `${number}` : `\`${snippet(at)}\` (${number})`,
  });
}

function readNumber(
  reading: Reading,
  specification: Specification<"number">,
  value: CompileValue,
  at: Span,
): ArgumentValue | undefined {
  if (value.kind === "number") return bounded(reading, value.value, specification, at);
  if (value.kind === "size") {
    const number = known(value.dim);
    return number === undefined
      ? unknown(reading, specification, at)
      : bounded(reading, number, specification, at);
  }
  if (value.kind === "multiple" && specification.multiple === true) return value.value;
  if (specification.schedulable === true && (value.kind === "word" || value.kind === "sequence"))
    return readScheduled(reading, value, at);
  return wrong(reading, specification, value, at);
}

/** `linear(5 epochs, from: 0.5, to: 0.95) then constant` in place of a number. */
function readScheduled(reading: Reading, value: CompileValue, at: Span): ArgumentValue | undefined {
  const parts = value.kind === "sequence" ? value.parts : [value];
  const uses = parts.map((part) => reading.use("schedule", part, part === value ? at : part.span));
  if (uses.some((use) => use === undefined)) return undefined;
  const watching = uses.find(
    (use) => use?.definition.kind === "schedule" && use.definition.watches === true,
  );
  if (watching)
    return fail(reading, messages.wrongKindOfValue, at, {
      name: reading.name,
      expected: "a schedule of the step",
      found: `\`${watching.definition.name}\`, which watches a number: only the \`schedule\` of a run can`,
    });
  return { schedule: uses.filter((use) => use !== undefined) };
}

/** `rotate(15)`: the unit is missing. */
function angleHint(value: CompileValue, at: Span): string | undefined {
  return value.kind === "size" || value.kind === "number"
    ? `write \`${snippet(at)} deg\``
    : undefined;
}

/** `rotate(15 deg) then shear(10 deg)`: augmentations one after the other. */
export function readSteps(
  reading: Reading,
  value: CompileValue,
  at: Span,
): readonly Use[] | undefined {
  const parts = value.kind === "sequence" ? value.parts : [value];
  const uses = parts.map((part) =>
    reading.use("augmentation", part, part === value ? at : part.span),
  );
  return uses.some((use) => use === undefined)
    ? undefined
    : uses.filter((use) => use !== undefined);
}

const switchWords: Readonly<Record<string, "on" | "off">> = {
  true: "on",
  True: "on",
  TRUE: "on",
  yes: "on",
  false: "off",
  False: "off",
  FALSE: "off",
  no: "off",
};

function readSwitch(reading: Reading, value: CompileValue, at: Span): boolean | undefined {
  if (value.kind === "switch") return value.value;
  const written =
    value.kind === "word" && value.path.length === 1
      ? value.path[0]!.text
      : value.kind === "text"
        ? value.value
        : undefined;
  const write =
    written === undefined
      ? undefined
      : Object.hasOwn(switchWords, written)
        ? switchWords[written]
        : undefined;
  if (write)
    return fail(
      reading,
      messages.switchIsOnOrOff,
      at,
      { name: reading.name, found: snippet(at), write },
      { fixes: [replace(at, write)] },
    );
  return wrong(reading, { kind: "switch", summary: "" }, value, at);
}

function readSymbol(
  reading: Reading,
  specification: Specification<"symbol">,
  value: CompileValue,
  at: Span,
): string | undefined {
  if (value.kind !== "word") return wrong(reading, specification, value, at);
  return chosen(reading, specification.choices, value, at);
}

function chosen(
  reading: Reading,
  choices: readonly string[],
  value: Extract<CompileValue, { kind: "word" }>,
  at: Span,
): string | undefined {
  const word = value.path.map((name) => name.text).join(".");
  if (choices.includes(word) && value.arguments === undefined) return word;
  const suggestion = suggest(word, choices);
  const fixes = suggestion === undefined ? [] : [replace(at, suggestion)];
  return fail(
    reading,
    messages.unknownSymbol,
    at,
    { name: reading.name, found: snippet(at), choices, suggestion },
    { fixes },
  );
}

function readSymbolOrSize(
  reading: Reading,
  specification: Specification<"symbol or size">,
  value: CompileValue,
  at: Span,
): string | Dim | undefined {
  if (value.kind === "size") return checkSize(reading, value.dim, 0, at);
  return value.kind === "word"
    ? chosen(reading, specification.choices, value, at)
    : wrong(reading, specification, value, at);
}

function readDuration(reading: Reading, value: CompileValue, at: Span): Duration | undefined {
  if (value.kind === "duration") {
    if (value.value.amount >= 0) return value.value;
    return fail(reading, messages.outOfRange, at, {
      name: reading.name,
      expected: "at least 0",
      found: snippet(at),
    });
  }
  if (value.kind !== "size" && value.kind !== "number")
    return wrong(reading, { kind: "duration", summary: "" }, value, at);
  const amount = snippet(at);
  const plural = amount === "1" ? "" : "s";
  const fixes = [replace(at, `${amount} epoch${plural}`), replace(at, `${amount} step${plural}`)];
  return fail(reading, messages.durationNeedsUnit, at, { name: reading.name, amount }, { fixes });
}

function readRange(
  reading: Reading,
  specification: Specification<"range">,
  value: CompileValue,
  at: Span,
): { from: number; to: number } | undefined {
  if (value.kind !== "range") return wrong(reading, specification, value, at);
  const [from, to] = [numberOf(value.from), numberOf(value.to)];
  if (from === undefined || to === undefined) return wrong(reading, specification, value, at);
  const outside = [from, to].find((end) => !withinBounds(end, specification));
  if (outside !== undefined) return bounded(reading, outside, specification, at) as undefined;
  if (from < to) return { from, to };
  return fail(reading, messages.outOfRange, at, {
    name: reading.name,
    expected: "a range that goes up",
    found: `\`${snippet(at)}\``,
  });
}

/** The plain number that a value is, if it is one. */
export function numberOf(value: CompileValue): number | undefined {
  if (value.kind === "number") return value.value;
  return value.kind === "size" ? known(value.dim) : undefined;
}

/** A default of the table as a value. */
export function defaultOf(specification: ArgumentSpecification): ArgumentValue | undefined {
  if (specification.kind === "number" && specification.list === true) return specification.defaults;
  if (!("default" in specification) || specification.default === undefined) return undefined;
  const written = specification.default;
  if (
    typeof written === "number" &&
    (specification.kind === "size" || specification.kind === "symbol or size")
  )
    return size(written);
  return specification.kind === "duration" && specification.list === true
    ? [specification.default as Duration]
    : written;
}
