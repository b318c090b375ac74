import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** A folder as a fresh clone of this checkout is: every file that git has or would add, nothing that it ignores. */
export function freshClone(): string {
  const clone = realpathSync(mkdtempSync(join(tmpdir(), "nnspec-clone-")));
  for (const path of filesOfGit()) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    copyFileSync(path, join(clone, path));
  }
  return clone;
}

/** What `npm ci` brings about: the packages of the lock file, which this checkout has already, and the build at its end. */
export function install(clone: string): void {
  symlinkSync(resolve("node_modules"), join(clone, "node_modules"), "junction");
  execFileSync("npm", ["run", "prepare"], { cwd: clone, stdio: "ignore" });
}

function filesOfGit(): readonly string[] {
  const kinds = ["--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", ["ls-files", "-z", ...kinds], { encoding: "utf8" });
  return listed.split("\0").filter((path) => path !== "" && existsSync(path));
}
