import { UserError } from "./errors.ts";

/** What `--threads` takes: a number; or auto, for as many as are faster. */
export function threadCount(text = "auto"): number | undefined {
  if (text === "auto") return undefined;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 64) return count;
  throw new UserError(
    `--threads takes auto or a whole number from 1 to 64; found ${JSON.stringify(text)}.`,
  );
}
