import { describe, expect, test } from "vitest";
import { at, digits, plainBody, show, withCursor } from "./support/cursor.ts";

describe("definition and references", () => {
  const definition = (marked: string, others?: Readonly<Record<string, string>>): unknown => {
    const { service, path, offset } = at(marked, others);
    const found = service.definition(path, offset);
    return found && show(found);
  };
  const references = (marked: string): unknown => {
    const { service, path, offset } = at(marked);
    return service.references(path, offset).map(show);
  };

  test("at the start, inside and at the end of a word", () => {
    for (const marked of ["‸Unit(4)", "Un‸it(4)", "Unit‸(4)"])
      expect(definition(withCursor("Unit(4)", marked))).toBe("main.nnspec 12:7-12:11");
  });
  test("of a value that a run speaks of", () => {
    expect(definition(withCursor("(logits", "(log‸its"))).toBe("main.nnspec 17:87-17:93");
    expect(definition(withCursor("weights(first)", "weights(fi‸rst)"))).toBe(
      "main.nnspec 17:30-17:35",
    );
    expect(definition(withCursor(", label)", ", lab‸el)"))).toBe("main.nnspec 7:3-7:8");
  });
  test("of the parameter that an argument names", () => {
    expect(definition(withCursor("Unit(4)", "Unit(4, stri‸de: 2)"))).toBe(
      "main.nnspec 12:22-12:28",
    );
  });
  test("in another file", () => {
    expect(
      definition('nnspec 1\nimport { Un‸it } from "blocks.nnspec"\n', {
        "blocks.nnspec": digits(plainBody),
      }),
    ).toBe("blocks.nnspec 12:7-12:11");
  });
  test("all uses of a hyper", () => {
    expect(references(withCursor("hyper width", "hyper ‸width"))).toEqual([
      "main.nnspec 4:7-4:12",
      "main.nnspec 17:56-17:61",
    ]);
  });
  test("all uses of a size of a signature", () => {
    expect(references(withCursor("f32[B, h, w, c])", "f32[B, ‸h, w, c])"))).toEqual([
      "main.nnspec 12:44-12:45",
      "main.nnspec 13:20-13:21",
    ]);
  });
});

describe("rename", () => {
  const rename = (
    marked: string,
    name: string,
    others?: Readonly<Record<string, string>>,
  ): unknown => {
    const { service, path, offset } = at(marked, others);
    const found = service.rename(path, offset, name);
    return "refused" in found
      ? found.refused
      : [...found.edits.map(({ place }) => show(place)), ...found.notes];
  };

  test("a stage says which checkpoints' names change", () => {
    expect(rename(withCursor("as first", "as fi‸rst"), "stem")).toMatchInlineSnapshot(`
      [
        "main.nnspec 17:30-17:35",
        "main.nnspec 22:15-22:20",
        "tensors of checkpoints that are called after \`first\` are called after \`stem\` from now on; load older ones under their old names",
      ]
    `);
  });
  test("a field, an input", () => {
    expect(rename(withCursor("  label:", "  la‸bel:"), "digit")).toEqual([
      "main.nnspec 7:3-7:8",
      "main.nnspec 20:31-20:36",
    ]);
  });
  test("a field with the input that it is fed to", () => {
    const places = ["main.nnspec 6:3-6:8", "main.nnspec 16:11-16:16", "main.nnspec 17:10-17:15"];
    expect(rename(withCursor("  image:", "  ima‸ge:"), "picture")).toEqual(places);
    expect(rename(withCursor("(image:", "(ima‸ge:"), "picture")).toEqual(places);
  });
  test("not where a recipe of another file would speak of nothing", () => {
    const others = {
      "recipes.nnspec": "nnspec 1\nrecipe Usual { loss: cross_entropy(logits, label) }\n",
    };
    const text = digits(plainBody)
      .replace("dim B", 'import { Usual } from "recipes.nnspec"\ndim B')
      .replace("as Run {", "as Run with Usual {")
      .replace("  loss: cross_entropy(logits, label)\n", "");
    expect(rename(withCursor("as logits", "as log‸its", text), "scores", others)).toBe(
      "`scores` would clash: neither `Net` nor `Digits` has a value called `logits`; a stage gets a name with `as`",
    );
  });
  test("across files, open ones too", () => {
    expect(
      rename(
        'nnspec 1\nimport { Un‸it } from "blocks.nnspec"\ndim B\nmodel M(x: f32[B, h: 8, w: 8, c: 1]) -> f32[B, h: 8, w: 8, c: 4] { return x -> Unit(4) }\n',
        "Stem",
        { "blocks.nnspec": digits(plainBody) },
      ),
    ).toMatchInlineSnapshot(`
      [
        "main.nnspec 2:10-2:14",
        "main.nnspec 4:80-4:84",
        "blocks.nnspec 12:7-12:11",
        "blocks.nnspec 17:19-17:23",
      ]
    `);
  });
  test.each([
    ["as first", "as fi‸rst", "logits"],
    ["as first", "as fi‸rst", "image"],
    ["f32[B, h, w, c])", "f32[B, ‸h, w, c])", "height"],
    ["block Unit", "block Un‸it", "Net"],
    ["block Unit", "block Un‸it", "flatten"],
    ["hyper width", "hyper wi‸dth", "Unit"],
    ["hyper width", "hyper wi‸dth", "if"],
    ["hyper width", "hyper wi‸dth", "two words"],
    ["nnspec 1", "nns‸pec 1", "other"],
  ])("%s: %s to %s is refused", (piece, marked, name) => {
    expect(rename(withCursor(piece, marked), name)).toMatchSnapshot();
  });
});

test("fixes are those of the findings", () => {
  const marked = withCursor("-> flatten", "-> ‸flaten");
  const { service, path, offset } = at(marked);
  expect(
    service
      .fixes(path, offset, offset)
      .map(({ code, title, edits }) => [
        code,
        title,
        edits.map(({ place, text }) => `${show(place)} ${text}`),
      ]),
  ).toEqual([["NN0206", "Write `flatten`", ["main.nnspec 17:39-17:45 flatten"]]]);
});
