import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { build } from "esbuild";
import type { Browser, BrowserContext } from "playwright-core";
import type { Action, Cell, Example } from "./cells.ts";
import type { Outcome } from "./node-cells.ts";
import type { Prepared } from "./prepare.ts";

const chromiumPath = "/usr/bin/chromium";

/** What makes a page cross-origin isolated, so that it may share memory between threads. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Pages of the generated programs, `/isolated/digits/` and `/ordinary/digits/`, and a browser that opens them. */
export interface Pages {
  readonly run: (cell: Cell, number: number) => Promise<Outcome>;
  readonly close: () => Promise<void>;
}

export async function openPages(
  prepared: ReadonlyMap<Example, Prepared>,
  limit: number,
): Promise<Pages> {
  const scripts = new Map<string, string>();
  for (const [example, { built }] of prepared) scripts.set(example, await bundle(built));
  const server = serve(prepared, scripts);
  await new Promise<void>((settle) => void server.listen(0, "127.0.0.1", settle));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { chromium } = await import("playwright-core");
  const flags = ["--headless=new", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader"];
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [...flags, "--enable-unsafe-swiftshader", "--disable-background-networking"],
  });
  const remembered = new Map<string, Promise<Storage>>();
  return {
    run: async (cell, number) => {
      const context = await browser.newContext();
      try {
        const address = addressOf(origin, cell);
        if (cell.cache !== "cold") {
          const known = remembered.get(address) ?? measured(browser, address);
          remembered.set(address, known);
          await keep(
            context,
            address,
            cell.cache === "warm" ? await known : damaged(await known, number),
          );
        }
        return await runPageCell(cell, context, address, limit);
      } finally {
        await context.close();
      }
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

type Storage = Readonly<Record<string, string>>;

function addressOf(origin: string, { place, example }: Cell): string {
  return `${origin}/${place === "isolated page" ? "isolated" : "ordinary"}/${example}/`;
}

/** What a page calls: the generated programs as they stand, in one module beside their data. */
function bundle(built: string): Promise<string> {
  const contents = `import { train, evaluateCheckpoint } from "./training.ts";
import { closeModel, loadModel, parseRows, predict } from "./predict.ts";
const quiet = { batch() {}, epoch() {}, note() {}, interrupted() {} };
const address = (file) => new URL(file, location.href).href;
globalThis.actions = {
  train: async (backend, threads) => {
    let why = "";
    const reporter = { ...quiet, start: (event) => void (why = event.reason), end() {} };
    const trained = await train({ backend, threads, epochs: 1, data: new Map(), resume: false, format: "json" }, reporter);
    return [trained.end.backend + ": " + why, trained.end.steps > 0 && trained.tensors.length > 0];
  },
  "train.ts --evaluate": async (backend, threads) => {
    const { metrics, backend: chosen, why } = await evaluateCheckpoint(address("best.safetensors"), { backend, threads, data: new Map(), resume: false, format: "json" });
    return [chosen + ": " + why, Number.isFinite(metrics.loss)];
  },
  loadModel: async (backend, threads) => {
    const model = await loadModel(address("best.safetensors"), backend, threads);
    const rows = parseRows(model, await (await fetch("rows.csv")).text(), "rows.csv");
    const predictions = await predict(model, rows);
    const { backend: chosen, reason } = model.device;
    await closeModel(model);
    return [chosen + ": " + reason, predictions.length === rows.length];
  },
};`;
  return build({
    stdin: { contents, resolveDir: built, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2023",
    logLevel: "silent",
    minify: true,
  }).then(({ outputFiles }) => outputFiles[0]!.text);
}

function serve(
  prepared: ReadonlyMap<Example, Prepared>,
  scripts: ReadonlyMap<string, string>,
): Server {
  return createServer(({ url = "" }, response) => {
    const [, place, example = "", ...path] = url.split("/");
    const headers = place === "isolated" ? isolation : {};
    const file = path.join("/");
    const given = prepared.get(example as Example);
    try {
      const body =
        file === ""
          ? `<!doctype html><script type="module" src="page.js"></script>`
          : file === "page.js"
            ? scripts.get(example)!
            : readFileSync(fileOf(given!, file));
      const type =
        file === ""
          ? "text/html"
          : file.endsWith(".js")
            ? "text/javascript"
            : "application/octet-stream";
      response.writeHead(200, { ...headers, "Content-Type": type }).end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
}

function fileOf({ built, checkpoint, rows }: Prepared, file: string): string {
  if (file === "best.safetensors") return checkpoint;
  return file === "rows.csv" ? rows : join(built, "data", basename(file));
}

type Said = readonly [why: string, isRight: boolean];
type Actions = Readonly<
  Record<Action, (backend: string, threads: number | undefined) => Promise<Said>>
>;

async function runPageCell(
  cell: Cell,
  context: BrowserContext,
  address: string,
  limit: number,
): Promise<Outcome> {
  const start = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<string>((settle) => {
    timer = setTimeout(() => settle(`no end within ${limit} s`), limit * 1000);
  });
  const done = act(context, address, cell).then(
    (said) => wrongWith(cell, said),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const problem = await Promise.race([done, over]);
  clearTimeout(timer);
  return { cell, seconds: (performance.now() - start) / 1000, processorSeconds: 0, problem };
}

/** Opens the page, calls an action of it, and gives what it says. */
async function act(
  context: BrowserContext,
  address: string,
  { action, backend, threads }: Cell,
): Promise<Said> {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => "actions" in globalThis);
  const given = { action, backend, threads: threads === "auto" ? undefined : Number(threads) };
  return page.evaluate(
    (asked) =>
      (globalThis as unknown as { actions: Actions }).actions[asked.action](
        asked.backend,
        asked.threads,
      ),
    given,
  );
}

function wrongWith({ backend, cache }: Cell, [why, isRight]: Said): string | undefined {
  if (!isRight) return `a wrong answer (${why})`;
  if (backend !== "auto") return undefined;
  const expected = cache === "warm" ? "remembered of " : "measured ";
  return why.includes(expected) ? undefined : `it does not say "${expected}…": ${why}`;
}

/** What a page remembers after each action has measured the backends once. */
async function measured(browser: Browser, address: string): Promise<Storage> {
  const context = await browser.newContext();
  const [page] = [await context.newPage()];
  await page.goto(address);
  await page.waitForFunction(() => "actions" in globalThis);
  const storage = await page.evaluate(async () => {
    const { actions } = globalThis as unknown as { actions: Actions };
    for (const act of Object.values(actions)) await act("auto", undefined);
    return { ...localStorage } as Record<string, string>;
  });
  await context.close();
  return storage;
}

/** What can be wrong with an entry of what is remembered. */
const damages: readonly ((entry: string) => string)[] = [
  (entry) => entry.slice(0, -20),
  () => "",
  () => "\0".repeat(512),
  () => '{"backend":"abacus","rates":[["abacus",1]],"date":"2999-01-01"}',
];

function damaged(storage: Storage, number: number): Storage {
  return Object.fromEntries(
    Object.entries(storage).map(([key, entry]) => [key, damages[number % damages.length]!(entry)]),
  );
}

async function keep(context: BrowserContext, address: string, storage: Storage): Promise<void> {
  const origin = new URL(address).origin;
  await context.addInitScript(
    ([entries, own]) => {
      if (location.origin !== own) return;
      for (const [key, entry] of Object.entries(entries as Storage))
        localStorage.setItem(key, entry);
    },
    [storage, origin] as const,
  );
}
