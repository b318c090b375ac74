import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { emit } from "../../src/targets/trainer/emit.ts";
import { programOf } from "../support/run-of.ts";
import { repository, runIn } from "./support/folder.ts";

/** A model that is given labels: prices by colour and size. */
const spec = `
data Goods {
  colour: class[B] of 3
  size: f32[B, 1]
  price: f32[B, 1]
  source: csv("goods.csv", colour: "colour", size: "size", price: "price")
  split: (train: 75%, validation: 25%)
}
model Price(colour: class[B] of 3, size: f32[B, 1]) -> f32[B, 1] {
  shade = colour -> one_hot -> dense(1)
  worth = shade + (size -> dense(1))
  return worth
}
train Price on Goods { loss: mean_squared_error(worth, price), batch: 8, epochs: 200, optimizer: adam(0.05) }`;

const worth = { red: 3, green: 1, blue: -2 } as const;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-labels-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "junction");
  const rows = Array.from({ length: 48 }, (_, row) => {
    const colour = (["red", "green", "blue"] as const)[row % 3]!;
    const size = (row % 7) / 3;
    return `${colour},${size},${worth[colour] + 2 * size}`;
  });
  writeFileSync(join(folder, "goods.csv"), `colour,size,price\n${rows.join("\n")}\n`);
  const program = programOf(spec);
  for (const { path, text } of await emit(compileRun(program.runs[0]!), program)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { code, stderr } = await runIn(folder, "train.ts", ["--backend", "wasm"]);
  expect([code, stderr]).toEqual([0, ""]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function predict(
  input: string,
): Promise<{ readonly code: number; readonly values: readonly number[]; readonly said: string }> {
  const { code, stdout, stderr } = await runIn(
    folder,
    "predict.ts",
    ["--backend", "wasm", "-"],
    input,
  );
  const values =
    code === 0
      ? stdout
          .trim()
          .split("\n")
          .map((line) => (JSON.parse(line) as { values: number[] }).values[0]!)
      : [];
  return { code, values, said: stdout + stderr };
}

test("rows speak of labels by their names, in JSON and in tables", async () => {
  const expected = [3 + 2, 1 + 2, -2 + 1].map((value) => expect.closeTo(value, 1));
  expect(
    (
      await predict(
        JSON.stringify([
          { colour: "red", size: 1 },
          { colour: "green", size: [1] },
          { colour: ["blue"], size: 0.5 },
        ]),
      )
    ).values,
  ).toEqual(expected);
  expect((await predict("colour,size\nred,1\ngreen,1\nblue,0.5\n")).values).toEqual(expected);
});

test("a label that training did not know is told, with those that it did", async () => {
  const { code, said } = await predict(
    JSON.stringify([
      { colour: "red", size: 1 },
      { colour: "mauve", size: 1 },
    ]),
  );
  expect(code).toBe(2);
  expect(said).toContain('row 2, colour: there is no class "mauve".');
  expect(said).toContain("There are blue, green, red.");
  expect((await predict('[{ "colour": 1, "size": 1 }]')).code).toBe(2);
});

test("the program passes the compiler, and one without labels carries nothing of it", async () => {
  const { stdout } = spawnSync(
    process.execPath,
    [join(repository, "node_modules/typescript/bin/tsc"), "-p", folder],
    { encoding: "utf8" },
  );
  expect(stdout).toBe("");
  expect(readFileSync(join(folder, "predict.ts"), "utf8")).toContain("labelsIn");
  const plain = programOf(
    spec
      .replace("colour: class[B] of 3, size", "size")
      .replace("shade = colour -> one_hot -> dense(1)\n", "")
      .replace("shade + (size -> dense(1))", "size -> dense(1)"),
  );
  const files = await emit(compileRun(plain.runs[0]!), plain);
  expect(files.find(({ path }) => path === "predict.ts")!.text).not.toMatch(/labelsIn|classes\?/);
});
