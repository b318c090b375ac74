import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chromium, runInChromium, skipLoudly } from "../support/gl.ts";
import { sampleMemory } from "../support/process-memory.ts";
import type { MemoryUse } from "./memory-scenario.ts";

const scenario = fileURLToPath(new URL("memory-scenario.ts", import.meta.url));

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

test.skipIf(skipLoudly("texture memory in Chromium", chromium()))(
  "texture memory is flat over 2,000 steps in Chromium",
  async () => {
    const { result, samples } = await sampleMemory(runInChromium(scenario, 2000));
    const { backend, textures, heap } = result as MemoryUse;
    expect(backend).toBe("webgl2");
    expect(textures).toHaveLength(20);
    expect(textures[0]).toBeGreaterThan(30);
    expect(new Set(textures)).toEqual(new Set([textures[0]]));
    expect(heap.at(-1)!).toBeLessThan(heap[4]! * 1.5 + 20e6);
    // One leaked texture a kernel and step would be 80,000 textures: gigabytes.
    const half = samples.slice(Math.floor(samples.length / 2), -1);
    expect(median(half.slice(Math.floor(half.length / 2)))).toBeLessThan(
      median(half.slice(0, Math.floor(half.length / 2))) + 60e6,
    );
  },
  120_000,
);
