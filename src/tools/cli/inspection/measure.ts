import type { BackendChoice } from "../../../runtime/device.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { OpenSize } from "../../../compiler/compile.ts";
import { compileInspection, type InspectedValue } from "../../../compiler/inspect.ts";
import { emitInspection } from "../../../compiler/passes/7-emit/emit-inspection.ts";
import type { Program, TypedRun } from "../../../compiler/typed/program.ts";
import type { ValueStatistics } from "../../../runtime/value-statistics.ts";
import { resolveData } from "../data-paths.ts";
import { UsageError } from "../exit.ts";
import { makeFolder } from "../make-folder.ts";
import { openDims } from "../open-dims.ts";
import { folderName } from "../run-folder.ts";
import { captureTypeScript } from "../run-typescript.ts";

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
}

export interface MeasureOptions {
  readonly file: string;
  readonly set: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
  readonly backend?: string;
  readonly seed?: number;
  readonly folder?: string;
}

/** Sends one batch through the run's network as it begins, by a generated program on the real backend. */
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
  const folder = mkdtempSync(join(tmpdir(), "nnspec-inspect-"));
  try {
    for (const { path, text } of emitInspection(inspection, program, { pathFromFolder })) {
      makeFolder(dirname(join(folder, path)));
      writeFileSync(join(folder, path), text);
    }
    const result = await runInspection(folder, run, options);
    const values = inspection.values.map((value, index) => ({
      ...value,
      ...result.values[index]!,
    }));
    return {
      run: run.name,
      model: run.model.name,
      data: run.data.name,
      about: run.documentation?.trim(),
      ...result,
      values,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Result = Pick<Measured, "backend" | "rows" | "seed" | "loss" | "inputs" | "weights"> & {
  readonly values: readonly Pick<MeasuredValue, "value" | "gradient">[];
};

const automatic: BackendChoice = "auto";

async function runInspection(
  folder: string,
  run: TypedRun,
  options: MeasureOptions,
): Promise<Result> {
  const data = options.data.get(run.data.name);
  const given = {
    backend: options.backend ?? automatic,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(data === undefined ? {} : { data: resolveData(data) }),
    // Weights of other runs lie in folders beside the one that training would make.
    folder: resolve(options.folder ?? join("runs", folderName(run.name))),
  };
  const { status, stdout, stderr } = await captureTypeScript(folder, script(given));
  if (status === 0) return JSON.parse(stdout, revive) as Result;
  if (status === refused) throw new UsageError(stderr.trim());
  throw new Error(`the inspection of run ${run.name} failed\n${stderr}`);
}

const refused = 2;

/** Numbers that JSON has no word for go by their names. */
function script(options: object): string {
  return `import { inspect } from "./inspect.ts";
import { describeError, UserError } from "./runtime/errors.ts";
const spell = (_, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
try { console.log(JSON.stringify(await inspect(${JSON.stringify(options)}), spell)); }
catch (error) { if (!(error instanceof UserError)) throw error; console.error(describeError(error)); process.exitCode = ${refused}; }`;
}

function revive(key: string, value: unknown): unknown {
  return key !== "name" && typeof value === "string" && /^(NaN|-?Infinity)$/.test(value)
    ? Number(value)
    : value;
}

/** A size that the file leaves open is the caller's to give. */
function stating<Made>(compute: () => Made): Made {
  try {
    return compute();
  } catch (error) {
    if (error instanceof OpenSize) throw new UsageError(error.message);
    throw error;
  }
}
