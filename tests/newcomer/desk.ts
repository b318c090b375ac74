import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { encodeNpz } from "../../bench/npz.ts";
import { installedIn } from "./installed.ts";

interface Desk {
  readonly folder: string;
  /** With the folder of the installed command in the path. */
  readonly environment: Readonly<Record<string, string>>;
}

const search = `nnspec 1
dim B
hyper depth = 2 in { 2, 3 }

data Spirals {
  point: f32[B, axis: 2]
  arm: class[B] of 2
  source: spirals(points: 100)
  split: (train: 80%, validation: 20%)
}

block Layer()(x: f32[B, c: 8]) -> f32[B, c: 8] {
  return x -> dense(8) -> tanh
}

model Stack(point: f32[B, axis: 2]) -> f32[B, 2] {
  return point -> dense(8) -> tanh -> repeat depth Layer() as hidden -> dense(2) as logits
}

train Stack on Spirals as Searched { loss: cross_entropy(logits, arm), epochs: 1, optimizer: adam(1e-3) }
`;

const mnist = `nnspec 1
dim B

data Mnist {
  image: f32[B, h: 28, w: 28, c: 1]
  label: class[B] of 10
  source: npz("mnist.npz")
  normalize: standardize
  split: (train: 80%, validation: 20%)
}

model Reader(image: f32[B, h: 28, w: 28, c: 1]) -> f32[B, 10] {
  return image -> flatten -> dense(10) as logits
}

train Reader on Mnist { loss: cross_entropy(logits, label), optimizer: adam(1e-3) }
`;

/**
 * The working folder of somebody who has installed nnspec, under version control, with the files that the examples of the
 * help and the pages speak of.
 */
export function furnishedDesk(): Desk {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "nnspec-desk-")));
  const environment = installedIn(folder);
  layOut(folder);
  putUnderVersionControl(folder);
  return { folder, environment };
}

function layOut(folder: string): void {
  const at = (...path: readonly string[]): string => join(folder, ...path);
  cpSync("examples", at("examples"), { recursive: true });
  cpSync("examples/architectures", at("architectures"), { recursive: true });
  for (const from of ["examples", "examples/architectures"])
    cpSync(from, folder, { recursive: true });
  copyFileSync(at("resnets.nnspec"), at("resnet.nnspec"));
  for (const name of [
    "model.nnspec",
    "old.nnspec",
    "new.nnspec",
    "file.nnspec",
    "specs/model.nnspec",
  ]) {
    mkdirSync(at(name, ".."), { recursive: true });
    copyFileSync(at("digits.nnspec"), at(name));
  }
  writeFileSync(at("search.nnspec"), search);
  writeFileSync(at("mnist.nnspec"), mnist);
  writeFileSync(
    at("mnist.npz"),
    encodeNpz([
      { name: "image", shape: [20, 28, 28, 1], values: new Float32Array(20 * 28 * 28) },
      { name: "label", shape: [20], values: Int32Array.from({ length: 20 }, (_, row) => row % 10) },
    ]),
  );
  const digits = gunzipSync(readFileSync(at("data", "digits.csv.gz"))).toString();
  writeFileSync(at("other.csv"), digits);
  const rows = digits.split("\n").slice(0, 3);
  writeFileSync(at("new.csv"), rows.map((row) => `${row.replace(/,\d+$/, "")}\n`).join(""));
}

/** Two commits, the first of which is what a pull request would be compared with. */
function putUnderVersionControl(folder: string): void {
  const git = (...args: readonly string[]): unknown =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...args], {
      cwd: folder,
    });
  writeFileSync(join(folder, ".gitignore"), "node_modules/\nruns/\n");
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Specs");
  git("update-ref", "refs/remotes/origin/main", "HEAD");
  git("commit", "--quiet", "--allow-empty", "--message", "The same");
}
