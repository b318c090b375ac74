import { format } from "prettier";
import type { CompiledRun } from "../../plan/compiled.ts";
import type { Program } from "../../typed/program.ts";
import { augmentModule, workerModule } from "./augment-module.ts";
import { dataModule } from "./data-module.ts";
import type { Emission } from "./emission.ts";
import type { EmittedFile } from "./emitted-file.ts";
import { emitKernels } from "../../../backends/gpujs/emit-kernels.ts";
import { modelModule } from "./model-module.ts";
import { addFile, addModule, openFolder, type Folder, type ModuleText } from "./modules.ts";
import { packageFiles } from "./package-files.ts";
import { predictModule } from "./predict-module.ts";
import { closeOver, readRuntime } from "./runtime-files.ts";
import { samplingFiles } from "./sampling-files.ts";
import { trainingModule, trainModule } from "./train-module.ts";
import { emitWasmFiles } from "../../../backends/wasm/emit-module.ts";

export type { EmittedFile } from "./emitted-file.ts";

export interface EmitOptions {
  /** How a path that the spec writes is written from inside the generated folder. */
  readonly pathFromFolder?: (path: string) => string;
  /** `--data Name=path` given at build. */
  readonly bound?: ReadonlyMap<string, string>;
  /** Fused multiplication and addition in the WebAssembly module. */
  readonly relaxedSimd?: boolean;
}

/** The generated folder of a run: its own modules, the runtime files that these use, and what makes it a package. */
export async function emit(
  compiled: CompiledRun,
  program: Program,
  options: EmitOptions = {},
): Promise<readonly EmittedFile[]> {
  const emission: Emission = {
    compiled,
    program,
    pathFromFolder: options.pathFromFolder ?? ((path) => path),
    bound: options.bound ?? new Map(),
  };
  const folder = openFolder();
  const runtime = readRuntime();
  for (const [file, text] of runtime) addFile(folder, `runtime/${file}`, text);
  addFile(folder, "kernels.ts", kernelsText(compiled));
  const wasm = emitWasmFiles(compiled.plans, undefined, undefined, {
    relaxedSimd: options.relaxedSimd ?? false,
  });
  addFile(folder, "wasm.ts", wasm.table);
  const sampling = samplingFiles(compiled);
  for (const { path, text } of sampling) addFile(folder, path, text);
  const own = ownModules(emission);
  for (const module of own) addModule(folder, module);
  const used = closeOver(
    runtime,
    usedRuntime(folder, ["kernels.ts", "wasm.ts", ...own.map(({ path }) => path)]),
  );
  const paths = [
    "train.ts",
    "training.ts",
    "model.ts",
    "kernels.ts",
    "wasm.ts",
    ...own.map(({ path }) => path).filter((path) => path.startsWith("augment")),
    "data.ts",
    "predict.ts",
    ...sampling.map(({ path }) => path),
    ...used.map((file) => `runtime/${file}`),
  ];
  const sources = await Promise.all(paths.map((path) => printed(folder, path)));
  const text = { path: "wasm.wat", text: wasm.text };
  const rest = await Promise.all(
    packageFiles(emission, [...sources, text]).map(async ({ path, text }) => ({
      path,
      text: await pretty(path, text),
    })),
  );
  return [...sources, text, ...rest];
}

/** The modules of the run itself, in the order in which they need each other. */
export function ownModules(emission: Emission): readonly ModuleText[] {
  return [
    augmentModule,
    workerModule,
    dataModule,
    modelModule,
    trainingModule,
    trainModule,
    predictModule,
  ]
    .map((make) => make(emission))
    .filter((module) => module !== undefined);
}

/** The kernels, with the plans under one name. */
export function kernelsText(compiled: CompiledRun): string {
  return `${emitKernels(compiled.plans).text}\nexport const plans = { ${Object.keys(compiled.plans).join(", ")} };\n`;
}

function usedRuntime({ texts }: Folder, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) =>
    [...texts.get(path)!.matchAll(/from "\.\/runtime\/([^"]+)"/g)].map((match) => match[1]!),
  );
}

/** The files of the runtime lie in this repository as prettier prints them (a test holds that), so they go along as they are. */
async function printed({ texts }: Folder, path: string): Promise<EmittedFile> {
  const text = texts.get(path)!;
  return { path, text: path.startsWith("runtime/") ? text : await pretty(path, text) };
}

const parsers = { ts: "typescript", json: "json", md: "markdown" } as const;

async function pretty(path: string, text: string): Promise<string> {
  const ending = path.slice(path.lastIndexOf(".") + 1) as keyof typeof parsers;
  return format(text, { parser: parsers[ending], printWidth: 100, endOfLine: "lf" });
}
