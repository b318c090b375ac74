import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { newAnalyser } from "../../src/compiler/analysis/analysis.ts";
import { textOf } from "../../src/compiler/base/source.ts";
import { check } from "../../src/compiler/check.ts";
import { createService } from "../../src/service/service.ts";
import { filesIn } from "../support/files.ts";
import { digits, onDisk, plainBody } from "./support/cursor.ts";

const options = { set: new Map<string, string>(), read: onDisk.read };
const examples = [
  ...filesIn("examples", ".nnspec"),
  ...filesIn("examples/architectures", ".nnspec"),
];

describe("a text with errors has all that is whole", () => {
  const two = `${digits(plainBody)}
model Other(image: f32[B, h: 8, w: 8, c: 1]) -> f32[B, 10] {
  return image -> flatten -> dense(7) -> relu -> dense(10) as logits
}
`;
  test.each([
    ["an unknown stage", "-> dense(7)", "-> dens(7)"],
    ["a shape that does not fit", "-> dense(7)", "-> conv(4, 3)"],
    ["brackets that are open", "-> dense(7)", "-> dense(7"],
    ["an arrow to nothing", "-> dense(7)", "->"],
    ["a body that is cut off", "-> dense(7) -> relu -> dense(10) as logits\n}", "-> den"],
    ["nonsense", "-> dense(7)", "} ] ( =="],
  ])("%s: the other model, its run and its data are known", (_, written, instead) => {
    const analyser = newAnalyser(options);
    analyser.analyse({ path: "main.nnspec", text: two });
    const { program, diagnostics } = analyser.analyse({
      path: "main.nnspec",
      text: two.replace(written, instead),
    });
    expect(diagnostics.some(({ severity }) => severity === "error")).toBe(true);
    expect(program.models.map(({ name }) => name)).toEqual(["Net"]);
    expect(program.runs.map(({ name }) => name)).toEqual(["Run"]);
    expect(program.hypers.map(({ name, value }) => [name, value])).toEqual([["width", 16]]);
  });
});

describe("what did not change is kept", () => {
  const text = readFileSync("examples/architectures/resnets.nnspec", "utf8");
  const path = "examples/architectures/resnets.nnspec";
  const modelsAfter = (change: (text: string) => string): readonly string[] => {
    const analyser = newAnalyser(options);
    const before = new Map(
      analyser.analyse({ path, text }).program.models.map((model) => [model.name, model]),
    );
    return analyser
      .analyse({ path, text: change(text) })
      .program.models.filter((model) => before.get(model.name) === model)
      .map(({ name }) => name);
  };

  test.each<[string, (text: string) => string, readonly string[]]>([
    [
      "a comment before all",
      (was) => `// one more line\n${was}`,
      ["ResNet18", "ResNet50", "ResNet152"],
    ],
    ["one model", (was) => was.replace("repeat 35", "repeat 34"), ["ResNet18", "ResNet50"]],
    [
      "a block of two models",
      (was) => was.replace("4 * channels, 1) as last", "4 * channels, 1) as end"),
      ["ResNet18"],
    ],
    ["a block of all", (was) => was.replace("as norm", "as normal"), []],
    [
      "a run",
      (was) => was.replace("batch: 64", "batch: 32"),
      ["ResNet18", "ResNet50", "ResNet152"],
    ],
    [
      "a file that cannot be read in one place",
      (was) => was.replace("repeat 35 Bott", "repeat 35 (Bott"),
      ["ResNet18", "ResNet50"],
    ],
  ])("%s", (_, change, kept) => expect(modelsAfter(change)).toEqual(kept));

  test("what a text said before is said again where it now stands", () => {
    const analyser = newAnalyser(options);
    const wrong = digits(plainBody.replace("dense(width)", "dense(wdth)"));
    const said = (written: string) =>
      analyser
        .analyse({ path: "main.nnspec", text: written })
        .diagnostics.filter(({ severity }) => severity === "error")
        .map(({ code, span, fixes }) => [
          code,
          textOf(span),
          fixes.flatMap(({ edits }) => edits.map(({ span: at }) => textOf(at))),
          span.source.text === written,
        ]);
    const first = said(wrong);
    expect(first).toEqual([["NN0201", "wdth", ["wdth"], true]]);
    expect(said(wrong.replace("dim B", "\n\ndim B"))).toEqual(first);
  });
});

describe("the tiers", () => {
  test.each(examples)("%s: both say together what a check says", (path) => {
    const text = readFileSync(path, "utf8");
    const service = createService(onDisk);
    service.open(path, text);
    const first = service.findings(path);
    const steps = service.proofs(path);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    const whole = check({ path, text }, options).diagnostics;
    expect(step.value.map(({ code, message }) => [code, message])).toEqual(
      whole.map(({ code, message }) => [code, message]),
    );
    expect(whole.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(first.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test("the second finds what other values of hypers do, a step at a time, and can be left", () => {
    const service = createService(onDisk);
    const text = digits(
      plainBody.replace("-> flatten", "-> conv(4, k, padding: valid) -> flatten"),
      "",
      "hyper k = 3 in { 3, 5, 9 }\n",
    );
    service.open("main.nnspec", text);
    expect(service.findings("main.nnspec")).toEqual([]);
    const steps = service.proofs("main.nnspec");
    expect(steps.next().done).toBe(false);
    steps.return([]);
    const again = service.proofs("main.nnspec");
    let [count, step] = [0, again.next()];
    for (; step.done !== true; step = again.next()) count++;
    // Four phases, and a trial for each value of the two hypers that the model asks for.
    expect(count).toBeGreaterThan(6);
    expect(step.value.map(({ code }) => code)).toEqual(["NN0324"]);
  });

  test("a text that is changed again and again says in the end what a fresh one says", () => {
    const analyser = newAnalyser(options);
    const texts = examples.slice(0, 6).map((path) => readFileSync(path, "utf8"));
    for (const [index, text] of texts.entries()) {
      const before = texts[index - 1] ?? "";
      for (let part = 1; part < 4; part++) {
        const cut = Math.floor((text.length * part) / 4);
        analyser.analyse({
          path: "examples/sample.nnspec",
          text: text.slice(0, cut) + before.slice(Math.min(cut, before.length)),
        });
      }
      const source = { path: "examples/sample.nnspec", text };
      const summary = (of: ReturnType<typeof analyser.analyse>) => ({
        diagnostics: of.diagnostics.map(({ code, message, span }) => [code, message, span.start]),
        models: of.program.models.map(({ name, values }) => [name, values.length]),
        stages: of.recording.stages.size,
      });
      expect(summary(analyser.analyse(source))).toEqual(
        summary(newAnalyser(options).analyse(source)),
      );
    }
  });
});

describe("shapes after stages", () => {
  const shapes = (service: ReturnType<typeof createService>, text: string): readonly string[] => {
    service.open("main.nnspec", text);
    return service.hints("main.nnspec").map(({ offset, shape, parameters, kept }) => {
      const stage = text.slice(text.lastIndexOf("->", offset - 1), offset);
      return `${stage} ${shape} ${parameters}${kept ? " kept" : ""}`;
    });
  };

  test("of a model, and of a block for all sizes", () => {
    expect(shapes(createService(onDisk), digits(plainBody))).toEqual([
      "-> conv(channels, 3, stride: stride) f32[B, h, w, c: channels] undefined",
      "-> relu f32[B, h, w, c: channels] 0",
      "-> Unit(4) as first f32[B, h: 8, w: 8, c: 4] 40",
      "-> flatten f32[B, c: 256] 0",
      "-> dense(width) f32[B, c: 16] 4112",
      "-> relu f32[B, c: 16] 0",
      "-> dense(10) as logits f32[B, c: 10] 170",
    ]);
  });

  test("stay while the text cannot be read, there or elsewhere", () => {
    const service = createService(onDisk);
    const before = shapes(service, digits(plainBody));
    const broken = shapes(service, digits(plainBody.replace("dense(width)", "dense(wid")));
    expect(broken.map((each) => each.replace(" kept", ""))).toEqual(
      before.map((each) => each.replace("dense(width)", "dense(wid")),
    );
    expect(broken.filter((each) => each.endsWith("kept"))).toHaveLength(5);
    const elsewhere = shapes(
      createServiceWith(digits(plainBody)),
      digits(plainBody).replace("split: (train", "split: ((train"),
    );
    expect(elsewhere.map((each) => each.replace(" kept", ""))).toEqual(before);
  });

  function createServiceWith(text: string): ReturnType<typeof createService> {
    const service = createService(onDisk);
    service.open("main.nnspec", text);
    service.hints("main.nnspec");
    return service;
  }
});
