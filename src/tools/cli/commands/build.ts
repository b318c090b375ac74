import { dirname, resolve } from "node:path";
import type { BuildOptions } from "../program.ts";
import { chooseRun, programOf } from "../runs.ts";
import { writeTrainer } from "../trainer.ts";

/** Writes the standalone trainer of a run and says how to start it. */
export async function build(file: string, options: BuildOptions): Promise<void> {
  const program = programOf(file, options.set);
  if (!program) return;
  const run = chooseRun(program, options.run);
  const base = file === "-" ? process.cwd() : dirname(resolve(file));
  const written = await writeTrainer(program, run, options.out, { base, data: options.data });
  process.stderr.write(`${written.length} files in ${options.out}; start it with: cd ${options.out} && npm install && npm start\n`);
}
