import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshClone, install } from "./clone.ts";
import { blockCommands, commandsIn, folderAfter, plain } from "./commands.ts";
import { localRegistry } from "./registry.ts";
import { type, typeWell } from "./shell.ts";
import { printedBySources } from "./sources.ts";

// The way of somebody who has just cloned the repository: the README's first command, then each command that a program
// prints, as it is printed, and whatever that prints, until nothing new is offered.
const readme = readFileSync("README.md", "utf8");
const [firstCommand = "", secondCommand = ""] = blockCommands(readme);
const text = `nnspec 1
dim B
dim T in 1 .. 12

data Text {
  here: class[B, t: T] of 64
  next: class[B, t: T] of 64
  source: text("examples/data/sonnets.txt", window: 12, stride: 100)
  split: (train: 70%, validation: 20%, test: 10%)
}

model Writer(here: class[B, t: T] of 64) -> f32[B, t: T, 64] {
  return here -> embedding(8) -> gru(8) -> dense(64, over: c) as logits
}

train Writer on Text { loss: cross_entropy(logits, next), epochs: 1 }
`;

/** Everything that was run and ended well, as \`plain\` has it. */
const done = new Set<string>();
let clone: string;
let registry: Awaited<ReturnType<typeof localRegistry>>;

beforeAll(async () => {
  clone = freshClone();
  registry = await localRegistry(mkdtempSync(join(tmpdir(), "nnspec-npm-")));
});

afterAll(() => {
  registry.close();
  rmSync(clone, { recursive: true, force: true });
});

/** Runs a command, and then all that it offers. */
async function follow(command: string, folder: string): Promise<void> {
  const known = `${folder}> ${plain(command)}`;
  if (done.has(known)) return;
  done.add(known);
  await followAll(
    await typeWell(command, folder, registry.environment),
    folder,
    folderAfter(command, folder),
  );
}

/** A `cd` is said of the folder that the command began in, what else is offered of the one that it has gone to. */
async function followAll(output: string, begun: string, folder = begun): Promise<void> {
  for (const command of commandsIn(output))
    await follow(command, command.startsWith("cd ") ? begun : folder);
}

/** The same from a command that ends with another exit code, and must offer something. */
async function followRefusal(command: string, code: number, offered: string): Promise<void> {
  const { status, output } = await type(command, clone);
  expect(status, output).toBe(code);
  expect(commandsIn(output)).toEqual([offered]);
  await followAll(output, clone);
}

describe("a fresh clone", () => {
  test("CI begins as the README does", () => {
    expect(firstCommand).toBe("npm ci && npm start");
    expect(secondCommand).toBe("npm ci && npm test");
    const script = readFileSync(".ci/run", "utf8");
    for (const command of [firstCommand, secondCommand])
      expect(commandsIn(script)).toContain(command);
  });

  test("the first command, and all that it leads to", async () => {
    install(clone);
    await follow(firstCommand.replace("npm ci && ", ""), clone);
    expect([...done].map((command) => command.replace(`${clone}> `, ""))).toEqual(
      expect.arrayContaining([
        "npm start",
        "nnspec eval runs/mlp",
        "nnspec predict runs/mlp runs/mlp/rows.json",
        "nnspec summary examples/digits.nnspec",
        "nnspec train examples/digits.nnspec --seed 1",
      ]),
    );
  });

  test("what help says to start with, and a table of one's own", async () => {
    await follow("npx nnspec --help", clone);
    await follow("npx nnspec init my-table --template csv", clone);
    expect(done).toContain(`${join(clone, "my-model")}> nnspec eval runs/classifier`);
    expect(done).toContain(`${join(clone, "my-table")}> nnspec eval runs/classifier`);
  });

  test("a folder outside of it", async () => {
    const outside = mkdtempSync(join(tmpdir(), "nnspec-outside-"));
    await follow(`npx nnspec init ${join(outside, "model")}`, clone);
    rmSync(outside, { recursive: true });
  });
});

describe("programs of their own", () => {
  test.each([
    ["a network with dropout", "examples/digits.nnspec --out digits"],
    ["an ensemble", "examples/ensembles.nnspec --run Snapshots --out together"],
    ["a model that writes", "writer.nnspec --out writer"],
  ])("%s, and its page", async (_, words) => {
    writeFileSync(join(clone, "writer.nnspec"), text);
    const folder = join(clone, /\S+$/.exec(words)![0]);
    await follow(`npx nnspec build ${words}`, clone);
    const commands = blockCommands(readFileSync(join(folder, "README.md"), "utf8"));
    expect(commands.length).toBeGreaterThan(4);
    for (const command of commands) await follow(command, folder);
    // What their comments say beside it.
    await follow("npm start -- --help", folder);
  });

  test("a package that only images need", () => follow("npm install sharp", join(clone, "digits")));
});

describe("where something is in the way", () => {
  test("a run whose teacher is not trained", async () => {
    const command = "npx nnspec train examples/distillation.nnspec --run Learning";
    await followRefusal(command, 2, "npx nnspec train examples/distillation.nnspec --run Teaching");
    await follow(command, clone);
  });

  test("a file that is not in canonical form", async () => {
    writeFileSync(join(clone, "loose.nnspec"), "nnspec 1\ndim   B\n");
    await followRefusal("npx nnspec fmt --check loose.nnspec", 1, "npx nnspec fmt loose.nnspec");
  });

  test.each(["NN0401", "NN0411", "NN2091"])("what the page of %s says to look at", async (code) => {
    const output = await typeWell(`npx nnspec explain ${code}`, clone);
    expect(commandsIn(output).length).toBeGreaterThan(0);
    await followAll(output, clone);
  });

  test("an interrupted training is gone on with", async () => {
    // So many epochs that no machine comes to their end before it is interrupted.
    const train =
      "npx nnspec train examples/iris.nnspec --epochs 10000000 --backend wasm --threads 1";
    const first = await type(train, clone, { interruptAt: /epoch +2\// });
    expect(first.status, first.output).toBe(130);
    const [goOn = "", ...others] = commandsIn(first.output);
    expect(others).toEqual([]);
    const second = await type(goOn, clone, {
      interruptAt: /resumed +after epoch \d+[^]*epoch +\d+\//,
    });
    expect(second.status, second.output).toBe(130);
    expect(commandsIn(second.output)).toEqual([goOn]);
    done.add(plain(goOn));
  });
});

test("every command that a program may print has been run", () => {
  const typed = [...done].map((command) => command.replace(/^.*> /, ""));
  const missing = printedBySources().filter(
    ({ pattern }) => !typed.some((command) => pattern.test(command)),
  );
  expect(missing).toEqual([]);
});
