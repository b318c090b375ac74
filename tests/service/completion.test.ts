import { describe, expect, test } from "vitest";
import { at, digits, plainBody, show, withCursor } from "./support/cursor.ts";

describe("completion", () => {
  const complete = (marked: string, most = 12): unknown => {
    const { service, path, offset } = at(marked);
    const { place, entries } = service.completion(path, offset);
    return {
      place: show(place),
      first: entries.slice(0, most).map(({ label, kind, text }) => `${kind} ${label} | ${text}`),
    };
  };
  const labels = (marked: string): readonly string[] => {
    const { service, path, offset } = at(marked);
    return service.completion(path, offset).entries.map(({ label }) => label);
  };

  test("stages that accept the shape at hand come first", () => {
    const all = labels(withCursor("-> flatten", "-> ‸"));
    expect(all.indexOf("conv")).toBeLessThan(all.indexOf("embedding"));
    const flat = labels(withCursor("-> dense(10)", "-> ‸"));
    expect(flat.indexOf("dense")).toBeLessThan(flat.indexOf("conv"));
    expect(flat.indexOf("Unit")).toBeGreaterThan(flat.indexOf("dense"));
  });
  test("a stage that is being written", () => {
    expect(complete(withCursor("-> flatten", "-> fla‸"), 4)).toMatchInlineSnapshot(`
      {
        "first": [
          "layer flatten | flatten",
          "block Unit | Unit",
          "layer add | add",
          "layer batch_norm | batch_norm",
        ],
        "place": "main.nnspec 17:39-17:42",
      }
    `);
  });
  test("arguments of a layer that are not given yet", () => {
    expect(complete(withCursor("-> flatten", "-> conv(4, 3, ‸)"))).toMatchInlineSnapshot(`
      {
        "first": [
          "argument stride: | stride: ",
          "argument padding: | padding: ",
          "argument dilation: | dilation: ",
          "argument groups: | groups: ",
          "argument bias: | bias: ",
          "argument weight: | weight: ",
          "input image | image",
          "dim B | B",
          "hyper width | width",
          "block Unit | Unit",
          "function abs | abs",
          "function ceil | ceil",
        ],
        "place": "main.nnspec 17:50-17:50",
      }
    `);
  });
  test("what an argument may be", () => {
    expect(complete(withCursor("-> flatten", "-> conv(4, 3, padding: ‸)"))).toMatchInlineSnapshot(`
      {
        "first": [
          "choice same | same",
          "choice valid | valid",
          "input image | image",
          "dim B | B",
          "hyper width | width",
          "block Unit | Unit",
          "function abs | abs",
          "function ceil | ceil",
          "function cos | cos",
          "function exp | exp",
          "function floor | floor",
          "function log | log",
        ],
        "place": "main.nnspec 17:59-17:59",
      }
    `);
  });
  test("axes of the very value", () => {
    expect(complete(withCursor("-> flatten", "-> avg_pool(over: ‸)"))).toMatchInlineSnapshot(`
      {
        "first": [
          "choice h | h",
          "choice w | w",
          "choice c | c",
          "input image | image",
          "dim B | B",
          "hyper width | width",
          "block Unit | Unit",
          "function abs | abs",
          "function ceil | ceil",
          "function cos | cos",
          "function exp | exp",
          "function floor | floor",
        ],
        "place": "main.nnspec 17:54-17:54",
      }
    `);
  });
  test("parameters of a block", () => {
    expect(complete(withCursor("Unit(4)", "Unit(4, str‸)"), 3)).toMatchInlineSnapshot(`
      {
        "first": [
          "argument stride: | stride: ",
          "input image | image",
          "dim B | B",
        ],
        "place": "main.nnspec 17:27-17:30",
      }
    `);
  });
  test("settings of a run", () => {
    expect(complete(digits(plainBody, "opt‸"), 40)).toMatchInlineSnapshot(`
      {
        "first": [
          "setting optimizer | optimizer: ",
          "setting loss | loss: ",
          "setting metrics | metrics: ",
          "setting schedule | schedule: ",
          "setting batch | batch: ",
          "setting accumulate | accumulate: ",
          "setting epochs | epochs: ",
          "setting steps | steps: ",
          "setting stop | stop: ",
          "setting keep | keep: ",
          "setting save | save: ",
          "setting clip | clip: ",
          "setting average | average: ",
          "setting teacher | teacher: ",
          "setting augment | augment: ",
          "setting predict | predict: ",
          "setting after | after: ",
          "setting seed | seed: ",
          "setting inputs | inputs: ",
          "setting guarantee | guarantee: ",
          "keyword for | for",
        ],
        "place": "main.nnspec 21:3-21:6",
      }
    `);
  });
  test("keys of a rule", () => {
    expect(complete(withCursor("{ init: zeros }", "{ ‸ }"))).toMatchInlineSnapshot(`
      {
        "first": [
          "setting init | init: ",
          "setting regularize | regularize: ",
          "setting lr | lr: ",
          "setting freeze | freeze: ",
          "setting optimizer | optimizer: ",
          "setting load | load: ",
          "setting decay | decay: ",
          "setting dropconnect | dropconnect: ",
        ],
        "place": "main.nnspec 22:24-22:24",
      }
    `);
  });
  test("targets of a rule", () => {
    expect(complete(withCursor("for weights(first)", "for ‸"))).toMatchInlineSnapshot(`
      {
        "first": [
          "target weights | weights",
          "target biases | biases",
          "target scales | scales",
          "target shifts | shifts",
          "target parameters | parameters",
          "target activations | activations",
          "target probabilities | probabilities",
        ],
        "place": "main.nnspec 22:7-22:7",
      }
    `);
  });
  test("what a setting takes", () => {
    expect(complete(digits(plainBody, "optimizer: ‸"), 5)).toMatchInlineSnapshot(`
      {
        "first": [
          "optimizer adadelta | adadelta",
          "optimizer adagrad | adagrad",
          "optimizer adam | adam",
          "optimizer adamw | adamw",
          "optimizer bfgs | bfgs",
        ],
        "place": "main.nnspec 21:14-21:14",
      }
    `);
  });
  test("names that a loss may speak of", () => {
    expect(complete(withCursor("(logits, label)", "(‸, label)"))).toMatchInlineSnapshot(`
      {
        "first": [
          "argument smoothing: | smoothing: ",
          "value first | first",
          "value logits | logits",
          "field image | image",
          "field label | label",
          "dim B | B",
          "hyper width | width",
          "model Net | Net",
        ],
        "place": "main.nnspec 20:23-20:23",
      }
    `);
  });
  test("units after a number", () => {
    expect(complete(digits(plainBody, "save: every(5 ‸)"), 3)).toMatchInlineSnapshot(`
      {
        "first": [
          "unit epochs | epochs",
          "unit steps | steps",
          "unit seconds | seconds",
        ],
        "place": "main.nnspec 21:17-21:17",
      }
    `);
  });
  test("declarations at the beginning of a line", () => {
    expect(complete(withCursor("train Net", "‸\ntrain Net"), 20)).toMatchInlineSnapshot(`
      {
        "first": [
          "keyword dim | dim",
          "keyword hyper | hyper",
          "keyword define | define",
          "keyword data | data",
          "keyword block | block",
          "keyword model | model",
          "keyword recipe | recipe",
          "keyword train | train",
          "keyword search | search",
          "keyword ensemble | ensemble",
          "keyword budget | budget",
          "keyword import | import",
        ],
        "place": "main.nnspec 19:1-19:1",
      }
    `);
  });
  test("models and data of a run", () => {
    expect(complete(withCursor("train Net on", "train ‸ on"))).toMatchInlineSnapshot(`
      {
        "first": [
          "model Net | Net",
        ],
        "place": "main.nnspec 19:7-19:7",
      }
    `);
    expect(complete(withCursor("on Digits as", "on ‸ as"))).toMatchInlineSnapshot(`
      {
        "first": [
          "data Digits | Digits",
        ],
        "place": "main.nnspec 19:14-19:14",
      }
    `);
  });
  test("what an imported file declares", () => {
    const { service, path, offset } = at('nnspec 1\nimport { ‸ } from "blocks.nnspec"\n', {
      "blocks.nnspec": digits(plainBody),
    });
    expect(service.completion(path, offset).entries.map(({ label }) => label)).toEqual([
      "B",
      "width",
      "Digits",
      "Unit",
      "Net",
    ]);
  });
  test("nothing in comments and texts", () => {
    expect(complete(withCursor("dim B", "dim B // a‸"))).toEqual({
      place: "main.nnspec 2:10-2:11",
      first: [],
    });
    expect(complete(withCursor("digits.csv", "di‸gits.csv"))).toEqual({
      place: "main.nnspec 8:16-8:22",
      first: [],
    });
  });
});
