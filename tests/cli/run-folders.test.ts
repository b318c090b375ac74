import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nnspec } from "./run.ts";

/** A run has its folder to itself, and nothing that did not begin leaves one; folders and files may be called anything. */

const folder = mkdtempSync(join(tmpdir(), "nnspec-folders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = { cwd: folder };
const plain = ["--backend", "wasm", "--threads", "1"] as const;

const spec = (source: string, epochs: number): string => `nnspec 1
dim B
data D {
  x: f32[B, 2]
  kind: class[B] of 2
  source: csv(${JSON.stringify(source)}, target: "kind")
  split: (train: 80%, test: 20%)
}
model Net(x: f32[B, 2]) -> f32[B, 2] { return x -> dense(8) as first -> tanh -> dense(2) as logits }
train Net on D { loss: cross_entropy(logits, kind), batch: 4, epochs: ${epochs} }
`;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command line; `seen` is told of all output so far. */
function start(
  args: readonly string[],
  seen: (output: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, [resolve("dist/nnspec.js"), ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1" },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      seen(stdout, (signal) => void child.kill(signal));
    });
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("close", (code) => settle({ code, stdout, stderr }));
  });
}

beforeAll(() => {
  const rows = Array.from({ length: 60 }, (_, row) => {
    const kind = row % 2;
    return `${Math.cos(row) / 2 + kind},${Math.sin(row) / 2 - kind},${kind}`;
  });
  const table = `a,b,kind\n${rows.join("\n")}\n`;
  for (const name of ["d.csv", "exp#1.csv", "wh?t.csv", "50%25.csv", "dä 'ü' \"q\".csv"])
    writeFileSync(join(folder, name), table);
  writeFileSync(join(folder, "short.nnspec"), spec("d.csv", 2));
  writeFileSync(join(folder, "long.nnspec"), spec("d.csv", 1_000_000));
  writeFileSync(join(folder, "lost.nnspec"), spec("lost.csv", 2));
});

test("of two that start together each has a folder of its own", async () => {
  const ends = await Promise.all([
    start(["train", "short.nnspec", ...plain]),
    start(["train", "short.nnspec", ...plain]),
  ]);
  for (const { code, stderr } of ends) expect(code, stderr).toBe(0);
  expect(readdirSync(join(folder, "runs")).sort()).toEqual(["net", "net-2"]);
  for (const run of ["net", "net-2"])
    expect(
      readFileSync(join(folder, "runs", run, "metrics.jsonl"), "utf8").split("\n"),
    ).toHaveLength(3);
}, 120_000);

test("a start that fails leaves nothing behind and takes no name", () => {
  const before = readdirSync(join(folder, "runs")).sort();
  expect(nnspec(["train", "lost.nnspec", ...plain], at).status).toBe(2);
  expect(readdirSync(join(folder, "runs")).sort()).toEqual(before);
  const elsewhere = nnspec(["train", "lost.nnspec", ...plain, "--run-dir", "new/below/it"], at);
  expect([elsewhere.status, existsSync(join(folder, "new"))]).toEqual([2, false]);
});

test("SIGTERM saves as Ctrl-C does; the folder is refused meanwhile, and free afterwards", async () => {
  let other: Ended | undefined;
  let asked = false;
  const first = await start(
    ["train", "long.nnspec", "--run-dir", "long", ...plain],
    (output, kill) => {
      if (asked || !output.includes("epoch  ")) return;
      asked = true;
      void start(["train", "long.nnspec", "--run-dir", "long", "--resume", ...plain]).then(
        (ended) => {
          other = ended;
          kill("SIGTERM");
        },
      );
    },
  );
  expect(other).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/long is in use: process \d+/),
  });
  expect(first.code, first.stderr).toBe(143);
  expect(first.stdout).toContain("everything is saved");
  expect(first.stdout).toContain("--resume");
  expect(readdirSync(join(folder, "long")).sort()).toEqual([
    ...["last.safetensors", "metrics.jsonl", "resume.safetensors", "rows.json", "trainer"],
  ]);
  const lines = readFileSync(join(folder, "long/metrics.jsonl"), "utf8").trim().split("\n");
  const last = JSON.parse(lines.at(-1)!) as { epoch: number };
  expect(lines).toHaveLength(last.epoch);
  const epochs = String(last.epoch + 2);
  const on = nnspec(
    ["train", "long.nnspec", "--run-dir", "long", "--resume", ...plain, "--epochs", epochs],
    at,
  );
  expect([on.status, on.stdout]).toEqual([
    0,
    expect.stringContaining(`resumed   after epoch ${last.epoch}`),
  ]);
}, 120_000);

test("of two that start together in one folder, one trains", async () => {
  const words = ["train", "short.nnspec", "--run-dir", "one", ...plain];
  const ends = await Promise.all([start(words), start(words)]);
  expect(ends.map(({ code }) => code).sort()).toEqual([0, 2]);
  const refused = ends.find(({ code }) => code === 2)!;
  expect(refused.stderr).toMatch(/one is in use: process \d+|one holds a trained run/);
  const lines = readFileSync(join(folder, "one/metrics.jsonl"), "utf8").trim().split("\n");
  expect(lines).toHaveLength(2);
}, 120_000);

describe("a lock that was left", () => {
  /** The word of the system for when a process began. */
  const began = (pid: number): string => {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19]!;
  };
  const here = { host: hostname(), pid: process.pid };
  const minute = 60_000;
  const cases: readonly (readonly [
    name: string,
    owner: () => object | undefined,
    age: number,
    status: number,
  ])[] = [
    ["by a process that is there holds", () => ({ ...here, began: began(process.pid) }), 0, 2],
    ["by one of the same number holds not", () => ({ ...here, began: "1" }), 0, 0],
    ["by one that is gone holds not", () => ({ ...here, pid: 2 ** 22 + 1, began: "1" }), 0, 0],
    ["on another machine, lately, holds", () => ({ host: "elsewhere", pid: 1, began: "" }), 0, 2],
    [
      "on another machine, long ago, holds not",
      () => ({ host: "elsewhere", pid: 1, began: "" }),
      2 * minute,
      0,
    ],
    ["torn, holds not", () => undefined, 0, 0],
  ];
  test.skipIf(process.platform !== "linux").each(cases)("%s", (name, owner, age, status) => {
    const run = join(folder, name.replace(/\W+/g, "-"));
    mkdirSync(run);
    const lock = join(run, "lock.json");
    const text = owner();
    writeFileSync(lock, text === undefined ? '{"ho' : JSON.stringify(text));
    const then = new Date(Date.now() - age);
    utimesSync(lock, then, then);
    const ended = nnspec(["train", "short.nnspec", "--run-dir", run, ...plain], at);
    expect(ended.status, ended.stderr).toBe(status);
    expect(existsSync(lock)).toBe(status === 2);
    if (status === 2) expect(ended.stderr).toContain("is in use");
  });
});

test.each(["wh?t", "exp#1", "50%25", "x%zz", "a 'b' \"c\"", "dätä ü"])(
  "a run folder called %s",
  (name) => {
    const run = join("strange", name);
    const trained = nnspec(["train", "short.nnspec", "--run-dir", run, ...plain], at);
    expect(trained.status, trained.stderr).toBe(0);
    const measured = nnspec(["eval", run, ...plain], at);
    expect([measured.status, measured.stdout], measured.stderr).toEqual([
      0,
      expect.stringContaining("measured on 12 rows"),
    ]);
    const predicted = nnspec(["predict", run, join(run, "rows.json"), ...plain], at);
    expect([predicted.status, predicted.stdout]).toEqual([0, expect.stringContaining("logits")]);
  },
  120_000,
);

test.each(["exp#1.csv", "wh?t.csv", "50%25.csv", "dä 'ü' \"q\".csv"])(
  "data called %s, in the spec, by --data and with eval; a spec called so",
  (name) => {
    const file = `${name}.nnspec`;
    writeFileSync(join(folder, file), spec(name, 1));
    const [own, bound] = [`own ${name}`, `bound ${name}`];
    const first = nnspec(["train", file, "--run-dir", own, ...plain], at);
    expect(first.status, first.stderr).toBe(0);
    const second = nnspec(
      ["train", "short.nnspec", "--run-dir", bound, "--data", `D=${name}`, ...plain],
      at,
    );
    expect(second.status, second.stderr).toBe(0);
    const measured = nnspec(["eval", bound, "--data", `D=${name}`, ...plain], at);
    expect([measured.status, measured.stdout], measured.stderr).toEqual([
      0,
      expect.stringContaining("measured on 60 rows"),
    ]);
  },
  120_000,
);
