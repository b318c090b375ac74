import { UserError } from "./errors.ts";
import { nodeModule, runsInNode } from "./platform.ts";

/**
 * Unpacking with bounds, so that a small hostile file cannot fill the memory: 1 GiB in all, and 1,100 bytes out for each
 * byte in (deflate itself never reaches 1,033). No size written in a file is trusted.
 */
const MOST_BYTES = 2 ** 30;
const MOST_RATIO = 1100;

/** Whether the bytes begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The content of a gzip file. `where` names the file in messages. */
export async function gunzip(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  return unpack(bytes, "gzip", where, Math.min(MOST_BYTES, bytes.length * MOST_RATIO));
}

/** The bytes as they are, or unpacked where they are gzipped. */
export async function maybeGunzip(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  return isGzip(bytes) ? gunzip(bytes, where) : bytes;
}

/** Raw deflate that must give exactly `size` bytes. */
export async function inflateRaw(
  bytes: Uint8Array,
  where: string,
  size: number,
): Promise<Uint8Array> {
  const limit = Math.min(MOST_BYTES, bytes.length * MOST_RATIO);
  if (size > limit)
    throw new UserError(
      `${where} is refused: it claims to unpack to ${size} bytes from ${bytes.length}.`,
    );
  const content = await unpack(bytes, "deflate-raw", where, Math.max(size, 1));
  if (content.length !== size)
    throw new UserError(
      `${where} is damaged: it should unpack to ${size} bytes, and does to ${content.length}.`,
    );
  return content;
}

async function unpack(
  bytes: Uint8Array,
  format: "gzip" | "deflate-raw",
  where: string,
  limit: number,
): Promise<Uint8Array> {
  try {
    return await (runsInNode()
      ? unpackInNode(bytes, format, limit)
      : unpackInBrowser(bytes, format, limit));
  } catch (error) {
    if (error instanceof RangeError)
      throw new UserError(`${where} is refused: it unpacks to more than ${limit} bytes.`);
    throw new UserError(`${where} is damaged: it cannot be unpacked.`);
  }
}

function unpackInNode(
  bytes: Uint8Array,
  format: "gzip" | "deflate-raw",
  limit: number,
): Promise<Uint8Array> {
  const zlib = nodeModule("node:zlib");
  const method = format === "gzip" ? zlib.gunzip : zlib.inflateRaw;
  return new Promise((resolve, reject) => {
    method(bytes, { maxOutputLength: limit }, (error, content) =>
      error === null ? resolve(content) : reject(error),
    );
  });
}

async function unpackInBrowser(
  bytes: Uint8Array,
  format: "gzip" | "deflate-raw",
  limit: number,
): Promise<Uint8Array> {
  const reader = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream(format))
    .getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) throw new RangeError("too large");
    chunks.push(value);
  }
  const content = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    content.set(chunk, offset);
    offset += chunk.length;
  }
  return content;
}
