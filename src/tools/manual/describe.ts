import type {
  ArgumentSpecification,
  ArgumentTable,
  Duration,
} from "../../compiler/library/arguments.ts";
import type { Definition, DefinitionKind } from "../../compiler/library/definition.ts";

export interface DescribedArgument {
  readonly name: string;
  /** What may be written: `size`, `number 0 .. 1`, `same or valid or size`. */
  readonly type: string;
  readonly required: boolean;
  /** The default as it would be written. */
  readonly default?: string;
  /** Given by its name only. */
  readonly named: boolean;
  readonly summary: string;
}

/** What `nnspec list --format json` prints of an item. */
export interface Description {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly summary: string;
  readonly formula: string;
  readonly arguments: readonly DescribedArgument[];
}

export function describe(definition: Definition): Description {
  const { kind, name, summary, formula } = definition;
  return {
    kind,
    name,
    summary,
    formula,
    arguments: describeTable(definition.arguments),
  };
}

export function describeTable(table: ArgumentTable): readonly DescribedArgument[] {
  return Object.entries(table).map(([each, specification]) =>
    describeArgument(each, specification),
  );
}

function describeArgument(name: string, specification: ArgumentSpecification): DescribedArgument {
  const written = defaultOf(specification);
  const optional = "optional" in specification && specification.optional === true;
  return {
    name,
    type: typeOf(specification),
    required: !optional && written === undefined,
    ...(written === undefined ? {} : { default: written }),
    named: specification.named === true,
    summary: specification.summary,
  };
}

/** The default as text of the language. */
function defaultOf(specification: ArgumentSpecification): string | undefined {
  if ("defaults" in specification && specification.defaults !== undefined)
    return `(${specification.defaults.join(", ")})`;
  if (!("default" in specification) || specification.default === undefined) return undefined;
  const value = specification.default;
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value !== "object") return String(value);
  if ("from" in value) return `${value.from} .. ${value.to}`;
  return writeDuration(value);
}

function writeDuration({ amount, unit }: Duration): string {
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

function typeOf(specification: ArgumentSpecification): string {
  const one = singleType(specification);
  return "list" in specification && specification.list === true ? `${one}, or several` : one;
}

function singleType(specification: ArgumentSpecification): string {
  switch (specification.kind) {
    case "number":
      return [
        withBounds("number", specification),
        specification.schedulable ? "schedule" : [],
        specification.multiple ? "multiple" : [],
      ]
        .flat()
        .join(" or ");
    case "integer":
    case "size":
      return withBounds(specification.kind, specification);
    case "symbol":
      return specification.choices.join(" or ");
    case "symbol or size":
      return [...specification.choices, "size"].join(" or ");
    case "switch":
      return "on or off";
    case "class":
      return "number or name of a class";
    case "use":
      return specification.of;
    case "axis":
      return "axis name";
    case "tensor":
      return "weight of another stage";
    case "monitor":
      return "watched value";
    case "angle":
      return withBounds("angle in deg", specification);
    case "steps":
      return specification.rest === true ? "augmentations, any number of them" : "augmentations";
    default:
      return specification.kind;
  }
}

interface Bounded {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusive?: "minimum" | "maximum" | "both";
}

/** `number >= 0, < 1`. */
function withBounds(kind: string, bounds: Bounded): string {
  const excludes = (side: "minimum" | "maximum") =>
    bounds.exclusive === side || bounds.exclusive === "both";
  const parts = [
    bounds.minimum === undefined ? [] : `${excludes("minimum") ? ">" : ">="} ${bounds.minimum}`,
    bounds.maximum === undefined ? [] : `${excludes("maximum") ? "<" : "<="} ${bounds.maximum}`,
  ].flat();
  return parts.length === 0 ? kind : `${kind} ${parts.join(", ")}`;
}
