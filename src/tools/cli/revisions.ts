import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { posix } from "node:path";
import type { Source } from "../../compiler/base/source.ts";
import type { CheckOptions } from "../../compiler/check.ts";
import { UsageError } from "./exit.ts";
import { importReader, readSource } from "./sources.ts";

/** A spec and how its imports are read: from the disk, or all from one commit. */
export interface Origin {
  readonly source: Source;
  readonly read: CheckOptions["read"];
}

/** `file`, `-`, or `REV:path` of the git repository here, as `git show` has it. */
export function openSpec(subject: string): Origin {
  const [, revision, path] = /^([^:-][^:]*):(.+)$/.exec(subject) ?? [];
  if (revision === undefined || path === undefined || statSync(subject, { throwIfNoEntry: false }))
    return { source: readSource(subject), read: importReader(subject) };
  const inside = posix.normalize(posix.join(prefix(), path));
  const text = show(revision, inside);
  if (text === undefined)
    throw new UsageError(
      `git knows no ${subject}: is ${revision} a commit or branch, and was ${path} in it?`,
    );
  return { source: { path: `${revision}:${inside}`, text }, read: readerOf(revision) };
}

/** Imports of a file of a commit come from the same commit, and never from outside the repository. */
function readerOf(revision: string): CheckOptions["read"] {
  return (path, from) => {
    const inside = posix.normalize(
      posix.join(posix.dirname(from.slice(revision.length + 1)), path),
    );
    if (inside.startsWith("../") || posix.isAbsolute(inside)) return { problem: "outside" };
    const text = show(revision, inside);
    return text === undefined ? { problem: "missing" } : { path: `${revision}:${inside}`, text };
  };
}

/** Where the working folder lies below the root of the repository. */
function prefix(): string {
  return git("rev-parse", "--show-prefix")?.trim() ?? "";
}

function show(revision: string, path: string): string | undefined {
  return git("show", "--end-of-options", `${revision}:${path}`);
}

function git(...args: readonly string[]): string | undefined {
  const { status, stdout, error } = spawnSync("git", args, {
    encoding: "utf8",
    maxBuffer: 16 * 2 ** 20,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (error) throw new UsageError("a revision needs git, which could not be run");
  return status === 0 ? stdout : undefined;
}
