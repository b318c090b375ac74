import { expect, test } from "vitest";
import { library } from "../../src/compiler/library/index.ts";
import { elaborate, isOperator, type Composition } from "./composition.ts";
import { drawComposition } from "./draw.ts";
import { specOf } from "./print.ts";
import { checkedRun } from "./problem.ts";

const drawn = Array.from({ length: 1500 }, (_, place) => drawComposition(place + 1));

test("every seed gives a network of the language of 3 to 12 stages, the same each time", () => {
  for (const [place, composition] of drawn.entries()) {
    expect(composition.stages.length).toBeGreaterThanOrEqual(3);
    expect(composition.stages.length).toBeLessThanOrEqual(12);
    if (place % 3 > 0) continue;
    const text = specOf(composition, elaborate(composition)!);
    expect(() => checkedRun(text), text).not.toThrow();
    if (place % 30 === 0)
      expect(JSON.stringify(drawComposition(composition.seed))).toBe(JSON.stringify(composition));
  }
});

test("shapes are those of the compiler", () => {
  for (const composition of drawn.slice(0, 100)) {
    const elaborated = elaborate(composition)!;
    const { model } = checkedRun(specOf(composition, elaborated));
    for (const { name } of composition.stages) {
      const found = model.named.get(name)!.type.axes.slice(1);
      expect(
        found.map((axis) => [axis.name, axis.size]),
        name,
      ).toEqual(
        elaborated.types
          .get(name)!
          .axes.slice(1)
          .map((axis) => [axis.name, axis.size]),
      );
    }
  }
});

/** How many networks use each item. */
function uses(
  itemsOf: (composition: Composition) => readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const composition of drawn)
    for (const item of new Set(itemsOf(composition))) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

// A new item has to come up by itself. One that does not, because its arguments or operands are of a new kind, needs a line in the drawing of arguments.
test("every layer, activation, loss and penalty of the library comes up", () => {
  const stages = uses(({ stages: all }) => all.map(({ item }) => item));
  const losses = uses(({ losses: all }) => all.map(({ item }) => item));
  const settings = drawn.flatMap(({ rules }) => rules.map(({ setting }) => setting)).join("\n");
  for (const { name } of [...library.all("layer"), ...library.all("activation")])
    expect(stages.get(name) ?? 0, name).toBeGreaterThan(4);
  for (const { name } of library.all("loss"))
    expect(losses.get(name) ?? 0, name).toBeGreaterThan(20);
  for (const { name } of library.all("regularizer")) expect(settings).toContain(name);
  for (const operator of ["+", "*"]) expect(stages.get(operator)).toBeGreaterThan(20);
  expect(
    [...stages.keys()].filter((item) => !isOperator(item) && library.find("function", item)).length,
  ).toBeGreaterThan(4);
});

test("every argument of every layer comes up, and is left out", () => {
  for (const definition of library.all("layer"))
    for (const [name, specification] of Object.entries(definition.arguments)) {
      const own = drawn.flatMap(({ stages }) =>
        stages.filter(({ item }) => item === definition.name),
      );
      const given = own.filter(({ arguments: written }) =>
        written.some((each) => each.name === name),
      );
      expect(given.length, `${definition.name}(${name})`).toBeGreaterThan(0);
      if ("default" in specification && specification.default !== undefined)
        expect(given.length, `${definition.name}(${name})`).toBeLessThan(own.length);
    }
});

test("the ways of joining come up: residuals, shared, tied, repeated and frozen stages, second losses, short batches", () => {
  const share = (holds: (composition: Composition) => boolean): number =>
    drawn.filter(holds).length / drawn.length;
  const shares = {
    shared: share(({ stages }) => stages.some(({ shared }) => shared !== undefined)),
    tied: share(({ stages }) =>
      stages.some(({ arguments: written }) =>
        written.some(({ parts }) => String(parts[0]).includes(".")),
      ),
    ),
    repeated: share(({ stages }) => stages.some(({ times }) => times !== undefined)),
    joined: share(({ stages }) => stages.some(({ operands }) => operands.length > 1)),
    frozen: share(({ rules }) => rules.some(({ setting }) => setting.startsWith("freeze"))),
    penalised: share(({ rules }) => rules.some(({ setting }) => setting.startsWith("regularize"))),
    "of two losses": share(({ losses }) => losses.length > 1),
    "with a short batch": share(({ rows, batch }) => rows.some((count) => count < batch)),
    clipped: share(({ clip }) => clip !== undefined),
  };
  for (const [what, found] of Object.entries(shares)) expect(found, what).toBeGreaterThan(0.02);
});
