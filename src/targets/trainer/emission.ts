import type { CompiledRun } from "../../compiler/plan/compiled.ts";
import type { Program } from "../../compiler/typed/program.ts";

/** What the modules of one generated folder are made from. */
export interface Emission {
  readonly compiled: CompiledRun;
  readonly program: Program;
  /** How a path that the spec writes is written from inside the generated folder; URLs stay as they are. */
  readonly pathFromFolder: (path: string) => string;
  /** Sources that take the place of those in the spec (`--data Name=path` at build). */
  readonly bound: ReadonlyMap<string, string>;
  /** The losses of the first steps, which the program's own test compares; or in a sentence why there are none. */
  readonly losses?: readonly number[] | string;
  /** Whether every kind of file can take the place of the source, as where all readers are at hand anyway. */
  readonly readsAnything?: boolean;
}

/** `digits.nnspec`: the spec as comments call it, without folders. */
export function specName({ program }: Emission): string {
  return program.path === "-"
    ? "the standard input"
    : program.path.slice(
        Math.max(program.path.lastIndexOf("/"), program.path.lastIndexOf("\\")) + 1,
      );
}

/** The data field that a model input reads. */
export function fieldOf({ compiled }: Emission, input: string): string {
  return compiled.run.inputs.get(input) ?? input;
}

/** The file of the weights that training keeps. */
export function keptFile({ compiled }: Emission): string {
  return `run/${compiled.run.keep.kind}.safetensors`;
}
