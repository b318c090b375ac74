import type { TensorType } from "../../src/compiler/ir/type.ts";
import type { ArgumentSpecification, ArgumentTable } from "../../src/compiler/library/arguments.ts";
import { uniformNumbers } from "../support/random-numbers.ts";
import { axesOf, type Argument } from "./composition.ts";

/** Draws of one seed, one after the other. */
export class Draw {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = uniformNumbers(seed);
  }

  /** A whole number below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  pick<Thing>(things: readonly Thing[]): Thing {
    return things[this.below(things.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the keys, each as often as its number says. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    return entries.find(([, weight]) => (rest -= weight) < 0)?.[0] ?? entries.at(-1)![0];
  }
}

/** Numbers that arguments are drawn from, where their bounds allow them. */
const numbers = [0.1, 0.2, 0.3, 0.5, 0.9, 1, 1.25, 1.5, 1.7, 2, 3];
const sizes = [1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8];
const largerSizes = [...sizes, 9, 12, 16, 17];

/** What arguments are drawn for: the axes of the value, if there is one. */
interface Place {
  readonly draw: Draw;
  readonly type?: TensorType;
  /** Larger sizes are drawn, too. */
  readonly isLarge?: boolean;
}

/**
 * Arguments of any item by its table: mandatory ones always, others now and then. Undefined where the table asks for something
 * that has no small values to draw from (a schedule, a path), so that the item cannot be used.
 */
export function drawArguments(table: ArgumentTable, place: Place): readonly Argument[] | undefined {
  const drawn: Argument[] = [];
  for (const [name, specification] of Object.entries(table)) {
    if (mayBeLeftOut(specification) && !place.draw.chance(0.3)) continue;
    const parts = drawParts(specification, place);
    if (parts !== undefined) drawn.push({ name, parts });
    else if (!mayBeLeftOut(specification)) return undefined;
  }
  return drawn;
}

function mayBeLeftOut(specification: ArgumentSpecification): boolean {
  return (
    ("default" in specification && specification.default !== undefined) ||
    ("defaults" in specification && specification.defaults !== undefined) ||
    ("optional" in specification && specification.optional === true)
  );
}

function drawParts(
  specification: ArgumentSpecification,
  { draw, type, isLarge = false }: Place,
): readonly (number | string)[] | undefined {
  const names = type === undefined ? [] : axesOf(type).map(({ name }) => name);
  switch (specification.kind) {
    case "size":
      return several(specification, draw, names, () => draw.pick(isLarge ? largerSizes : sizes));
    case "symbol or size":
      return several(specification, draw, names, () =>
        draw.chance(0.7) ? draw.pick(specification.choices) : draw.below(3),
      );
    case "integer":
      return only(within(specification, [1, 2, 3, 4]), draw);
    case "number":
      return only(within(specification, numbers), draw);
    case "switch":
      return [draw.pick(["on", "off"])];
    case "symbol":
      return [draw.pick(specification.choices)];
    case "axis": {
      if (names.length === 0) return undefined;
      const chosen = names.filter(() => specification.list === true && draw.chance(0.4));
      return chosen.length > 0 ? chosen : [draw.pick(names)];
    }
    default:
      return undefined;
  }
}

/** One for all spatial axes, or now and then one for each of them. */
function several(
  { list = false }: { readonly list?: boolean },
  draw: Draw,
  names: readonly string[],
  one: () => number | string,
): readonly (number | string)[] {
  const spatial = names.filter((name) => name !== "c").length;
  const count = list && spatial > 1 && draw.chance(0.3) ? spatial : 1;
  return Array.from({ length: count }, one);
}

function only(choices: readonly number[], draw: Draw): readonly number[] | undefined {
  return choices.length === 0 ? undefined : [draw.pick(choices)];
}

/** The values that lie inside the bounds. */
function within(
  specification: ArgumentSpecification & { readonly kind: "number" | "integer" },
  values: readonly number[],
): readonly number[] {
  const { minimum = -Infinity, maximum = Infinity } = specification;
  const exclusive = specification.kind === "number" ? specification.exclusive : undefined;
  const isAbove = (value: number): boolean =>
    exclusive === "minimum" || exclusive === "both" ? value > minimum : value >= minimum;
  const isBelow = (value: number): boolean =>
    exclusive === "maximum" || exclusive === "both" ? value < maximum : value <= maximum;
  return values.filter((value) => isAbove(value) && isBelow(value));
}
