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
