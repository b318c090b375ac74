import type { CompiledRun } from "../../plan/compiled.ts";
import type { Program } from "../../typed/program.ts";
import type { Emission } from "./emission.ts";
import { kernelsText, ownModules, type EmitOptions } from "./emit.ts";
import type { EmittedFile } from "./emitted-file.ts";
import { inspectModule, type Described } from "./inspect-module.ts";
import { addFile, addModule, openFolder } from "./modules.ts";
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

/** A folder that is run once and thrown away (so nothing in it is brought into canonical form): `inspect.ts` and what it needs. */
export function emitInspection(
  plan: InspectionPlan,
  program: Program,
  options: EmitOptions = {},
): readonly EmittedFile[] {
  const emission: Emission = {
    compiled: plan.run,
    program,
    pathFromFolder: options.pathFromFolder ?? ((path) => path),
    bound: options.bound ?? new Map(),
  };
  const folder = openFolder();
  const runtime = readRuntime();
  for (const [file, text] of runtime) addFile(folder, `runtime/${file}`, text);
  addFile(folder, "kernels.ts", kernelsText(plan.inspected));
  addFile(folder, "wasm.ts", emitWasmFiles(plan.inspected.plans).table);
  const modules = ownModules(emission).filter(
    ({ path }) => path !== "train.ts" && path !== "training.ts" && path !== "predict.ts",
  );
  const all = [
    ...modules,
    inspectModule({ ...emission, compiled: plan.inspected }, plan.values, plan.weights),
  ];
  for (const module of all) addModule(folder, module);
  const own = ["kernels.ts", "wasm.ts", ...all.map(({ path }) => path)];
  const wanted = own.flatMap((path) =>
    [...folder.texts.get(path)!.matchAll(/from "\.\/runtime\/([^"]+)"/g)].map((match) => match[1]!),
  );
  const paths = [...own, ...closeOver(runtime, wanted).map((file) => `runtime/${file}`)];
  return [
    { path: "package.json", text: `{ "type": "module" }\n` },
    ...paths.map((path) => ({ path, text: folder.texts.get(path)! })),
  ];
}
