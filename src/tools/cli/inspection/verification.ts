import type { Program, TypedRun } from "../../../compiler/typed/program.ts";
import { openDims } from "../open-dims.ts";
import { duration, wholeBatchCost } from "../verification/affordable.ts";
import { largestOf, sentence } from "../verification/print.ts";
import { isBeyond, verifyRun, type Verified } from "../verification/verify-run.ts";
import type { InspectionVerification, Measured, MeasureOptions } from "./measure.ts";

/** What an interpretation may cost for a report: a second or two. */
const mostOperations = 1e8;

/**
 * Holds the backend of a report against the float64 interpreter, on the same batch: the gradients that the report shows, by their
 * means and spreads, and a step of the training itself. Not done where it takes much longer than the report.
 */
export async function verifyInspection(
  program: Program,
  run: TypedRun,
  measured: Measured,
  options: MeasureOptions,
): Promise<InspectionVerification> {
  const { operations, seconds } = wholeBatchCost(run, openDims(program, options.set));
  if (operations > mostOperations) return notCompared(`takes about ${duration(seconds)} for it`);
  const { backend: name, seed } = measured;
  const backend = name === "wasm" || name === "cpu" ? name : "gpu";
  const verified = await verifyRun(program, run, { ...options, backend, seed });
  if ("refused" in verified) return notCompared(verified.refused);
  if (verified.backends.length === 0)
    return notCompared(verified.absent.map(({ why }) => why).join("; "));
  return judge(verified, measured);
}

function notCompared(why: string): InspectionVerification {
  return {
    sentence: `not compared with the float64 interpreter: ${why}; \`nnspec verify\` does it`,
    isBeyond: false,
  };
}

function judge(verified: Verified, measured: Measured): InspectionVerification {
  const wrong = verified.backends.find(isBeyond);
  if (wrong) return { sentence: `${wrong.name} ${sentence(wrong)}`, isBeyond: true };
  const shown = deviatingWeights(verified, measured);
  if (shown.length > 0)
    return {
      sentence: `${measured.backend} shows other gradients than the float64 interpreter has, of ${shown.join(", ")}: report this file, it is a fault of nnspec`,
      isBeyond: true,
    };
  const [first] = verified.backends;
  return {
    sentence: `${first!.name} computes what the float64 interpreter does, within rounding: largest deviation of a gradient ${largestOf(first!.gradients)}`,
    isBeyond: false,
  };
}

/** Mean and spread of a gradient differ by no more than its elements do. */
function deviatingWeights({ weights }: Verified, measured: Measured): readonly string[] {
  const shown = new Map(measured.weights.map(({ name, gradient }) => [name, gradient]));
  return weights
    .filter(({ name, mean, deviation, explained }) => {
      const found = shown.get(name);
      return (
        found !== undefined &&
        found.notFinite === 0 &&
        Math.max(Math.abs(found.mean - mean), Math.abs(found.deviation - deviation)) > explained
      );
    })
    .map(({ name }) => name);
}
