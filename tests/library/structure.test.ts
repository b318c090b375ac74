import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ArgumentSpecification } from "../../src/compiler/library/arguments.ts";
import { library } from "../../src/compiler/library/index.ts";
import { plannedItems } from "../../src/compiler/library/planned.ts";
import { describe as describeItem } from "../../src/tools/manual/describe.ts";

const root = "src/compiler/library";
const folders = [
  "layers",
  "activations",
  "functions",
  "initializers",
  "regularizers",
  "optimizers",
  "schedules",
  "losses",
  "metrics",
  "sources",
  "normalizers",
];

test.each(folders)(
  "every file of %s holds the one item that it is named after, and is in the library",
  (folder) => {
    const kind = folder === "losses" ? "loss" : folder.slice(0, -1);
    const files = readdirSync(`${root}/${folder}`).filter((file) => file !== "index.ts");
    const names = files.map((file) => file.replace(".ts", "").replaceAll("-", "_"));
    expect(
      library
        .all()
        .filter((item) => item.kind === kind)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(names.toSorted());
    for (const [place, file] of files.entries())
      expect(readFileSync(`${root}/${folder}/${file}`, "utf8")).toContain(
        `name: "${names[place]}"`,
      );
  },
);

describe.each(library.all().map((item) => [`${item.kind} ${item.name}`, item] as const))(
  "%s",
  (_, item) => {
    test("says what it is", () => {
      expect(item.name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(item.summary).toMatch(/^\S.*[.)]$/);
      expect(item.formula.trim()).not.toBe("");
      expect(item.example).toContain(item.name);
      for (const specification of Object.values(item.arguments))
        expect(specification.summary).toMatch(/^\S.*\.$/);
    });

    test("its defaults are within its own bounds", () => {
      for (const specification of Object.values(item.arguments))
        expect(outOfBounds(specification)).toEqual([]);
    });

    test("is found by its kind and name", () => {
      expect(library.find(item.kind, item.name)).toBe(item);
      expect(library.planned(item.name)).toBeUndefined();
    });
  },
);

function outOfBounds(specification: ArgumentSpecification): readonly number[] {
  if (
    specification.kind !== "number" &&
    specification.kind !== "integer" &&
    specification.kind !== "size"
  )
    return [];
  const {
    minimum = -Infinity,
    maximum = Infinity,
    exclusive,
  } = { maximum: undefined, exclusive: undefined, ...specification };
  const defaults = [
    specification.default ?? [],
    "defaults" in specification ? (specification.defaults ?? []) : [],
  ].flat();
  return defaults.filter(
    (value) =>
      value < minimum ||
      value > maximum ||
      (value === minimum && exclusive === "minimum") ||
      (value === maximum && exclusive === "maximum"),
  );
}

test("names are unique within their kind, and planned names are of no item", () => {
  const keys = library.all().map((item) => `${item.kind} ${item.name}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(plannedItems.map(({ name }) => name)).size).toBe(plannedItems.length);
  expect(library.planned("prune")).toEqual({
    kind: "after",
    name: "prune",
    summary: "sets small weights to 0 after training",
  });
  expect(library.planned("denze")).toBeUndefined();
});

test("an item is described with its arguments as they would be written", () => {
  expect(describeItem(library.find("optimizer", "adam")!)).toEqual({
    kind: "optimizer",
    name: "adam",
    summary:
      "Running means of the gradient and of its square, both corrected for their start at 0.",
    formula:
      "m = b1 m + (1 - b1) g, s = b2 s + (1 - b2) g^2, w -= rate m^ / (sqrt(s^) + epsilon), with m^ = m / (1 - b1^t), s^ = s / (1 - b2^t), t from 1",
    arguments: [
      {
        name: "rate",
        type: "number >= 0",
        required: false,
        default: "0.001",
        named: false,
        summary: "The learning rate.",
      },
      {
        name: "betas",
        type: "number >= 0, < 1, or several",
        required: false,
        default: "(0.9, 0.999)",
        named: true,
        summary: "The shares that the running means of the gradient and of its square keep.",
      },
      {
        name: "epsilon",
        type: "number > 0",
        required: false,
        default: "1e-8",
        named: true,
        summary: "Added to the root, against division by 0.",
      },
    ],
  });
  const types = Object.fromEntries(
    describeItem(library.find("schedule", "exponential")!).arguments.map((each) => [
      each.name,
      `${each.type} ${each.required ? "required" : (each.default ?? "none")}`,
    ]),
  );
  expect(types).toEqual({
    gamma: "number > 0 required",
    duration: "duration none",
    every: "duration 1 epoch",
  });
});
