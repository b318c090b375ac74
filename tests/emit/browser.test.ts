import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { check } from "../../src/compiler/check.ts";
import { chromium, runInChromium, skipLoudly } from "../support/gl.ts";
import { emitInto, remove, runIn } from "./support/folder.ts";
import { fileOf } from "./support/variants.ts";

interface Outcome {
  readonly backend: string;
  readonly losses: readonly number[];
  readonly tensors: readonly string[];
}

test.skipIf(skipLoudly("an emitted trainer in Chromium", chromium()))(
  "the same trainer runs in Node and, bundled, in a page on WebGL 2, with the same losses",
  async () => {
    const { value } = check(
      { path: "conditions.nnspec", text: fileOf("conditions") },
      { set: new Map(), read: () => ({ problem: "missing" }) },
    );
    const emitted = await emitInto({ program: value!, run: value!.runs[0]! });
    try {
      writeFileSync(join(emitted.folder, "page.ts"), page);
      writeFileSync(
        join(emitted.folder, "node.ts"),
        'import { run } from "./page.ts"; console.log(JSON.stringify(await run("cpu")));',
      );
      const { stdout, stderr } = await runIn(emitted.folder, "node.ts");
      expect(stderr).toBe("");
      const inNode = JSON.parse(stdout) as Outcome;
      const inPage = (await runInChromium(join(emitted.folder, "page.ts"), "gpu")) as Outcome;
      expect([inNode.backend, inPage.backend]).toEqual(["cpu", "webgl2"]);
      expect(inPage.tensors).toEqual(inNode.tensors);
      inNode.losses.forEach((loss, epoch) =>
        expect(Math.abs(inPage.losses[epoch]! - loss) / loss).toBeLessThan(1e-4),
      );
    } finally {
      remove(emitted);
    }
  },
  60_000,
);

const page = `
import { train } from "./training.ts";
export async function run(backend: "gpu" | "cpu") {
  const losses: number[] = [];
  const quiet = { start() {}, batch() {}, note() {}, end() {}, interrupted() {}, epoch({ train }: { train: Readonly<Record<string, number>> }) { losses.push(train["loss"]!); } };
  const trained = await train({ backend, data: new Map(), resume: false, format: "json" }, quiet);
  return { backend: trained!.end.backend, losses, tensors: trained!.tensors.map(({ name }) => name) };
}
`;
