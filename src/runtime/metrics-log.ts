import { spellNumber } from "./format-numbers.ts";
import { appendText, fileExists, readText, writeText } from "./files.ts";

/** metrics.jsonl: one JSON object a line, in the order of the training. */
export interface MetricsLog {
  append(line: Readonly<Record<string, unknown>>): Promise<void>;
}

/**
 * Starts the log afresh; or, with `keepThroughEpoch`, keeps the lines up to that epoch of an interrupted training and drops
 * what it did after its last saved state, a torn last line included.
 */
export async function openMetricsLog(path: string, keepThroughEpoch?: number): Promise<MetricsLog> {
  const kept =
    keepThroughEpoch !== undefined && (await fileExists(path))
      ? keepLines(await readText(path), keepThroughEpoch)
      : "";
  await writeText(path, kept);
  return { append: (line) => appendText(path, `${JSON.stringify(line, spellNumber)}\n`) };
}

function keepLines(text: string, epoch: number): string {
  const kept = text.split("\n").filter((line) => {
    const found = epochOf(line);
    return found !== undefined && found <= epoch;
  });
  return kept.map((line) => `${line}\n`).join("");
}

/** A line without an epoch belongs to the start. */
function epochOf(line: string): number | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    return "epoch" in value && typeof value.epoch === "number" ? value.epoch : 0;
  } catch {
    return undefined;
  }
}
