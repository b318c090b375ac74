import { describe, expect, test } from "vitest";
import { textOf } from "../../src/compiler/base/source.ts";
import { checkFiles } from "../support/in-memory.ts";

const unit =
  "nnspec 1\ndim B\nblock Unit(n)(x: f32[B, _: m]) -> f32[B, c: n] { return x -> dense(n) -> relu }\n";
const main = (imports: string, body = "return x -> Unit(4)"): string =>
  `nnspec 1\n${imports}\ndim B\nmodel Net(x: f32[B, px: 4]) -> f32[B, 4] { ${body} }\n`;

function codes(files: Readonly<Record<string, string>>): readonly string[] {
  return checkFiles(files).diagnostics.map(
    ({ code, span }) => `${code} ${span.source.path} «${textOf(span)}»`,
  );
}

describe("imports", () => {
  test("bring declarations in, also under another name", () => {
    expect(
      codes({ "main.nnspec": main('import { Unit } from "./unit.nnspec"'), "unit.nnspec": unit }),
    ).toEqual([]);
    expect(
      codes({
        "main.nnspec": main(
          'import { Unit as Other } from "./unit.nnspec"',
          "return x -> Other(4)",
        ),
        "unit.nnspec": unit,
      }),
    ).toEqual([]);
  });

  test("see the names of their own file", () => {
    const wide =
      "nnspec 1\ndim B\nhyper width = 6\nblock Unit(n)(x: f32[B, _: m]) -> f32[B, c: n] { return x -> dense(width) -> dense(n) }\n";
    const { value } = checkFiles({
      "main.nnspec": main('import { Unit } from "./unit.nnspec"'),
      "unit.nnspec": wide,
    });
    expect(value!.models[0]!.weights.map(({ shape }) => shape.map(({ key }) => key))).toEqual([
      ["4", "6"],
      ["6"],
      ["6", "4"],
      ["4"],
    ]);
  });

  test.each([
    [
      "a missing file",
      { "main.nnspec": main('import { Other } from "./no.nnspec"', "return x -> relu") },
      ['NN0020 main.nnspec «"./no.nnspec"»', "NN1003 main.nnspec «Other»"],
    ],
    [
      "a name that is not there",
      {
        "main.nnspec": main('import { Unti } from "./unit.nnspec"', "return x -> Unti(4)"),
        "unit.nnspec": unit,
      },
      ["NN0212 main.nnspec «Unti»"],
    ],
    [
      "two imports of one name",
      {
        "main.nnspec": main(
          'import { Unit } from "./unit.nnspec"\nimport { Unit } from "./unit.nnspec"',
        ),
        "unit.nnspec": unit,
      },
      ["NN0202 main.nnspec «Unit»"],
    ],
    [
      "an import and a declaration",
      {
        "main.nnspec": `${main('import { Unit } from "./unit.nnspec"')}block Unit()(x: f32[B, n]) { return x -> relu }\n`,
        "unit.nnspec": unit,
      },
      ["NN0202 main.nnspec «Unit»"],
    ],
    [
      "what is never used",
      {
        "main.nnspec": main('import { Unit } from "./unit.nnspec"', "return x -> relu"),
        "unit.nnspec": unit,
      },
      ["NN1003 main.nnspec «Unit»"],
    ],
    [
      "a file with errors",
      {
        "main.nnspec": main('import { Unit } from "./unit.nnspec"'),
        "unit.nnspec": "nnspec 1\nblock Unit(",
      },
      expect.arrayContaining(['NN0028 main.nnspec «"./unit.nnspec"»']),
    ],
    [
      "a newer version",
      {
        "main.nnspec": main('import { Unit } from "./unit.nnspec"'),
        "unit.nnspec": unit.replace("nnspec 1", "nnspec 2"),
      },
      expect.arrayContaining(['NN0028 main.nnspec «"./unit.nnspec"»']),
    ],
  ])("%s", (_, files, expected) =>
    expect(codes(files as unknown as Record<string, string>)).toEqual(expected),
  );

  test("what another file imported is not its own", () => {
    const middle =
      'nnspec 1\nimport { Unit } from "./unit.nnspec"\ndim B\nblock Twice(n)(x: f32[B, _: m]) -> f32[B, c: n] { return x -> Unit(n) -> Unit(n) }\n';
    expect(
      codes({
        "main.nnspec": main('import { Unit } from "./middle.nnspec"'),
        "middle.nnspec": middle,
        "unit.nnspec": unit,
      }),
    ).toEqual(["NN0212 main.nnspec «Unit»"]);
  });

  test("runs stay in their file", () => {
    const trained =
      "nnspec 1\ndim B\ndata D { x: f32[B, px: 4], y: class[B] of 4 }\nmodel M(x: f32[B, px: 4]) -> f32[B, 4] { return x -> dense(4) as logits }\ntrain M on D as Run { loss: cross_entropy(logits, y) }\n";
    expect(
      codes({
        "main.nnspec": main('import { Run } from "./run.nnspec"', "return x -> Run"),
        "run.nnspec": trained,
      })[0],
    ).toBe("NN0213 main.nnspec «Run»");
  });

  test("a cycle is named", () => {
    const a =
      'nnspec 1\nimport { B2 } from "./b.nnspec"\ndim B\nblock A2()(x: f32[B, n]) { return x -> B2 }\n';
    const b =
      'nnspec 1\nimport { A2 } from "./a.nnspec"\ndim B\nblock B2()(x: f32[B, n]) { return x -> A2 }\n';
    const { diagnostics } = checkFiles({
      "main.nnspec": main('import { A2 } from "./a.nnspec"', "return x -> A2"),
      "a.nnspec": a,
      "b.nnspec": b,
    });
    expect(diagnostics.find(({ code }) => code === "NN0023")?.message).toContain(
      '"a.nnspec" → "b.nnspec" → "a.nnspec"',
    );
  });

  test("seventeen files deep is one too many", () => {
    const files: Record<string, string> = {};
    for (let depth = 1; depth <= 18; depth++)
      files[`f${depth}.nnspec`] =
        `nnspec 1\nimport { U${depth + 1} } from "./f${depth + 1}.nnspec"\ndim B\nblock U${depth}()(x: f32[B, n]) { return x -> U${depth + 1} }\n`;
    files["main.nnspec"] = main('import { U1 } from "./f1.nnspec"', "return x -> U1");
    expect(codes(files).filter((each) => each.startsWith("NN0024"))).toEqual([
      'NN0024 f16.nnspec «"./f17.nnspec"»',
    ]);
  });

  test("`--set` reaches hypers that are imported by name, and says what it cannot reach", () => {
    const wide = `${unit}hyper width = 6\n`;
    const files = {
      "main.nnspec": main(
        'import { Unit, width } from "./unit.nnspec"',
        "return x -> dense(width) -> Unit(4)",
      ),
      "unit.nnspec": wide,
    };
    expect(
      checkFiles(files, { width: "3 + 2" }).value!.models[0]!.weights[0]!.shape.map(
        ({ key }) => key,
      ),
    ).toEqual(["4", "5"]);
    expect(checkFiles(files, { widht: "3" }).diagnostics.map(({ code }) => code)).toEqual([
      "NN0209",
    ]);
    expect(checkFiles(files, { Unit: "3" }).diagnostics.map(({ code }) => code)).toEqual([
      "NN0210",
    ]);
  });
});
