import { expect, test } from "vitest";
import { checkText } from "../support/check-text.ts";

const hypers = `
hyper width = 8 in { 4, 8, 100 }
hyper rows = 4 in { 4, 4096 }
`;

/** What a budget is told about a network of the given width, trained on so many rows a step. */
function told(
  limits: string,
  { width = "width", batch = "rows", optimizer = "adam(1e-3)" } = {},
): readonly string[] {
  const { diagnostics } = checkText(`nnspec 1
dim B
${hypers}
data P { x: f32[B, c: 8], y: class[B] of 3 }
model Net(x: f32[B, c: 8]) -> f32[B, 3] { return x -> dense(${width}) -> relu -> dense(3) as logits }
train Net on P { loss: cross_entropy(logits, y), batch: ${batch}, optimizer: ${optimizer} }
budget Net { ${limits} }
`);
  return diagnostics
    .filter(({ code }) => code === "NN0807")
    .map(({ message, notes }) => [message, ...notes].join(" | "));
}

test("a limit holds for every value of the model's hypers", () => {
  expect(told("parameters < 1500")).toEqual([]);
  expect(told("parameters < 1k")).toEqual([
    "`Net` has 1203 parameters, and its budget allows < 1k | with width = 100, which the domain allows",
  ]);
});

test("memory is limited for every value of the hypers of the run too: its batch", () => {
  expect(told("training_memory < 64 KiB", { width: "8" })).toEqual([
    expect.stringMatching(/training memory.* \| with rows = 4096, which the domain allows/),
  ]);
  expect(told("training_memory < 1 GiB")).toEqual([]);
  expect(told("training_memory < 1 MiB")).toEqual([
    expect.stringContaining("with width = 100, rows = 4096, which the domains allow"),
  ]);
});

test("a hyper that model and run both ask for has one value at a time", () => {
  // 100 wide with 100 rows is the most: 1203 weights four times, and (8 + 100 + 100 + 3) values a row twice.
  const most = 4 * (1203 * 4 + 2 * 211 * 100);
  expect(told(`training_memory <= ${Math.ceil(most / 1024)} KiB`, { batch: "width" })).toEqual([]);
  expect(told(`training_memory <= ${Math.floor(most / 1024) - 1} KiB`, { batch: "width" })).toEqual(
    [expect.stringContaining("with width = 100, which the domain allows")],
  );
});
