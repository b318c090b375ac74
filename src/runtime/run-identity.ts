import type { RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { alignedFingerprint } from "./fingerprint.ts";
import { own } from "./own.ts";
import type { Sources } from "./prepare.ts";

/** Rows that a training read: from where, how many, and what they were. */
export interface SourceIdentity {
  /** What it was for: `all`, `train`, `validation` or `test`. */
  readonly part: string;
  readonly path: string;
  readonly rows: number;
  readonly hash: string;
}

/** What a checkpoint belongs to; it is saved beside the weights as plain JSON. */
export interface RunIdentity {
  /** The settings of the run by their names, as one would write them. */
  readonly settings: Readonly<Record<string, string>>;
  /** What was read. `bound` is the path that took the place of the spec's own source. */
  readonly data: readonly SourceIdentity[];
  readonly bound?: string;
  /** How many rows were for what. */
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** What wrote it. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Something that is no longer as it was. */
export interface Difference {
  readonly name: string;
  readonly was: string;
  readonly is: string;
}

const KEY = "identity";

/** For the metadata of a file of weights. */
export function identityToMetadata(identity: RunIdentity): Readonly<Record<string, string>> {
  return { [KEY]: JSON.stringify(identity) };
}

/** What the metadata say; undefined where they say nothing, as in files of other programs. */
export function identityFromMetadata(
  metadata: Readonly<Record<string, string>>,
  where: string,
): RunIdentity | undefined {
  const text = own(metadata, KEY);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isIdentity(value)) return value;
  } catch {
    // Said below.
  }
  throw new UserError(`${where} does not say soundly which run it is of.`);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): boolean =>
  isRecord(value) && Object.values(value).every((text) => typeof text === "string");

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function isIdentity(value: unknown): value is RunIdentity {
  if (!isRecord(value)) return false;
  const { settings, data, bound, rows, versions } = value;
  return (
    isTexts(settings) &&
    isTexts(versions) &&
    (bound === undefined || typeof bound === "string") &&
    isRecord(rows) &&
    ["train", "validation", "test"].every((part) => isCount(rows[part])) &&
    Array.isArray(data) &&
    data.every(isSource)
  );
}

function isSource(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { part, path, rows, hash } = value;
  return [part, path, hash].every((text) => typeof text === "string") && isCount(rows);
}

/** Who the sources are; tables with the columns in the order of the first of them. */
export function sourcesIdentity(sources: Sources): SourceIdentity[] {
  const layout = (sources.all ?? sources.train)?.layout;
  return Object.entries(sources).flatMap(([part, data]: readonly [string, RawData | undefined]) =>
    data === undefined
      ? []
      : [{ part, path: data.where, rows: data.rows, hash: alignedFingerprint(layout, data) }],
  );
}

/** What differs between the run that a state is of and the run that is to go on with it; where data lie does not count. */
export function differencesOf(before: RunIdentity, now: RunIdentity): Difference[] {
  const names = new Set([...Object.keys(before.settings), ...Object.keys(now.settings)]);
  const settings = [...names].map((name) => ({
    name,
    was: own(before.settings, name) ?? "none",
    is: own(now.settings, name) ?? "none",
  }));
  const parts = new Set([...before.data, ...now.data].map(({ part }) => part));
  const data = [...parts].map((part) => ({
    name: part === "all" ? "data" : `data of ${part}`,
    was: describeSource(before.data.find((source) => source.part === part)),
    is: describeSource(now.data.find((source) => source.part === part)),
  }));
  return [...settings, ...data].filter(({ was, is }) => was !== is);
}

function describeSource(source: SourceIdentity | undefined): string {
  return source === undefined ? "none" : `${source.rows} rows (${source.hash})`;
}
