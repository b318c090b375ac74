import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createContext, Script } from "node:vm";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { format } from "prettier";
import { describe, expect, test } from "vitest";

const FOLDER = "src/runtime";
const files = readdirSync(FOLDER).filter((file) => file.endsWith(".ts"));
const textOf = (file: string) => readFileSync(`${FOLDER}/${file}`, "utf8");
const importsOf = (file: string) =>
  [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);

describe("the runtime stands alone", () => {
  test.each(files)("%s imports its neighbours only (gpu.js: the device only)", (file) => {
    for (const specifier of importsOf(file)) {
      if (specifier === "gpu.js" && file.includes("device")) continue;
      // Types of Node's modules vanish; the modules themselves are looked up at run time.
      if (file === "platform.ts" && specifier.startsWith("node:")) {
        expect(textOf(file)).not.toMatch(/^import .*"node:/m);
        continue;
      }
      expect(specifier).toMatch(/^\.\/[a-z-]+\.ts$/);
      expect(files).toContain(specifier.slice(2));
    }
  });

  test("every file is as prettier prints it: trainers carry them as they lie here", async () => {
    for (const file of files) {
      const text = textOf(file);
      expect(
        await format(text, { parser: "typescript", printWidth: 100, endOfLine: "lf" }),
        file,
      ).toBe(text);
    }
  });

  test("no two files export one name: generated programs find what they mention by its name", () => {
    const names = files.flatMap((file) =>
      [
        ...textOf(file).matchAll(
          /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm,
        ),
      ].map((match) => match[1]!),
    );
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.length).toBeGreaterThan(80);
  });

  test("the README speaks of every file", () => {
    const readme = readFileSync(`${FOLDER}/README.md`, "utf8");
    expect(files.filter((file) => !readme.includes(file))).toEqual([]);
  });

  test("no import leads in a circle", () => {
    const visit = (file: string, path: readonly string[]): void => {
      expect(path).not.toContain(file);
      for (const specifier of importsOf(file))
        if (specifier.startsWith("./")) visit(specifier.slice(2), [...path, file]);
    };
    for (const file of files) visit(file, []);
  });

  test.each(["typescript-5.9", "typescript-6.0", "typescript"])(
    "passes the strict checks of %s",
    { timeout: 60_000 },
    (compiler) => {
      const options =
        "--noEmit --strict --noUnusedLocals --noUnusedParameters --noUncheckedIndexedAccess --exactOptionalPropertyTypes --erasableSyntaxOnly --verbatimModuleSyntax --isolatedModules --skipLibCheck --allowImportingTsExtensions --module nodenext --target es2023 --lib es2023,dom,dom.iterable --types node";
      const extra = compiler === "typescript-5.9" ? [] : ["--ignoreConfig"];
      const run = () =>
        execFileSync(
          process.execPath,
          [
            `node_modules/${compiler}/bin/tsc`,
            ...options.split(" "),
            ...extra,
            ...files.map((file) => `${FOLDER}/${file}`),
          ],
          { encoding: "utf8" },
        );
      let output = "";
      try {
        output = run();
      } catch (error) {
        output = String((error as { stdout?: unknown }).stdout);
      }
      expect(output).toBe("");
    },
  );
});

describe("in a browser", () => {
  /** Bundled as for a page, run where neither `process` nor any module of Node is. */
  async function inPage(source: string, globals: Record<string, unknown> = {}): Promise<unknown> {
    const built = await build({
      stdin: { contents: source, resolveDir: FOLDER, loader: "ts" },
      bundle: true,
      write: false,
      platform: "browser",
      format: "iife",
      globalName: "page",
      target: "es2022",
      logLevel: "silent",
    });
    expect(built.warnings).toEqual([]);
    const printed: string[] = [];
    const context = createContext({
      URL,
      TextDecoder,
      TextEncoder,
      Blob,
      DecompressionStream,
      performance,
      console: { log: (line: string) => printed.push(line) },
      location: { href: "http://page.test/app/" },
      printed,
      // One realm for the errors and arrays that are compared.
      Error,
      RangeError,
      Uint8Array,
      Float32Array,
      Uint32Array,
      ...globals,
    });
    new Script(`${built.outputFiles[0]!.text}; globalThis.result = page.run();`).runInContext(
      context,
    );
    return context["result"] as Promise<unknown>;
  }

  test("the same random bits and spirals", async () => {
    const source = `
      import { makeSpirals } from "./make-spirals.ts";
      import { prepareData } from "./prepare.ts";
      import { standardize } from "./normalize.ts";
      import { initialize } from "./initialize.ts";
      export async function run() {
        const fields = [{ name: "x", shape: [2] }, { name: "arm", shape: [], classes: 2 }];
        const data = prepareData(fields, { all: await makeSpirals(fields, { seed: 3 }) }, { split: { train: 0.8, validation: 0, test: 0.2 }, seed: 1, normalize: { x: [standardize()] } });
        return [...initialize("w", [3, 3], { kind: "normal", mean: 0, deviation: 1 }, 1), ...data.train.dataset.columns.get("x").values.slice(0, 20), ...data.test.rows.slice(0, 20)];
      }`;
    const { run } = (await import(
      `data:text/javascript,${encodeURIComponent((await build({ stdin: { contents: source, resolveDir: FOLDER, loader: "ts" }, bundle: true, write: false, format: "esm", platform: "node" })).outputFiles[0]!.text)}`
    )) as { run: () => Promise<number[]> };
    expect(await inPage(source)).toEqual(await run());
  });

  test("files are fetched and unpacked; writing says what is wrong", async () => {
    const asked: string[] = [];
    const packed = gzipSync("a,b\n1,2\n");
    const fetch = async (address: string) => {
      asked.push(address);
      return address.endsWith("missing.csv")
        ? { ok: false, status: 404 }
        : { ok: true, arrayBuffer: async () => Uint8Array.from(packed).buffer };
    };
    const source = `
      import { readCsv } from "./read-csv.ts";
      import { writeText } from "./files.ts";
      import { gunzip } from "./compression.ts";
      import { openTerminal } from "./terminal.ts";
      import { createReporter } from "./report.ts";
      const fields = [{ name: "x", shape: [2] }];
      const messageOf = (promise) => promise.then(() => "none", (error) => error.message);
      export async function run() {
        const data = await readCsv(fields, { path: "data/a.csv.gz", directory: "http://page.test/app/train.js" });
        createReporter(openTerminal(), "pretty", {}).note("said");
        return [
          [...data.columns.get("x").values],
          await messageOf(readCsv(fields, { path: "missing.csv", directory: "http://page.test/app/" })),
          await messageOf(writeText("a", "b")),
          await messageOf(gunzip(new Uint8Array([0x1f, 0x8b, 1]), "f")),
          globalThis.printed,
        ];
      }`;
    expect(await inPage(source, { fetch })).toEqual([
      [1, 2],
      "http://page.test/app/missing.csv cannot be loaded: the server answered 404.",
      "There are no files here: this needs Node, not a browser.",
      "f is damaged: it cannot be unpacked.",
      ["said"],
    ]);
    expect(asked).toEqual([
      "http://page.test/app/data/a.csv.gz",
      "http://page.test/app/missing.csv",
    ]);
  });
});
