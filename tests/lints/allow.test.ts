import { describe, expect, test } from "vitest";
import { textOf } from "../../src/compiler/base/source.ts";
import { readConfiguration } from "../../src/compiler/lints/configuration.ts";
import { checkText } from "../support/check-text.ts";

const name = "linear-layers-in-a-row";

/** A file with one finding of the lint, and this line before it. */
function findings(
  line: string,
  levels: ReadonlyMap<string, "off" | "warning" | "error"> = new Map(),
): readonly string[] {
  const text = `nnspec 1\ndim B\nmodel Net(x: f32[B, px: 64]) -> f32[B, 8] {\n  return x -> dense(32)\n${line}\n    -> dense(8)\n}\n`;
  return checkText(text, undefined, undefined, levels).diagnostics.map(
    ({ code, span }) => `${code} ${textOf(span)}`,
  );
}

describe("allow comments", () => {
  test.each([
    ["    // nothing", ["NN2005 dense(8)"]],
    [`    // allow(${name}): two factors, as in the paper`, []],
    [`//allow( ${name} ) : two factors`, []],
    [`    // allow(${name}): two factors\n    // and a further comment`, []],
    [`    // allow(${name})`, ["NN2090 " + name, "NN2005 dense(8)"]],
    [`    // allow(${name}):  `, ["NN2090 " + name, "NN2005 dense(8)"]],
    [
      "    // allow(linear-layers-in-row): two factors",
      ["NN2091 linear-layers-in-row", "NN2005 dense(8)"],
    ],
    ["    // allow(l2-with-adam): two factors", ["NN2092 l2-with-adam", "NN2005 dense(8)"]],
    [`    // allow(${name}): two factors\n    -> relu`, ["NN2092 " + name]],
  ])("%s", (line, expected) => expect(findings(line)).toEqual(expected));

  test("what is turned off needs no comment, and one that is there does no harm", () => {
    expect(findings(`    // allow(${name}): two factors`, new Map([[name, "off"]]))).toEqual([]);
  });

  test("an error is allowed like a warning", () => {
    expect(findings(`    // allow(${name}): two factors`, new Map([[name, "error"]]))).toEqual([]);
    expect(findings("", new Map([[name, "error"]]))).toEqual(["NN2005 dense(8)"]);
  });

  test("the name that was meant is offered", () => {
    const { diagnostics } = checkText(
      "nnspec 1\n// allow(l2-with-adma): why\ndim B\nmodel Net(x: f32[B, px: 4]) -> f32[B, 4] { return x -> dense(4) }\n",
    );
    expect(diagnostics[0]).toMatchObject({
      code: "NN2091",
      fixes: [{ edits: [{ text: "l2-with-adam" }] }],
    });
  });
});

describe("nnspec.config.json", () => {
  const read = (text: string) => {
    const { levels, diagnostics } = readConfiguration({ path: "nnspec.config.json", text });
    return {
      levels: Object.fromEntries(levels),
      found: diagnostics.map(({ code, span }) => `${code} ${textOf(span)}`),
    };
  };

  test.each([
    ["{}", {}, []],
    [
      '{ "lints": { "l2-with-adam": "off", "unused-layer": "error" } }',
      { "l2-with-adam": "off", "unused-layer": "error" },
      [],
    ],
    ['{ "lints": { "l2-with-adma": "off" } }', {}, ['NN2091 "l2-with-adma"']],
    [
      '{ "lints": { "l2-with-adam": "loud", "unused-layer": "error" } }',
      { "unused-layer": "error" },
      ['NN2093 "l2-with-adam"'],
    ],
    ['{ "lint": {} }', {}, ['NN2093 "lint"']],
    ['{ "lints": [] }', {}, ['NN2093 "lints"']],
    ["[]", {}, ["NN2093 ["]],
    ["{", {}, ["NN2093 {"]],
    ['{ "lints": { "__proto__": "off" } }', {}, ['NN2091 "__proto__"']],
  ])("%s", (text, levels, found) => expect(read(text)).toEqual({ levels, found }));

  test("offers the name that was meant", () => {
    const { diagnostics } = readConfiguration({
      path: "nnspec.config.json",
      text: '{ "lints": { "l2-with-adma": "off" } }',
    });
    expect(diagnostics[0]!.message).toContain("did you mean `l2-with-adam`?");
    expect(diagnostics[0]!.fixes[0]!.edits[0]).toMatchObject({
      text: "l2-with-adam",
      span: { start: 14, end: 26 },
    });
  });
});
