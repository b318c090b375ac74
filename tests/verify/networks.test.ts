import { resolve } from "node:path";
import { expect, test } from "vitest";
import { faults, programOf, verified } from "./verified.ts";

const digits = resolve("examples/data/digits.csv.gz");

function networkOf(body: string): string {
  return `nnspec 1
dim B
data Digits {
  image: f32[B, px: 64]
  label: class[B] of 10
  source: csv("${digits}", header: off, target: "65")
  normalize: standardize
}
model Net(image: f32[B, px: 64]) -> f32[B, 10] {
  return image -> reshape(h: 8, w: 8, c: 1) -> ${body} -> flatten -> dense(10) as logits
}
train Net on Digits { loss: cross_entropy(logits, label) batch: 8 epochs: 1 optimizer: adam(1e-3) }
`;
}

// Of such networks the module once ran some kernels twice and others never, so that they did not learn.
test.each([
  "conv(6, kernel: 3, bias: off) -> batch_norm -> relu -> max_pool(2)",
  "conv(6, kernel: 3) -> group_norm(groups: 2) -> relu -> max_pool(2) -> conv(4, kernel: 3) -> batch_norm -> relu -> max_pool(2)",
  "conv(6, kernel: 3) -> batch_norm -> gelu -> avg_pool(2) -> dropout(0.3)",
])("image -> %s", async (body) => {
  const found = await verified(programOf("main.nnspec", networkOf(body)), undefined);
  expect(faults(found)).toEqual([]);
  expect(found.origin.kind).toBe("data");
});
