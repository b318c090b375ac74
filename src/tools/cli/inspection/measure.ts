import { dirname, isAbsolute, join, resolve } from "node:path";
import { compileInspection, type InspectedValue } from "../../../compiler/inspect.ts";
import type { Program, TypedRun } from "../../../compiler/typed/program.ts";
import type { BackendChoice } from "../../../runtime/device.ts";
import { describeError, UserError } from "../../../runtime/errors.ts";
import type { ValueStatistics } from "../../../runtime/value-statistics.ts";
import { resolveData } from "../data-paths.ts";
import { UsageError } from "../exit.ts";
import { openDims, stating } from "../open-dims.ts";
import { folderName } from "../run-folder.ts";
import { inspectHere } from "../../training/inspect-here.ts";

/** Names of what stays exactly 0 for a batch, whatever weights that begin at 0 become. */
export interface LastingZeros {
  readonly values: ReadonlySet<string>;
  readonly gradients: ReadonlySet<string>;
  readonly weights: ReadonlySet<string>;
}

/** Whether what a report shows is what the float64 interpreter has, in a sentence; or why nobody looked. */
export interface InspectionVerification {
  readonly sentence: string;
  readonly isBeyond: boolean;
}

/** A value of the network as one batch left it, beside the compiler's own estimate. */
export interface MeasuredValue extends InspectedValue {
  readonly value: ValueStatistics;
  readonly gradient: ValueStatistics;
}

export interface MeasuredWeight {
  readonly name: string;
  readonly value: ValueStatistics;
  readonly gradient: ValueStatistics;
}

/** How a run begins. */
export interface Measured {
  readonly run: string;
  readonly model: string;
  readonly data: string;
  /** The run's documentation: what the author says of it. */
  readonly about: string | undefined;
  readonly backend: string;
  readonly rows: number;
  readonly seed: number;
  readonly loss: number;
  readonly inputs: readonly { readonly name: string; readonly value: ValueStatistics }[];
  readonly values: readonly MeasuredValue[];
  readonly weights: readonly MeasuredWeight[];
  /** What is exactly 0 and stays so; without it all that is 0 is taken for that. */
  readonly lastingZeros?: LastingZeros;
  /** Whether these are the numbers of the float64 interpreter. */
  readonly verification?: InspectionVerification;
}

export interface MeasureOptions {
  readonly file: string;
  readonly set: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
  readonly backend?: string;
  readonly seed?: number;
  readonly folder?: string;
}

/** Sends one batch through the run's network as it begins, on the real backend. */
export async function measureInitialization(
  program: Program,
  run: TypedRun,
  options: MeasureOptions,
): Promise<Measured> {
  const inspection = stating(() =>
    compileInspection(run, { dims: openDims(program, options.set) }),
  );
  const base = options.file === "-" ? process.cwd() : dirname(resolve(options.file));
  const pathFromFolder = (path: string): string => (isAbsolute(path) ? path : resolve(base, path));
  const data = options.data.get(run.data.name);
  const result = await refusing(() =>
    inspectHere({ program, pathFromFolder, bound: new Map() }, inspection, {
      backend: (options.backend as BackendChoice | undefined) ?? automatic,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(data === undefined ? {} : { data: resolveData(data) }),
      // Weights of other runs lie in folders beside the one that training would make.
      folder: resolve(options.folder ?? join("runs", folderName(run.name))),
      here: base,
    }),
  );
  const values = inspection.values.map((value, index) => ({ ...value, ...result.values[index]! }));
  return {
    ...{ run: run.name, model: run.model.name, data: run.data.name },
    about: run.documentation?.trim(),
    ...result,
    values,
  };
}

const automatic: BackendChoice = "auto";

/** What the runtime says to a person is said as the command line says it. */
async function refusing<Made>(make: () => Promise<Made>): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(describeError(error));
    throw error;
  }
}
