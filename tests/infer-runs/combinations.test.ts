import { describe, expect, test } from "vitest";
import { checkWithoutLints } from "../support/check-text.ts";

const spec = (
  hypers: string,
  settings: string,
  body = "x -> dense(8) as h -> relu -> dense(3) as logits",
  tail = "",
): string => `nnspec 1
dim B
${hypers}
data D {
  x: f32[B, px: 8]
  label: class[B] of 3
  source: csv("d.csv", target: "label")
  split: (train: 80%, validation: 20%)
}
model Net(x: f32[B, px: 8]) -> f32[B, 3] {
  return ${body}
}
train Net on D {
  loss: cross_entropy(logits, label)
  ${settings}
}
${tail}
`;

function told(text: string): readonly string[] {
  return checkWithoutLints(text, "main.nnspec").diagnostics.map(
    ({ code, message }) => `${code} ${message}`,
  );
}

describe("a run is proved for the combinations of its hypers", () => {
  // Nesterov's form needs a momentum; each value goes well with the default of the other.
  const momentum = "hyper rho = 0.9 in { 0, 0.9 }";
  const form = "hyper ahead = off in { on, off }";
  const settings = "optimizer: sgd(0.1, momentum: rho, nesterov: ahead)";

  test("values that are possible one by one and not together are refused, with both named", () => {
    const found = told(spec(`${momentum}\n${form}`, settings));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^NN0324 /);
    expect(found[0]).toContain("rho = 0, ahead = on");
  });

  test("the same under a search, which would have tried it", () => {
    const found = told(
      spec(
        `${momentum}\n${form}`,
        settings,
        undefined,
        "search Net { method: grid(over: (rho, ahead)), goal: minimize(validation.loss) }",
      ),
    );
    expect(found.filter((each) => each.startsWith("NN0324"))).toHaveLength(1);
  });

  test("a hyper that does not apply is not combined", () => {
    expect(
      told(spec(`${momentum}\nhyper ahead = off in { on, off } when rho > 0`, settings)),
    ).toEqual([]);
  });

  test("an impossible value is told once, by itself and not in every combination", () => {
    const found = told(
      spec(
        "hyper rate = 0.1 in { 0.1, -1 }\nhyper decay = 0.1 in { 0.1, 0.2, 0.3 }",
        "optimizer: adamw(rate, decay: decay)",
      ),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("rate = -1");
    expect(found[0]).not.toContain("decay =");
  });

  test("hypers of the model count: a head that the loss speaks of is there for one choice only", () => {
    const body = "main\n}\nmodel Unused(x: f32[B, px: 8]) -> f32[B, 3] {\n  return x -> dense(3)";
    const text = spec("hyper deep = on in { on, off }", "", body)
      .replace(
        "return main",
        "main = if deep then x -> dense(8) as inner -> relu -> dense(3) as logits else x -> dense(3) as shallow\n  return main",
      )
      .replace("cross_entropy(logits", "cross_entropy(main");
    expect(told(text).filter((each) => each.startsWith("NN03"))).toEqual([]);
    const wrong = told(text.replace("cross_entropy(main", "cross_entropy(logits"));
    expect(
      wrong.some((each) => each.includes("deep = off")),
      wrong.join("\n"),
    ).toBe(true);
  });

  test("a rule of the run for a layer that only one choice has is no error", () => {
    const text = spec(
      "hyper depth = 3 in { 1, 2, 3 }",
      "for weights(stack[3]) { lr: 0.1x }",
      "x -> dense(8) as h -> repeat depth Layer as stack -> dense(3) as logits",
      "block Layer()(x: f32[B, c: 8]) -> f32[B, c: 8] { return x -> dense(8) -> relu }",
    );
    expect(told(text)).toEqual([]);
  });

  test("more than 128 combinations: every value, and every two at their ends; a note says so", () => {
    const hypers =
      "hyper rho = 0.9 in 0 .. 0.9 by 0.1\nhyper epochs = 20 in 4 .. 20\nhyper ahead = off in { on, off }";
    const apart = told(
      spec(
        hypers,
        "epochs: epochs\n  optimizer: sgd(0.1, momentum: rho, nesterov: if ahead then off else off)",
      ),
    );
    expect(apart).toEqual([
      expect.stringMatching(
        /^NN0325 `Net` depends on hypers with 340 combinations of values; 41 of them were checked/,
      ),
    ]);
    const found = told(spec(hypers, `epochs: epochs\n  ${settings}`));
    expect(
      found.some((each) => each.startsWith("NN0324") && each.includes("rho = 0, ahead = on")),
      found.join("\n"),
    ).toBe(true);
  });
});
