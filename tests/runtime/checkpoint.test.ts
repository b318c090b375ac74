import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadResume, loadTensors, saveResume, saveTensors } from "../../src/runtime/checkpoint.ts";
import {
  appendText,
  fileExists,
  makeDirectory,
  readBytes,
  readText,
  resolvePath,
  writeBytes,
  writeText,
} from "../../src/runtime/files.ts";
import { openMetricsLog } from "../../src/runtime/metrics-log.ts";

const folder = mkdtempSync(join(tmpdir(), "nnspec-checkpoint-"));
const weights = (value: number, size = 3) => [
  { name: "w", shape: [size], values: new Float32Array(size).fill(value) },
];

describe("checkpoints", () => {
  test("are read as they were written, counters and infinities included", async () => {
    const path = join(folder, "resume.safetensors");
    await saveResume(
      path,
      weights(2),
      { epoch: 3, step: 42, seconds: 1.5, best: -Infinity, since: 2 },
      { run: "Mlp" },
    );
    const file = await loadResume(path);
    expect(file.counters).toEqual({ epoch: 3, step: 42, seconds: 1.5, best: -Infinity, since: 2 });
    expect(file.metadata["run"]).toBe("Mlp");
    expect([...file.tensors.get("w")!.values]).toEqual([2, 2, 2]);
    expect(readdirSync(folder)).toEqual(["resume.safetensors"]);
  });

  test("without counters there is nothing to go on with", async () => {
    const path = join(folder, "best.safetensors");
    await saveTensors(path, weights(1));
    await expect(loadResume(path)).rejects.toThrow("holds no training to go on with");
    await saveTensors(path, weights(1), { counters: '{"epoch":-1,"step":0,"seconds":0}' });
    await expect(loadResume(path)).rejects.toThrow("holds no training to go on with");
    await expect(loadTensors(join(folder, "none"))).rejects.toThrow(
      "none cannot be read: there is no such file or folder.",
    );
  });

  test("a failed writing leaves the old file and nothing beside it", async () => {
    const path = join(folder, "kept");
    await writeText(path, "old");
    await expect(writeText(join(path, "x"), "new")).rejects.toThrow(
      "cannot be written: a part of the path is no folder.",
    );
    await expect(writeText(folder, "new")).rejects.toThrow("cannot be written");
    expect(existsSync(`${folder}.partial`)).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  test.skipIf(process.getuid?.() !== 0 || !existsSync("/dev/full"))(
    "a full disk is named",
    async () => {
      const path = join(folder, "full");
      const { symlinkSync } = await import("node:fs");
      symlinkSync("/dev/full", `${path}.partial`);
      await expect(writeText(path, "new")).rejects.toThrow(
        "full cannot be written: the disk is full.",
      );
      expect(existsSync(path)).toBe(false);
    },
  );

  test(
    "20 kills at random moments: never a torn file, always the last finished one or the next",
    { timeout: 60_000 },
    async () => {
      const path = join(folder, "killed.safetensors");
      // The child writes n into every value of 2 MB, prints n after each finished save, and goes on until it is killed.
      const script = join(folder, "writer.mts");
      writeFileSync(
        script,
        `
      import { saveTensors } from ${JSON.stringify(resolve("src/runtime/checkpoint.ts"))};
      for (let n = Number(process.argv[2]); ; n++) {
        const values = new Float32Array(500_000).fill(n);
        await saveTensors(${JSON.stringify(path)}, [{ name: "w", shape: [500_000], values }], { n: String(n) });
        process.stdout.write(n + "\\n");
      }`,
      );
      let first = 1;
      let kills = 0;
      while (kills < 20) {
        const said = await killAfter(script, first, 3 + ((kills * 7) % 40));
        kills += 1;
        if (said === 0 && !existsSync(path)) continue;
        const file = await loadTensors(path);
        const values = file.tensors.get("w")!.values;
        const found = values[0]!;
        expect(values.every((value) => value === found)).toBe(true);
        expect(file.metadata["n"]).toBe(String(found));
        expect(found).toBeGreaterThanOrEqual(said);
        expect(found).toBeLessThanOrEqual(Math.max(said, first - 1) + 1);
        first = found + 1;
      }
      expect(first).toBeGreaterThan(20);
    },
  );
});

/** The last number that the child printed before it was killed, `milliseconds` after its first. */
function killAfter(script: string, first: number, milliseconds: number): Promise<number> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, ["--import", "tsx", script, String(first)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    let planned = false;
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (!planned) setTimeout(() => child.kill("SIGKILL"), milliseconds);
      planned = true;
    });
    child.on("close", () => settle(Number(text.split("\n").at(-2) ?? 0)));
  });
}

describe("files", () => {
  test("text, bytes, appending, folders, marks", async () => {
    await makeDirectory(join(folder, "a/b"));
    await makeDirectory(join(folder, "a/b"));
    const path = join(folder, "a/b/c.txt");
    await writeText(path, "\ufeffü");
    await appendText(path, "x");
    expect(await readText(path)).toBe("üx");
    await writeBytes(path, Uint8Array.of(1, 2));
    expect([...(await readBytes(path))]).toEqual([1, 2]);
    expect([await fileExists(path), await fileExists(`${path}x`)]).toEqual([true, false]);
    await expect(readBytes(folder)).rejects.toThrow("cannot be read: it is a folder.");
    await expect(makeDirectory(path)).rejects.toThrow(
      "cannot be made: there is a file of that name.",
    );
  });

  test("what may not be read is named", async () => {
    const path = join(folder, "secret");
    await writeText(path, "x");
    chmodSync(path, 0);
    chmodSync(folder, 0o755);
    // Root may read everything: the test is nobody's for a moment.
    const root = process.getuid?.() === 0;
    if (root) process.seteuid!(65_534);
    try {
      await expect(readBytes(path)).rejects.toThrow("secret cannot be read: permission denied.");
    } finally {
      if (root) process.seteuid!(0);
    }
  });

  test("paths are relative to a folder, or to a module", () => {
    expect(resolvePath("/a/b", "c.csv")).toBe("/a/b/c.csv");
    expect(resolvePath("/a/b", "../c.csv")).toBe("/a/c.csv");
    expect(resolvePath("/a/b", "/c.csv")).toBe("/c.csv");
    expect(resolvePath("file:///a/b/train.ts", "data/c.csv")).toBe("/a/b/data/c.csv");
    expect(resolvePath(undefined, "c.csv")).toBe("c.csv");
    expect(resolvePath("/a", "https://example.org/c.csv")).toBe("https://example.org/c.csv");
  });
});

describe("metrics.jsonl", () => {
  const path = join(folder, "metrics.jsonl");
  const lines = async () => (await readText(path)).split("\n");

  test("starts afresh; going on keeps the lines up to the saved epoch, and no torn one", async () => {
    writeFileSync(path, "old\n");
    const log = await openMetricsLog(path);
    for (const epoch of [1, 2, 3]) await log.append({ epoch, loss: 1 / epoch });
    expect(await lines()).toEqual([
      '{"epoch":1,"loss":1}',
      '{"epoch":2,"loss":0.5}',
      '{"epoch":3,"loss":0.3333333333333333}',
      "",
    ]);
    await appendText(path, '{"epoch":4,"lo');
    const again = await openMetricsLog(path, 2);
    await again.append({ epoch: 3, loss: 0 });
    expect(await lines()).toEqual([
      '{"epoch":1,"loss":1}',
      '{"epoch":2,"loss":0.5}',
      '{"epoch":3,"loss":0}',
      "",
    ]);
  });
});
