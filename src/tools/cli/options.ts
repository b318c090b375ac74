import type { Format } from "./output.ts";

/** Options that several commands share. */
export interface SharedOptions {
  readonly set: ReadonlyMap<string, string>;
  readonly format: Format;
}

export interface BuildOptions {
  readonly out: string;
  /** What is made of the run, by its name in `nnspec list targets`. */
  readonly target: string;
  /** Only look whether the folder is what would be written. */
  readonly check?: boolean;
  readonly run?: string;
  readonly relaxedSimd?: boolean;
  readonly wat?: boolean;
  readonly set: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
}

/** Where the tensors are computed. */
export interface DeviceOptions {
  readonly backend?: string;
  readonly threads?: string;
  readonly calibrate?: boolean;
}

export interface InspectOptions extends SharedOptions {
  readonly run?: string;
  readonly data: ReadonlyMap<string, string>;
  readonly backend?: string;
  readonly seed?: number;
  readonly html?: string;
}

export interface VerifyOptions extends SharedOptions {
  readonly run?: string;
  readonly data: ReadonlyMap<string, string>;
  readonly backend?: string;
  readonly threads?: string;
  readonly rows?: number;
  readonly seed?: number;
}

export interface TrainOptions extends SharedOptions, DeviceOptions {
  readonly run?: string;
  readonly data: ReadonlyMap<string, string>;
  readonly epochs?: number;
  readonly seed?: number;
  /** How many parts of the rows validate, each once. */
  readonly folds?: number;
  readonly runDir?: string;
  readonly resume: boolean;
  /** Settings that may be others than those of the state that is gone on from. */
  readonly accept?: string;
  /** What is reported before training: how the network begins. */
  readonly inspect?: "init";
}

export interface RunFolderOptions extends DeviceOptions {
  readonly tta?: boolean;
  readonly data: ReadonlyMap<string, string>;
  readonly checkpoint?: string;
  readonly format: Format;
}

export interface PredictOptions extends Omit<RunFolderOptions, "data" | "format"> {
  readonly samples?: number;
  readonly header?: string;
  readonly measure?: boolean;
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

/** The same options for a generated program. */
export function deviceArguments({ backend, threads, calibrate }: DeviceOptions): readonly string[] {
  return [
    ...(backend === undefined ? [] : ["--backend", backend]),
    ...(threads === undefined ? [] : ["--threads", threads]),
    ...(calibrate === true ? ["--calibrate"] : []),
  ];
}
