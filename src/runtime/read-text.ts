import { maybeGunzip } from "./compression.ts";
import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { decodeText, type Encoding, readBytes, resolvePath } from "./files.ts";

/** A text cut into rows of `window` characters that begin `stride` characters apart. */
export interface TextSource {
  readonly path: string;
  readonly window: number;
  readonly stride?: number;
  readonly directory?: string;
  /** UTF-8 where nothing is said. */
  readonly encoding?: Encoding;
}

/** The characters of a text; ends of lines of two characters count as one. */
export function charactersOf(text: string): string[] {
  return Array.from(text.replaceAll("\r\n", "\n"));
}

/**
 * Two fields of each row: a stretch of the text, and the same shifted by one. Rows stay in the order of the text, and both fields
 * have one alphabet, that of the whole file.
 */
export async function readCharacters(
  fields: readonly Field[],
  { directory, path, window, stride = window, encoding }: TextSource,
): Promise<RawData> {
  const where = resolvePath(directory, path);
  const characters = charactersOf(
    decodeText(await maybeGunzip(await readBytes(where), where), where, encoding),
  );
  const rows = Math.floor((characters.length - window - 1) / stride) + 1;
  if (rows < 1)
    throw new UserError(
      `${where} has ${characters.length} characters; a row needs ${window + 1}, of which the last is only to be foreseen.`,
    );
  const cut = (shift: number): string[] =>
    Array.from({ length: rows * window }, (_, place) => {
      const row = Math.floor(place / window);
      return characters[row * stride + (place - row * window) + shift] as string;
    });
  const vocabulary = [...new Set(characters)];
  const [here, next] = fields;
  return {
    where,
    rows,
    columns: new Map(
      [here, next].flatMap((field, shift) =>
        field === undefined
          ? []
          : [[field.name, { shape: [window], values: cut(shift), vocabulary }] as const],
      ),
    ),
    inOrder: { reach: Math.ceil(window / stride) - 1 },
  };
}
