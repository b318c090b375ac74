import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { loadTensors, saveTensors } from "../../src/runtime/checkpoint.ts";
import { UserError, describeError } from "../../src/runtime/errors.ts";
import { silentReporter } from "../../src/runtime/reporter.ts";
import type { TrainingDefinition } from "../../src/runtime/training/definition.ts";
import { closeModel, loadModel, predict } from "../../src/runtime/training/predict.ts";
import { parseRows, predictFromCommandLine } from "../../src/runtime/training/predict-command.ts";
import { evaluateCheckpoint, train } from "../../src/runtime/training/training.ts";
import { makeDefinition } from "../../src/tools/training/make-definition.ts";
import { programOf } from "../support/run-of.ts";

/** What training had is bound by the names of its columns wherever its model is used. */

const folder = mkdtempSync(join(tmpdir(), "nnspec-tables-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const zones = ["north", "south", "west"] as const;
const price = (size: number, rooms: number, zone: number): number => 2 * size + rooms - 3 * zone;

/** The label is between the numbers, the target before the last column, a patient in front, and one column is ignored. */
const houses = Array.from({ length: 60 }, (_, row) => {
  const [size, rooms, zone] = [row % 7, row % 4, row % 3];
  return `p${row % 20},${size},${zones[zone]},${rooms},${price(size, rooms, zone)},x`;
});
writeFileSync(
  join(folder, "houses.csv"),
  `patient,size,zone,rooms,price,remark\n${houses.join("\n")}\n`,
);

const spec = `
data Houses {
  facts: f32[B, 2]
  zone: class[B] of 3
  price: f32[B, 1]
  source: csv("houses.csv", zone: "zone", price: "price", ignore: "remark")
  normalize: standardize
  split: (train: 80%, test: 20%, by: "patient")
}
model Net(facts: f32[B, 2], zone: class[B] of 3) -> f32[B, 1] {
  place = zone -> one_hot -> dense(1)
  value = place + (facts -> dense(1))
  return value
}
train Net on Houses { loss: mean_squared_error(value, price), batch: 16, epochs: 60, optimizer: adam(0.05) }`;

const options = {
  backend: "wasm",
  threads: 1,
  data: new Map<string, string>(),
  resume: false,
  format: "json",
} as const;

async function definitionOf(text: string): Promise<TrainingDefinition> {
  const program = programOf(text);
  const emission = {
    compiled: compileRun(program.runs[0]!),
    program,
    pathFromFolder: (path: string) => path,
    bound: new Map(),
  };
  return makeDefinition(emission, pathToFileURL(join(folder, "data.ts")).href);
}

let training: TrainingDefinition;
const weights = join(folder, "run", "last.safetensors");
beforeAll(async () => {
  training = await definitionOf(spec);
  await train(training, { ...options, runDirectory: join(folder, "run") }, silentReporter);
});

let said = "";
const listen = (): void => {
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
};
afterEach(() => void vi.restoreAllMocks());

/** What is predicted for the rows of a text, and what is noted beside; or the message of the refusal. */
async function predicted(text: string, header?: boolean, checkpoint = weights): Promise<unknown> {
  listen();
  const model = await loadModel(training, checkpoint, "wasm", 1);
  try {
    const predictions = await predict(model, parseRows(model, text, "new.csv", header));
    return predictions.map(([each]) => each!.values![0]!);
  } catch (error) {
    if (error instanceof UserError) return describeError(error);
    throw error;
  } finally {
    await closeModel(model);
  }
}

const expected = [price(3, 2, 0), price(5, 1, 2)].map((value) => expect.closeTo(value, 0));

describe("a table is bound by the names that its columns had", () => {
  test.each([
    ["as in training", "patient,size,zone,rooms,price,remark\np,3,north,2,0,x\np,5,west,1,0,x\n"],
    ["in another order", "rooms,zone,size\n2,north,3\n1,west,5\n"],
    [
      "with the target and the group",
      "price,size,zone,rooms,patient\n9,3,north,2,p\n9,5,west,1,p\n",
    ],
    [
      "rows of JSON by columns",
      '[{"rooms":2,"zone":"north","size":3},{"size":5,"zone":"west","rooms":1}]',
    ],
    ["rows of JSON by inputs", '{"facts":[3,2],"zone":"north"}\n{"facts":["5",1],"zone":["west"]}'],
  ])("%s", async (_, text) => {
    expect(await predicted(text)).toEqual(expected);
    expect(said).toBe("");
  });

  test("columns that training did not have are left out, and named once", async () => {
    expect(await predicted("id,rooms,zone,size,day\n7,2,north,3,a\n8,1,west,5,b\n")).toEqual(
      expected,
    );
    expect(said).toBe(
      "note: new.csv: columns that are left out, as training did not have them: id, day\n",
    );
    expect(
      await predicted(
        '[{"id":7,"facts":[3,2],"zone":"north"},{"id":8,"facts":[5,1],"zone":"west"}]',
      ),
    ).toEqual(expected);
    expect(said).toBe("note: new.csv: left out, as training did not have them: id\n");
  });

  test("without a heading: by place where that is asked for, with as many columns as the inputs or the training have", async () => {
    expect(await predicted("3,north,2\n5,west,1\n", false)).toEqual(expected);
    expect(await predicted("p,3,north,2,0,x\np,5,west,1,0,x\n", false)).toEqual(expected);
  });

  test.each([
    ["no heading", "3,north,2\n", undefined],
    ["no heading, and other columns", "3,north\n", undefined],
    ["too many without a heading", "3,north,2,1\n", false],
    ["a column that is missing", "siz,zone,rooms\n3,north,2\n", undefined],
    ["a name that comes twice", "size,zone,rooms,size\n3,north,2,3\n", undefined],
    ["a ragged row", "size,zone,rooms\n3,north,2,9\n", undefined],
    ["an empty cell", "size,zone,rooms\n3,north,\n", undefined],
    ["a mark of a missing value", "size,zone,rooms\nNA,north,2\n", undefined],
    ["an unknown label", "size,zone,rooms\n3,nord,2\n", undefined],
    ["a text", "size,zone,rooms\n3,north,two\n", undefined],
    ["JSON: a column that is missing", '[{"siz":3,"zone":"north","rooms":2}]', undefined],
    ["JSON: null", '[{"size":3,"zone":"north","rooms":null}]', undefined],
    ["JSON: null in a list", '[{"facts":[3,null],"zone":"north"}]', undefined],
    ["JSON: an empty text", '[{"facts":[3,""],"zone":"north"}]', undefined],
    ["JSON: a truth value", '[{"facts":[3,true],"zone":"north"}]', undefined],
    ["JSON: no label", '[{"facts":[3,2],"zone":null}]', undefined],
    ["JSON: numbers alone", "[[3,2]]", undefined],
  ])("%s is refused", async (_, text, header) => {
    expect(await predicted(text, header)).toMatchSnapshot();
  });

  test("eval binds another table in the same way", async () => {
    listen();
    writeFileSync(
      join(folder, "other.csv"),
      `id,price,zone,rooms,size\n${[3, 5, 6].map((size) => `1,${price(size, 2, 1)},south,2,${size}`).join("\n")}\n`,
    );
    const { metrics, rows } = await evaluateCheckpoint(training, weights, {
      ...options,
      data: new Map([["Houses", join(folder, "other.csv")]]),
    });
    expect(rows).toBe(3);
    expect(metrics["loss"]).toBeLessThan(0.01);
    expect(said).toContain("as training did not have them: id\n");
  });

  test("weights of before that say nothing of columns: said, and bound as declared", async () => {
    const { tensors, metadata } = await loadTensors(weights);
    const { layout: _, ...rest } = JSON.parse(metadata["preparation"]!);
    const old = join(folder, "old.safetensors");
    await saveTensors(
      old,
      [...tensors].map(([name, { shape, values }]) => ({ name, shape, values })),
      { ...metadata, preparation: JSON.stringify(rest) },
    );
    expect(await predicted("size,rooms,zone\n3,2,north\n5,1,west\n", undefined, old)).toEqual(
      expected,
    );
    expect(said).toContain("these weights do not say which columns their training had");
  });

  test("--measure compares with the targets of the table", async () => {
    listen();
    const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const file = join(folder, "measured.csv");
    writeFileSync(file, `price,zone,rooms,size\n${price(3, 2, 0)},north,2,3\n`);
    const words = [
      "--checkpoint",
      weights,
      "--backend",
      "wasm",
      "--threads",
      "1",
      "--measure",
      file,
    ];
    expect(await predictFromCommandLine(training, words)).toBe(0);
    expect(written).toHaveBeenCalledTimes(1);
    const [, loss] = /^measured on 1 rows: loss (\S+)\n$/.exec(said) ?? [];
    expect(Number(loss)).toBeLessThan(0.01);
  });
});

describe("what is said of classes", () => {
  const wave = (row: number): number => Math.sin(row);
  const table = (name: string, labels: readonly string[]): void =>
    writeFileSync(
      join(folder, name),
      `a,b,kind\n${Array.from({ length: 60 }, (_, row) => `${(row % labels.length) + wave(row) / 9},${wave(row)},${labels[row % labels.length]}`).join("\n")}\n`,
    );
  const answers = async (name: string, classes: number, outputs: number, loss: string) => {
    const definition = await definitionOf(`
data D { x: f32[B, 2] kind: class[B] of ${classes} source: csv("${name}", target: "kind") }
model Net(x: f32[B, 2]) -> f32[B, ${outputs}] { return x -> dense(8) -> tanh -> dense(${outputs}) as logits }
train Net on D { loss: ${loss}(logits, kind) epochs: 40 batch: 16 optimizer: adam(0.05) }`);
    const runDirectory = join(folder, `run-${name}`);
    await train(definition, { ...options, runDirectory }, silentReporter);
    const model = await loadModel(definition, join(runDirectory, "last.safetensors"), "wasm", 1);
    const predictions = await predict(model, parseRows(model, "a,b\n0,0\n1,0\n", "new.csv"));
    await closeModel(model);
    return predictions.map(([each]) => each!);
  };

  test("a class without a label has a name of its own, and its probability is nobody else's", async () => {
    table("gap.csv", ["1", "2", "4", "5"]);
    for (const each of await answers("gap.csv", 5, 5, "cross_entropy")) {
      const shares = Object.entries(each.probabilities!);
      expect(shares.map(([name]) => name)).toEqual(["1", "2", "4", "5", "unnamed 4"]);
      expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 6);
      expect(each.probabilities![each.class!]).toBe(each.probability);
      expect(Math.max(...shares.map(([, share]) => share))).toBe(each.probability);
    }
  });

  test("codes keep their zeros", async () => {
    table("zeros.csv", ["007", "7", "07"]);
    const [first] = await answers("zeros.csv", 3, 3, "cross_entropy");
    expect(Object.keys(first!.probabilities!).sort()).toEqual(["007", "07", "7"]);
  });

  test("one logit is a class of two, by its name", async () => {
    table("churn.csv", ["no", "yes"]);
    const [no, yes] = await answers("churn.csv", 2, 1, "binary_cross_entropy");
    expect(no).toMatchObject({ class: "no" });
    expect(yes).toMatchObject({ class: "yes", probability: yes!.probabilities!["yes"] });
    expect(yes!.probability).toBeGreaterThan(0.5);
    expect(yes!.probabilities!["no"]! + yes!.probability!).toBeCloseTo(1, 6);
  });
});

test("a field without a column of its own takes that of its name; several sources are one table by their names", async () => {
  const rows = Array.from(
    { length: 30 },
    (_, row) => `${row % 5},${row % 2 ? "a" : "b"},${row % 3}`,
  );
  writeFileSync(join(folder, "first.csv"), `u,kind,v\n${rows.join("\n")}\n`);
  writeFileSync(join(folder, "second.csv"), "v,u,kind\n10,20,a\n");
  writeFileSync(join(folder, "third.csv"), "w,u,kind\n10,20,a\n");
  const text = (other: string): string => `
data Points {
  x: f32[B, 2]
  kind: class[B] of 2
  source: (train: csv("first.csv"), test: csv("${other}.csv"))
}
model Net(x: f32[B, 2]) -> f32[B, 2] { return x -> dense(2) as logits }
train Net on Points { loss: cross_entropy(logits, kind) epochs: 1 }`;
  const { loadData } = await import("../../src/runtime/training/data.ts");
  const data = await loadData(await definitionOf(text("second")), 1);
  expect([...data.test!.dataset.columns.get("x")!.values]).toEqual([20, 10]);
  expect(data.preparation.layout).toMatchObject({
    header: true,
    names: ["u", "kind", "v"],
    fields: { x: ["u", "v"], kind: ["kind"] },
  });
  await expect(loadData(await definitionOf(text("third")), 1)).rejects.toThrow(
    'third.csv has no column "v" for the field "x"',
  );
});
