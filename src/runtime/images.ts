import { UserError } from "./errors.ts";
import { runsInNode } from "./platform.ts";

/** As much of the package sharp as is used here; it is loaded when images are read, and only then. */
type Sharp = (path: string, options: { readonly failOn: "error" }) => SharpImage;

interface SharpImage {
  rotate(): SharpImage;
  resize(options: {
    readonly width: number;
    readonly height: number;
    readonly fit: "cover";
    readonly position: "centre";
  }): SharpImage;
  toColourspace(space: "srgb" | "b-w"): SharpImage;
  flatten(options: { readonly background: string }): SharpImage;
  ensureAlpha(): SharpImage;
  raw(): SharpImage;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<{
    readonly data: Uint8Array;
    readonly info: { readonly channels: number };
  }>;
}

/** Reads an image file as height × width × channels numbers from 0 to 1; 1 channel is grey, 3 are red, green and blue, 4 with alpha. */
export type ReadImage = (
  path: string,
  shape: readonly [height: number, width: number, channels: number],
) => Promise<Float32Array>;

/** What reads images here; a `UserError` that says what to install where there is nothing. */
export async function openImageReader(): Promise<ReadImage> {
  if (!runsInNode())
    throw new UserError("Images of a folder can be read in Node, not in a browser.");
  // The name is in a variable, so that programs type-check where the package is not installed.
  const packageName = "sharp";
  const loaded: unknown = await import(packageName).catch((error: unknown) => {
    throw new UserError("Reading images needs the package sharp, which is not installed here.", [
      "Install it: npm install sharp",
      error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
    ]);
  });
  const sharp = (loaded as { readonly default: Sharp }).default;
  return (path, shape) => readImage(sharp, path, shape);
}

/** Turned upright, resized so that it covers the shape, the middle cut out. What is transparent lies on black. */
async function readImage(
  sharp: Sharp,
  path: string,
  [height, width, channels]: readonly [number, number, number],
): Promise<Float32Array> {
  try {
    const upright = sharp(path, { failOn: "error" }).rotate();
    const sized = upright.resize({ width, height, fit: "cover", position: "centre" });
    const opaque = channels === 4 ? sized.ensureAlpha() : sized.flatten({ background: "#000" });
    const coloured = opaque.toColourspace(channels === 1 ? "b-w" : "srgb").raw();
    const { data, info } = await coloured.toBuffer({ resolveWithObject: true });
    if (info.channels !== channels)
      throw new Error(`it has ${info.channels} channels, and ${channels} are needed`);
    return Float32Array.from(data, (value) => value / 255);
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error))
      .trim()
      .split("\n");
    throw new UserError(`${path} cannot be read as an image: ${reason}.`);
  }
}
