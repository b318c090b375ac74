import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromium, launchChromium, skipLoudly } from "../support/gl.ts";
import { run, type Trained } from "./support/threads-page.ts";

const scenario = fileURLToPath(new URL("support/threads-page.ts", import.meta.url));

/** What makes a page cross-origin isolated. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** A page that may not start workers. */
function policyOf(url: string): object {
  return url.includes("strict") ? { "Content-Security-Policy": "worker-src 'none'" } : {};
}

describe.skipIf(skipLoudly("threads in Chromium", chromium()))(
  "threads in a page",
  { timeout: 60_000 },
  () => {
    let browser: Awaited<ReturnType<typeof launchChromium>>;
    let alone: Trained;
    const server = createServer();
    beforeAll(async () => {
      const { outputFiles } = await build({
        stdin: {
          contents: `import { run } from ${JSON.stringify(scenario)}; globalThis.run = run;`,
          resolveDir: process.cwd(),
        },
        bundle: true,
        write: false,
        format: "iife",
        platform: "browser",
        target: "es2023",
        logLevel: "silent",
        external: ["node:*"],
      });
      server.on("request", ({ url }, response) => {
        const headers = url?.startsWith("/isolated") ? { ...isolation, ...policyOf(url) } : {};
        if (url?.endsWith(".js"))
          response
            .writeHead(200, { ...headers, "Content-Type": "text/javascript" })
            .end(outputFiles[0]!.text);
        else
          response
            .writeHead(200, { ...headers, "Content-Type": "text/html" })
            .end(`<!doctype html><script src="run.js"></script>`);
      });
      await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
      browser = await launchChromium();
      alone = await run(1);
    });
    afterAll(async () => {
      await browser.close();
      server.close();
    });

    /** Runs the scenario in a page, or in a worker of it. */
    async function inPage(
      path: string,
      threads: number | "auto",
      place: "page" | "worker" = "page",
    ): Promise<Trained> {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`);
      const trained =
        place === "page" ? page.evaluate(inThePage, threads) : page.evaluate(inAWorker, threads);
      return trained.finally(() => page.close());
    }

    test("isolated: two threads, the page being one of them, and the same bits as in Node on one", async () => {
      const trained = await inPage("isolated/", 2);
      expect([trained.threads, trained.isTogether]).toEqual(["2 threads", true]);
      expect(trained.bits).toEqual(alone.bits);
    });

    test("isolated, from a worker, which may sleep: three threads", async () => {
      const trained = await inPage("isolated/", 3, "worker");
      expect([trained.threads, trained.isTogether]).toEqual(["3 threads", true]);
      expect(trained.bits).toEqual(alone.bits);
    });

    test("isolated, but without the right to start workers: one thread at once, and it says why", async () => {
      const trained = await inPage("isolated/strict/", 2);
      expect(trained.threads).toBe("one thread: the page may not start workers");
      expect(trained.isTogether).toBe(false);
      expect(trained.bits).toEqual(alone.bits);
      const auto = await inPage("isolated/strict/", "auto");
      expect([auto.isTogether, auto.bits]).toEqual([false, alone.bits]);
    });

    test("not isolated: one thread, and it says why", async () => {
      const trained = await inPage("plain/", 2);
      expect(trained.threads).toMatch(/^one thread: .*cross-origin isolated/);
      expect(trained.isTogether).toBe(false);
      expect(trained.bits).toEqual(alone.bits);
    });
  },
);

type Runner = { readonly run: (threads: number | "auto") => Promise<Trained> };

function inThePage(threads: number | "auto"): Promise<Trained> {
  return (globalThis as unknown as Runner).run(threads);
}

function inAWorker(threads: number | "auto"): Promise<Trained> {
  const source = `importScripts(${JSON.stringify(new URL("run.js", location.href).href)}); run(${JSON.stringify(threads)}).then(postMessage);`;
  return new Promise((settle) => {
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    worker.addEventListener("message", ({ data }: MessageEvent<Trained>) => settle(data));
  });
}
