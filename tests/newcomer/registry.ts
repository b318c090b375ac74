import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

interface Registry {
  /** What tells npm to ask it, and nobody else. */
  readonly environment: Readonly<Record<string, string>>;
  close(): void;
}

/**
 * A registry on this machine of the packages that are installed here, as they lie here: so `npm install` is run as it is
 * printed, without a network, and without building again what was built when they were installed.
 */
export async function localRegistry(cache: string): Promise<Registry> {
  const packages = installedPackages();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/").slice(1);
    if (path.startsWith("tarball/"))
      return response.end(tarball(path.slice("tarball/".length).replace(/\.tgz$/, "")));
    const versions = packages.get(path);
    if (versions === undefined) return response.writeHead(404).end("{}");
    return response.end(JSON.stringify(packument(path, versions, addressOf(server))));
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const environment = {
    npm_config_registry: addressOf(server),
    npm_config_cache: cache,
    npm_config_ignore_scripts: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
  return { environment, close: () => server.close() };
}

type Manifest = Readonly<Record<string, unknown>> & { readonly version: string };

/** Where each version of each package lies below node_modules. */
function installedPackages(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const lock = JSON.parse(readFileSync(join("node_modules", ".package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const found = new Map<string, Map<string, string>>();
  for (const [path, { version }] of Object.entries(lock.packages)) {
    if (version === undefined) continue;
    // The name that the package gives itself: it may lie here under another.
    const { name } = manifestOf(path) as { readonly name?: string };
    if (name === undefined) continue;
    found.set(name, (found.get(name) ?? new Map<string, string>()).set(version, path));
  }
  return found;
}

function manifestOf(path: string): Manifest {
  return JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;
}

function packument(name: string, versions: ReadonlyMap<string, string>, address: string): object {
  const described = [...versions].map(([version, path]) => [
    version,
    { ...manifestOf(path), dist: { tarball: `${address}tarball/${path}.tgz` } },
  ]);
  const latest = [...versions.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return {
    name,
    "dist-tags": { latest: latest.at(-1) },
    versions: Object.fromEntries(described),
  };
}

function tarball(path: string): Buffer {
  const most = 512 * 1024 * 1024;
  return execFileSync("tar", ["-cz", "--transform", "s,^\\.,package,", "-C", path, "."], {
    maxBuffer: most,
  });
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
