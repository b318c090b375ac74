import { UserError } from "./errors.ts";

/** Node's own modules that the runtime uses. They are looked up when needed, so that every file also loads in a browser. */
type NodeModule = keyof NodeModules;

/** Whether files and a terminal are at hand: true in Node, false in a browser. */
export function runsInNode(): boolean {
  return typeof process !== "undefined" && typeof process.versions?.node === "string";
}

/** A module of Node; a `UserError` where there is none. */
export function nodeModule<Name extends NodeModule>(name: Name): NodeModules[Name] {
  if (!runsInNode())
    throw new UserError("There are no files here: this needs Node, not a browser.");
  if (typeof process.getBuiltinModule !== "function") {
    throw new UserError(
      `Node ${process.versions.node} is too old: version 20.19 or newer is needed.`,
    );
  }
  return process.getBuiltinModule(name) as NodeModules[Name];
}

interface NodeModules {
  "node:fs": typeof import("node:fs");
  "node:fs/promises": typeof import("node:fs/promises");
  "node:net": typeof import("node:net");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:url": typeof import("node:url");
  "node:worker_threads": typeof import("node:worker_threads");
  "node:zlib": typeof import("node:zlib");
}
