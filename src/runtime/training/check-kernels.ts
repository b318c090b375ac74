import { openTerminal } from "../terminal.ts";
import type { DeviceKernel, DevicePlan } from "../device-plan.ts";
import type { TrainingDefinition } from "./definition.ts";

/** The functions of the plans are texts, which no compiler reads: each must be one of JavaScript. Gives the exit code. */
export async function checkKernels(training: TrainingDefinition): Promise<number> {
  const terminal = openTerminal();
  const programs: readonly DevicePlan[] = Object.values(training.plans);
  const sources = new Set(programs.flatMap(kernelsOf).map(([, , source]) => source));
  const faults = [...sources].flatMap(faultOf);
  for (const fault of faults) terminal.writeError(`kernels.ts: ${fault}\n`);
  if (faults.length > 0) return 1;
  terminal.write(`${sources.size} kernels are functions\n`);
  return 0;
}

function kernelsOf({ steps }: DevicePlan): readonly DeviceKernel[] {
  return steps.flatMap((step) => {
    if ("stream" in step) return [];
    return "body" in step ? step.body : [step];
  });
}

function faultOf(source: string): readonly string[] {
  try {
    if (typeof new Function(`return (${source.trim()});`)() === "function") return [];
    return [`no function: ${source.trim().split("\n")[0]}`];
  } catch (error) {
    return [`${error instanceof Error ? error.message : String(error)} in:\n${source.trim()}`];
  }
}
