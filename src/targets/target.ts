import type { Diagnostic } from "../compiler/base/diagnostics/diagnostic.ts";
import { invariant } from "../compiler/base/invariant.ts";
import { hasErrors, type Outcome } from "../compiler/base/outcome.ts";
import type { Compilation } from "../compiler/compile.ts";

/** A file of what is generated. */
export interface EmittedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** What every target is told of the folder that its files go into. */
export interface TargetOptions {
  /** How a path that the spec writes is written from inside the generated folder. */
  readonly pathFromFolder?: (path: string) => string;
  /** `--data Name=path` given at build. */
  readonly bound?: ReadonlyMap<string, string>;
}

/**
 * Something that a compiled run is turned into: a program, a model of another tool, a picture. A target lowers nothing; what it
 * takes of the run it asks the compilation for, which makes no more than that.
 */
export interface Target<Options extends TargetOptions = TargetOptions> {
  /** As `nnspec build --target` calls it. */
  readonly name: string;
  /** What it makes, for `nnspec list targets`. */
  readonly summary: string;
  /** What the run has that this target cannot express: nothing is generated where an error is among these. */
  refuses(compilation: Compilation): readonly Diagnostic[];
  files(compilation: Compilation, options: Options): Promise<readonly EmittedFile[]>;
}

/** The files of a run for a target, or why it has none. */
export async function generate<Options extends TargetOptions>(
  target: Target<Options>,
  compilation: Compilation,
  options: Options,
): Promise<Outcome<readonly EmittedFile[]>> {
  const diagnostics = target.refuses(compilation);
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const files = await target.files(compilation, options);
  verifyFiles(target.name, files);
  return { value: files, diagnostics };
}

/** Each path once, and none that leads out of the folder. */
function verifyFiles(name: string, files: readonly EmittedFile[]): void {
  const paths = files.map(({ path }) => path);
  invariant(new Set(paths).size === paths.length, `${name} writes no file twice`);
  const inside = /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\]+$/;
  for (const path of paths) invariant(inside.test(path), `${name} writes inside of its folder`);
}
