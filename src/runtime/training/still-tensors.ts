import type { Session } from "./session.ts";
import type { Parameter } from "./types.ts";

/** Two sums over the bits of a tensor: equal for tensors that are equal, and for hardly any others. */
type Fingerprint = readonly [number, number];

/** What the trained tensors are before the first step: fingerprints, because all of them twice might not fit into memory. */
export async function fingerprints(session: Session): Promise<ReadonlyMap<string, Fingerprint>> {
  const found = new Map<string, Fingerprint>();
  for (const { name } of session.training.parameters.filter(isTrained))
    found.set(name, fingerprint(await session.device.read(name)));
  return found;
}

/** Tells which trained tensors an epoch has not changed by one bit: they are not trained, whatever the loss does. */
export async function tellStill(
  session: Session,
  before: ReadonlyMap<string, Fingerprint>,
): Promise<void> {
  const after = await fingerprints(session);
  const still = [...after].filter(([name, print]) => isSame(print, before.get(name)!));
  if (still.length === 0) return;
  session.reporter.note(
    `warning: ${listed(still.map(([name]) => name))} did not change by one bit in the first epoch, so no gradient reaches ${still.length === 1 ? "it" : "them"}. ` +
      "Look for units that are 0 for every row and for inputs that are 0 in every row (`nnspec inspect` shows where it ends, `nnspec verify` whether the backend is at fault); " +
      "what is meant to stay is frozen: `freeze: on`.",
  );
}

function isTrained({ still }: Parameter): boolean {
  return still !== true;
}

function fingerprint(values: Float32Array): Fingerprint {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  let [one, other] = [0x811c9dc5, 0x2f0b4a27];
  for (const word of words) {
    one = Math.imul(one ^ word, 0x01000193);
    other = Math.imul(other + word, 0x9e3779b1) ^ (other >>> 15);
  }
  return [one, other];
}

function isSame(a: Fingerprint, b: Fingerprint): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** More than these are counted. */
const mostListed = 6;

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
