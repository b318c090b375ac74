import { describe, expect, test } from "vitest";
import { printDiagnostic } from "../../src/compiler/base/diagnostics/print.ts";
import { toJson } from "../../src/compiler/base/diagnostics/json.ts";
import { toGithub } from "../../src/tools/cli/reports/github.ts";
import { toJunit } from "../../src/tools/cli/reports/junit.ts";
import { checkText } from "../support/check-text.ts";

// Text of a spec comes back in diagnostics. Nothing in it may steer a terminal, hide text or turn it around.

const characters: readonly string[] = [
  ...Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter(
    (character) => !"\t\n\r".includes(character),
  ),
  ...Array.from({ length: 33 }, (_, code) => String.fromCharCode(0x7f + code)),
  "\u00ad",
  "\u061c",
  "\u180e",
  ...Array.from({ length: 5 }, (_, code) => String.fromCharCode(0x200b + code)),
  "\u2028",
  "\u2029",
  ...Array.from({ length: 5 }, (_, code) => String.fromCharCode(0x202a + code)),
  ...Array.from({ length: 4 }, (_, code) => String.fromCharCode(0x2066 + code)),
  "\ufeff",
];
const sequences = [
  "\u001b[2J",
  "\u001b[31mred",
  "\u001b]0;title\u0007",
  "\u001b]8;;http://example.org\u0007link\u001b]8;;\u0007",
  "\u001b[1A\u001b[2K",
  "\u001bc",
  "\u009b2J",
  "\u001b[?25l",
  "\u001bP$q\u001b\\",
  "\u0008\u0008\u0008",
  "\r\u001b[K",
  "a\u202etxet\u202c",
];
const dangerous = [...characters, ...sequences];

/** Places of a spec where the text comes back: a name, a text, a comment, a number, a unit, an import, documentation. */
const slots: readonly ((text: string) => string)[] = [
  (text) =>
    `nnspec 1\ndim B\nmodel M(x: f32[B, px: 4]) -> f32[B, 4] { return x -> den${text}se(4) }\n`,
  (text) => `nnspec 1\ndim B\nimport { A } from "a${text}b.nnspec"\n`,
  (text) => `nnspec 1\nimport { A } from "a${text}b.nnspec"\ndim B\n`,
  (text) =>
    `nnspec 1\ndim B // ${text}\nmodel M(x: f32[B, px: 4]) -> f32[B, 4] { return x -> dens(4) /* ${text} */ }\n`,
  (text) =>
    `nnspec 1\ndim B\ndata D { x: f32[B, px: 4] source: csv("${text}", targt: "${text}") }\n`,
];

const cases = dangerous.flatMap((text, index) => [
  slots[index % slots.length]!(text),
  slots[(index + 1) % slots.length]!(text),
  slots[(index + 3) % slots.length]!(text),
]);
const steering =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe("terminal escapes", () => {
  test("there are two hundred cases", () => expect(cases.length).toBeGreaterThanOrEqual(200));

  test("none comes through, however diagnostics are printed", () => {
    let found = 0;
    for (const text of cases) {
      const { diagnostics } = checkText(text, "a.nnspec");
      found += diagnostics.length;
      for (const diagnostic of diagnostics)
        expect(printDiagnostic(diagnostic, { color: false }), JSON.stringify(text)).not.toMatch(
          steering,
        );
      const findings = { files: ["a.nnspec"], diagnostics, errorOnWarning: false };
      expect(toGithub(findings).replaceAll("\n", ""), JSON.stringify(text)).not.toMatch(steering);
      expect(JSON.parse(JSON.stringify(diagnostics.map(toJson)))).toHaveLength(diagnostics.length);
      // XML 1.0 has no way to write these at all.
      expect(toJunit(findings), JSON.stringify(text)).not.toMatch(
        /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/,
      );
    }
    expect(found).toBeGreaterThan(cases.length / 2);
  });
});
