import { size, type Dim } from "../../src/compiler/ir/dim.ts";
import type { TensorType } from "../../src/compiler/ir/type.ts";
import type {
  ArgumentSpecification,
  ArgumentValue,
  ArgumentValues,
} from "../../src/compiler/library/arguments.ts";
import type { Definition } from "../../src/compiler/library/definition.ts";

/** Arguments as a test writes them: plain numbers for sizes. */
export type Written = Readonly<Record<string, unknown>>;

/** The checked arguments of an item: what was written, and defaults for the rest. */
export function argumentsOf(definition: Definition, written: Written = {}): ArgumentValues {
  const table = Object.entries(definition.arguments).map(
    ([name, specification]) =>
      [name, valueOf(specification, written[name] ?? defaultOf(specification))] as const,
  );
  const axes = Object.entries(written).flatMap(([name, value]) =>
    name in definition.arguments ? [] : [[name, size(value as number)] as const],
  );
  return Object.fromEntries([...table, ...axes]);
}

function defaultOf(specification: ArgumentSpecification): unknown {
  if ("defaults" in specification && specification.defaults !== undefined)
    return specification.defaults;
  return "default" in specification ? specification.default : undefined;
}

function valueOf(specification: ArgumentSpecification, value: unknown): ArgumentValue {
  const isSize = specification.kind === "size" || specification.kind === "symbol or size";
  const single = (each: unknown): ArgumentValue =>
    isSize && typeof each === "number" ? size(each) : (each as ArgumentValue);
  return Array.isArray(value) ? value.map(single) : single(value);
}

/** f32 with a batch of `rows` and the given sizes; axes are named where names are given. */
export function typeOf(
  shape: readonly (number | Dim)[],
  names: readonly (string | undefined)[],
): TensorType {
  const axes = shape.map((each, place) => {
    const axis = { size: typeof each === "number" ? size(each) : each };
    const name = place === 0 ? undefined : names[place - 1];
    return name === undefined ? axis : { ...axis, name };
  });
  return { element: { kind: "f32" }, axes };
}
