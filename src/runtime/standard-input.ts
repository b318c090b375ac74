import { decodeText, type Encoding } from "./files.ts";

/** All of the standard input as text. */
export async function readStandardInput(encoding?: Encoding): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin)
    chunks.push(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return decodeText(bytes, "the standard input", encoding);
}
