import { carried } from "./carried.ts";
import { UserError } from "./errors.ts";
import { recordOf } from "./own.ts";
import type { Preparation } from "./prepare.ts";
import { isTableLayout } from "./table-layout.ts";

/** A preparation as JSON, for the metadata of a file of weights. */
export function preparationToText(preparation: Preparation): string {
  return JSON.stringify(preparation);
}

/** The preparation that `preparationToText` wrote; checked, because files come from anywhere. */
export function preparationFromText(text: string | undefined, where: string): Preparation {
  const value = parse(text ?? "");
  if (isRecord(value) && isRecord(value["classNames"]) && isRecord(value["normalizations"])) {
    const names = Object.entries(value["classNames"]);
    const normalizations = Object.entries(value["normalizations"]);
    if (
      names.every(([, list]) => isListOf(list, "string")) &&
      normalizations.every(([, form]) => isNormalization(form))
    ) {
      return {
        classNames: recordOf(names) as Preparation["classNames"],
        normalizations: recordOf(normalizations) as Preparation["normalizations"],
        ...(carried.layouts && isTableLayout(value["layout"]) && { layout: value["layout"] }),
      };
    }
  }
  throw new UserError(
    `${where} does not say how the data were prepared; it was not written by this program.`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isListOf = (value: unknown, type: "string" | "number"): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === type);

function isNormalization(value: unknown): boolean {
  if (!isRecord(value)) return false;
  if (carried.whitening && !isWhitening(value["whitening"])) return false;
  const lists = [value["shift"], value["factor"], value["offset"]];
  return (
    lists.every((list) => isListOf(list, "number")) &&
    new Set(lists.map((list) => (list as unknown[]).length)).size === 1
  );
}

/** Nothing, or the directions have as many numbers as there are scales times means. */
function isWhitening(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isRecord(value) || typeof value["basis"] !== "string") return false;
  const { mean, scale, basis } = value;
  if (!isListOf(mean, "number") || !isListOf(scale, "number")) return false;
  const bytes = (mean as unknown[]).length * (scale as unknown[]).length * 4;
  return /^[A-Za-z0-9+/]*={0,2}$/.test(basis) && basis.length === Math.ceil(bytes / 3) * 4;
}
