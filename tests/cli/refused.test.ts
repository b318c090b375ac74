import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { nnspec } from "./run.ts";

/** What `nnspec train` refuses leaves everything as it was. */

let folder: string;

const spec = (
  settings: {
    readonly width?: number;
    readonly batch?: string;
    readonly data?: string;
    readonly more?: string;
  } = {},
) => `nnspec 1
dim B
data Points {
  point: f32[B, axis: 2]
  side: class[B] of 2
  source: csv("${settings.data ?? "points.csv"}", target: "side")
  normalize: standardize
  split: (train: 80%, validation: 20%)
}
model Net(point: f32[B, axis: 2]) -> f32[B, 2] {
  return point -> dense(${settings.width ?? 6}) as hidden -> tanh -> dense(2) as logits
}
train Net on Points { loss: cross_entropy(logits, side), batch: ${settings.batch ?? "16"}, epochs: 4, optimizer: adam(0.01) }
${settings.more ?? ""}`;

/** Rows on both sides of a line; \`shift\` moves them all. */
function table(rows: number, shift: number, names: readonly [string, string]): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const [x, y] = [Math.sin(row * 7) + shift, Math.cos(row * 3)];
    return [x, y, names[x - shift > y ? 1 : 0]].join(",");
  });
  return ["x,y,side", ...lines, ""].join("\n");
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nnspec-refused-"));
  const files = {
    "points.csv": table(80, 0, ["left", "right"]),
    "moved.csv": table(80, 3, ["left", "right"]),
    "renamed.csv": table(80, 0, ["east", "west"]),
    "rows.csv": "x,y\n0.5,0.25\n-1,0.75\n",
    "good.nnspec": spec(),
    "wide.nnspec": spec({ width: 7 }),
    "small-batch.nnspec": spec({ batch: "8" }),
    "whole.nnspec": spec({ batch: "all" }),
    "moved.nnspec": spec({ data: "moved.csv" }),
    "renamed.nnspec": spec({ data: "renamed.csv" }),
    "lost.nnspec": spec({ data: "lost.csv" }),
    "whole-lost.nnspec": spec({ data: "lost.csv", batch: "all" }),
    "many.nnspec": spec({
      more: "ensemble Many { members: runs(Net, count: 2), combine: average }\n",
    }),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const trained = nn(
    "train",
    "good.nnspec",
    "--epochs",
    "2",
    "--backend",
    "wasm",
    "--run-dir",
    "good",
  );
  expect(trained.status, trained.stderr).toBe(0);
});

const nn = (...args: readonly string[]) => nnspec(args, { cwd: folder });

/** Every file below a folder with its bytes; links by where they lead. */
function contentOf(path: string): ReadonlyMap<string, string> {
  const entries = readdirSync(join(folder, path), { recursive: true, encoding: "utf8" }).sort();
  return new Map(
    entries.map((entry) => {
      const at = join(folder, path, entry);
      return [entry, statSync(at).isFile() ? readFileSync(at, "base64") : ""];
    }),
  );
}

const measured = (path: string): object => {
  const { status, stdout, stderr } = nn("eval", path, "--backend", "wasm", "--format", "json");
  expect(status, stderr).toBe(0);
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; test: object });
  return events.find(({ event }) => event === "end")!.test;
};

const predicted = (path: string): string => {
  const { status, stdout, stderr } = nn("predict", path, "--backend", "wasm", "rows.csv");
  expect(status, stderr).toBe(0);
  return stdout;
};

describe("a refused --resume leaves the run as it was", () => {
  let answers: readonly [object, string];
  beforeAll(() => {
    answers = [measured("good"), predicted("good")];
  });

  /** Goes on with a copy of the good run, which is refused; then the copy is what it was, and answers as it did. */
  function refuses(
    file: string,
    args: readonly string[],
    why: RegExp,
    damage?: (path: string) => void,
  ): void {
    cpSync(join(folder, "good"), join(folder, "copy"), { recursive: true, verbatimSymlinks: true });
    try {
      damage?.(join(folder, "copy"));
      const before = contentOf("copy");
      const { status, stderr } = nn("train", file, "--run-dir", "copy", "--resume", ...args);
      expect([status, stderr]).toEqual([2, expect.stringMatching(why)]);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(contentOf("copy")).toEqual(before);
      expect([measured("copy"), predicted("copy")]).toEqual(answers);
    } finally {
      rmSync(join(folder, "copy"), { recursive: true, force: true });
    }
  }

  test.each([
    [
      "another width",
      "wide.nnspec",
      [],
      /"hidden\.weight" has the shape \[2, 6\]; the model needs \[2, 7\]/,
    ],
    ["another batch", "small-batch.nnspec", [], /batch: 16 → 8/],
    ["all rows in a batch", "whole.nnspec", [], /batch: 16 → all/],
    ["data on another scale", "moved.nnspec", [], /data: 80 rows \(\w+\) → 80 rows/],
    ["data of other classes", "renamed.nnspec", [], /data: 80 rows \(\w+\) → 80 rows/],
    ["data that are not there", "lost.nnspec", [], /lost\.csv cannot be read/],
    ["an ensemble", "many.nnspec", ["--run", "Many"], /there is no member-1/],
    ["another seed", "good.nnspec", ["--seed", "5"], /seed: 0 → 5/],
    ["other data by --data", "good.nnspec", ["--data", "Points=moved.csv"], /data: 80 rows/],
    [
      "data that are not declared",
      "wide.nnspec",
      ["--data", "Nope=moved.csv"],
      /no data called Nope/,
    ],
    ["no threads", "wide.nnspec", ["--threads", "0"], /--threads takes auto or a whole number/],
  ] as const)("%s", (_, file, args, why) => refuses(file, args, why), 240_000);

  test("no state to go on from, or half of one", () => {
    const state = (path: string): string => join(path, "resume.safetensors");
    refuses("good.nnspec", [], /resume\.safetensors cannot be read/, (path) => rmSync(state(path)));
    refuses("wide.nnspec", [], /resume\.safetensors is no sound/, (path) =>
      truncateSync(state(path), 300),
    );
  }, 240_000);

  test("and a trainer that differs and is not refused takes the place of the other", () => {
    const faster = spec().replace("adam(0.01)", "adam(0.02)");
    writeFileSync(join(folder, "faster.nnspec"), faster);
    cpSync(join(folder, "good"), join(folder, "on"), { recursive: true, verbatimSymlinks: true });
    const { status, stderr } = nn(
      "train",
      "faster.nnspec",
      "--run-dir",
      "on",
      "--resume",
      "--accept",
      "rate,epochs",
      "--backend",
      "wasm",
    );
    expect(status, stderr).toBe(0);
    expect(readFileSync(join(folder, "on/metrics.jsonl"), "utf8").trim().split("\n")).toHaveLength(
      4,
    );
    expect(readdirSync(join(folder, "on"))).toEqual(readdirSync(join(folder, "good")));
    expect(contentOf("on/trainer")).not.toEqual(contentOf("good/trainer"));
    expect(Object.keys(measured("on"))).toContain("loss");
  }, 240_000);
});

/** Below folders that are not there. */
const elsewhere = ["--run-dir", "new/below/run"] as const;

describe("a first training that is refused leaves nothing behind", () => {
  test.each([
    ["no threads", ["good.nnspec", "--threads", "0"]],
    ["data that are not declared", ["good.nnspec", "--data", "Nope=moved.csv", ...elsewhere]],
    ["data that are not there", ["lost.nnspec"]],
    ["data that are not there, of which all rows are a batch", ["whole-lost.nnspec"]],
    [
      "data that are not there, looked at first",
      ["lost.nnspec", "--inspect", "init", ...elsewhere],
    ],
    ["threads of a backend that has none", ["good.nnspec", "--backend", "cpu", "--threads", "2"]],
  ])(
    "%s",
    (_, args) => {
      const before = readdirSync(folder);
      const { status, stderr } = nn("train", ...args);
      expect(status, stderr).toBe(2);
      expect(stderr).not.toBe("");
      expect(readdirSync(folder)).toEqual(before);
    },
    240_000,
  );

  test("not even in a folder that was there", () => {
    mkdirSync(join(folder, "mine"));
    writeFileSync(join(folder, "mine/notes.txt"), "mine\n");
    expect(nn("train", "lost.nnspec", "--run-dir", "mine").status).toBe(2);
    expect(readdirSync(join(folder, "mine"))).toEqual(["notes.txt"]);
  }, 120_000);
});
