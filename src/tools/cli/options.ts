import type { Format } from "./output.ts";

/** Options that several commands share. */
export interface SharedOptions {
  readonly set: ReadonlyMap<string, string>;
  readonly format: Format;
}

export interface BuildOptions {
  readonly out: string;
  readonly run?: string;
  readonly relaxedSimd?: boolean;
  readonly set: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
}

export interface InspectOptions extends SharedOptions {
  readonly run?: string;
  readonly data: ReadonlyMap<string, string>;
  readonly backend?: string;
  readonly seed?: number;
  readonly html?: string;
}

export interface TrainOptions extends SharedOptions {
  readonly run?: string;
  readonly data: ReadonlyMap<string, string>;
  readonly backend?: string;
  readonly epochs?: number;
  readonly seed?: number;
  readonly runDir?: string;
  readonly resume: boolean;
  /** What is reported before training: how the network begins. */
  readonly inspect?: "init";
}

export interface RunFolderOptions {
  readonly tta?: boolean;
  readonly data: ReadonlyMap<string, string>;
  readonly backend?: string;
  readonly checkpoint?: string;
  readonly format: Format;
}

export interface PredictOptions extends Omit<RunFolderOptions, "data" | "format"> {
  readonly samples?: number;
}

export interface CheckOptions {
  readonly set: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
  readonly format: "pretty" | "json" | "github" | "sarif" | "junit";
  readonly errorOnWarning: boolean;
  readonly fix: boolean;
}

export interface DiffOptions {
  readonly set: ReadonlyMap<string, string>;
  readonly format: "pretty" | "json" | "markdown";
}
