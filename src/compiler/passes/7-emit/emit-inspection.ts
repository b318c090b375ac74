import type { CompiledRun } from "../../plan/compiled.ts";
import type { Program } from "../../typed/program.ts";
import { beginningModule } from "./beginning-module.ts";
import type { Emission } from "./emission.ts";
import { kernelsText, ownModules, type EmitOptions } from "./emit.ts";
import type { EmittedFile } from "./emitted-file.ts";
import { inspectModule, type Described } from "./inspect-module.ts";
import { addFile, addModule, openFolder, type ModuleText } from "./modules.ts";
import { closeOver, readRuntime } from "./runtime-files.ts";
import { emitWasmFiles } from "../../../backends/wasm/emit-module.ts";

export interface InspectionPlan {
  /** The run as it trains: where its data and tensors come from. */
  readonly run: CompiledRun;
  /** The same with a training plan that gives the described values. */
  readonly inspected: CompiledRun;
  readonly values: readonly Described[];
  readonly weights: readonly Described[];
}

/** A folder that is run once and thrown away: `inspect.ts` and what it needs. */
export function emitInspection(
  plan: InspectionPlan,
  program: Program,
  options: EmitOptions = {},
): readonly EmittedFile[] {
  const emission = emissionOf(plan.run, program, options);
  return emitOnce(
    emission,
    inspectModule({ ...emission, compiled: plan.inspected }, plan.values, plan.weights),
    new Map([
      ["kernels.ts", kernelsText(plan.inspected)],
      ["wasm.ts", emitWasmFiles(plan.inspected.plans).table],
    ]),
  );
}

/** A folder that is run once and thrown away: `beginning.ts`, which writes down what a training begins with, and what it needs. */
export function emitBeginning(
  compiled: CompiledRun,
  program: Program,
  options: EmitOptions = {},
): readonly EmittedFile[] {
  const emission = emissionOf(compiled, program, options);
  return emitOnce(emission, beginningModule(emission));
}

function emissionOf(compiled: CompiledRun, program: Program, options: EmitOptions): Emission {
  return {
    compiled,
    program,
    pathFromFolder: options.pathFromFolder ?? ((path) => path),
    bound: options.bound ?? new Map(),
  };
}

/** The data and the tensors of a run with one more module. Nothing is brought into canonical form, as nobody will read it. */
function emitOnce(
  emission: Emission,
  main: ModuleText,
  texts: ReadonlyMap<string, string> = new Map(),
): readonly EmittedFile[] {
  const folder = openFolder();
  const runtime = readRuntime();
  for (const [file, text] of runtime) addFile(folder, `runtime/${file}`, text);
  for (const [path, text] of texts) addFile(folder, path, text);
  const modules = ownModules(emission).filter(
    ({ path }) => path !== "train.ts" && path !== "training.ts" && path !== "predict.ts",
  );
  for (const module of [...modules, main]) addModule(folder, module);
  const own = [...texts.keys(), ...modules.map(({ path }) => path), main.path];
  const wanted = own.flatMap((path) =>
    [...folder.texts.get(path)!.matchAll(/from "\.\/runtime\/([^"]+)"/g)].map((match) => match[1]!),
  );
  const paths = [...own, ...closeOver(runtime, wanted).map((file) => `runtime/${file}`)];
  return [
    { path: "package.json", text: `{ "type": "module" }\n` },
    ...paths.map((path) => ({ path, text: folder.texts.get(path)! })),
  ];
}
