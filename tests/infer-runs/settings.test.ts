import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { settings } from "../../src/compiler/settings/index.ts";
import { explainPath } from "../../src/compiler/typed/explain.ts";
import { findings, message, program, run, spec } from "./specs.ts";

const folder = "src/compiler/settings";
const names = settings.map(({ name }) => String(name));

describe("a setting of runs is one file", () => {
  test("of its name, and in the registry", () => {
    const defining = readdirSync(folder).filter((file) =>
      readFileSync(`${folder}/${file}`, "utf8").includes("= defineSetting({"),
    );
    expect(defining.toSorted()).toEqual(names.map((name) => `${name}.ts`).toSorted());
  });

  test.each(["run.ts", "run-languages.ts", "reading-settings.ts", "recipes.ts"])(
    "inference knows none by a name of its own: %s",
    (file) => {
      const text = readFileSync(`src/compiler/passes/2-infer/${file}`, "utf8");
      const quoted = [...text.matchAll(/"(\w+)"/g)].map(([, word]) => word!);
      expect(quoted.filter((word) => names.includes(word))).toEqual([]);
    },
  );

  test("the table of chapter 8 is what the definitions say", () => {
    const chapter = readFileSync("spec/08-training.md", "utf8");
    const [, table] = /\| key \| takes \| default \|\n\|---\|---\|---\|\n((?:\|.*\n)+)/.exec(
      chapter,
    )!;
    expect(table!.trim().split("\n")).toEqual(
      settings.map(({ name, takes, otherwise }) => `| \`${name}\` | ${takes} | ${otherwise} |`),
    );
  });
});

describe("names that people know a setting by", () => {
  test.each(settings.flatMap(({ name, synonyms = [] }) => synonyms.map((each) => [each, name])))(
    "%s is told to be %s",
    (written, name) => {
      const text = spec({ train: `${written}: 3` });
      expect(findings(text)).toContain(`NN0701 ${written}`);
      expect(message(text)).toContain(`did you mean \`${name}\``);
    },
  );

  test("what is nothing like any lists them all", () => {
    const told = message(spec({ train: "zzzzzzzz: 3" }));
    for (const name of names) expect(told).toContain(`\`${name}\``);
  });
});

describe("accumulate", () => {
  const wave = (train: string): string => `nnspec 1
dim B
data Wave { x: f32[B, 1], y: f32[B, 1], source: function(sin(6 * x), x: 0 .. 1, points: 210) }
model Net(x: f32[B, 1]) -> f32[B, 1] { return x -> dense(4) -> tanh -> dense(1) as out }
train Net on Wave { loss: mean_squared_error(out, y), epochs: 3, ${train} }`;

  test("steps are updates where an optimiser is calculated from them", () => {
    const rate = (train: string): unknown => run(wave(train)).optimizer.use.arguments["rate"];
    expect(rate("batch: 8, optimizer: sgd(1 / steps_per_epoch)")).toBeCloseTo(1 / 27, 12);
    expect(rate("batch: 8, accumulate: 4, optimizer: sgd(1 / steps_per_epoch)")).toBeCloseTo(
      1 / 7,
      12,
    );
    expect(rate("batch: 8, accumulate: 4, optimizer: sgd(1 / total_steps)")).toBeCloseTo(
      1 / 21,
      12,
    );
    expect(rate("batch: 8, accumulate: 4, optimizer: sgd(1 / batch)")).toBeCloseTo(1 / 8, 12);
  });

  test("more batches than an epoch has are refused where that is known", () => {
    expect(findings(wave("batch: 32, accumulate: 7"))).toEqual([]);
    expect(findings(wave("batch: 32, accumulate: 8"))).toEqual(["NN0747 accumulate: 8"]);
    expect(message(wave("batch: 32, accumulate: 8"))).toContain("only 7 batches of 32 rows");
  });

  test("it is shown with where it was said, and not where each batch is an update", () => {
    const shown = (train: string) =>
      explainPath(program(wave(train)), "Net").facts.flatMap(({ key, value, origin }) =>
        key === "accumulate" ? [`${value}, ${origin.from}`] : [],
      );
    expect(shown("batch: 8, accumulate: 4")).toEqual(["4, run Net"]);
    expect(shown("batch: 8")).toEqual([]);
  });
});
