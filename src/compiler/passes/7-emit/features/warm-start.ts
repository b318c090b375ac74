import { literal, name, ts, type Code } from "../code.ts";
import { loadedFiles } from "../loaded-files.ts";
import type { RunShape } from "../run-shape.ts";
import { loadFile, weightFile } from "../weight-files.ts";
import type { TrainFeature } from "./feature.ts";

/** `load: …`: weights of other trainings in the place of drawn ones, with the running statistics of their layers. */
export function warmStart({ emission, run }: RunShape): TrainFeature | undefined {
  const files = loadedFiles({ emission, run });
  if (files.length === 0) return undefined;
  const loads = files.map(({ source, tensors }, index) => {
    const [where, file, taken] = ["source", "file", "taken"].map((what) =>
      name(`${what}${index + 1}`),
    ) as [Code, Code, Code];
    return ts`const ${where} = ${weightFile(source, emission)};
  const ${file} = ${loadFile(source, where, emission)};
  const ${taken} = pick(${file}, ${literal(tensors.map(({ name: path, shape }) => ({ name: path, shape: [...shape] })))}, ${where});
  writeTensors(device, ${taken});
  session.warmStarts.push(reportWarmStart(${where}, ${file}, ${taken}, kept));`;
  });
  return {
    sessionFields: ts`  /** What was loaded in the place of drawn weights. */
  readonly warmStarts: WarmStart[];`,
    sessionValues: ts`warmStarts: [],`,
    begun: ts`const { folder } = session;
  ${loads}`,
    started: ts`...(session.warmStarts.length > 0 ? { warmStarts: session.warmStarts, drawn: drawnAfresh(session.warmStarts) } : {}),`,
    functions: ts`/** Parameters that no file gave. */
function drawnAfresh(warmStarts: readonly WarmStart[]): string[] {
  const taken = new Set(warmStarts.flatMap((warmStart) => warmStart.taken));
  return parameters.map(({ name }) => name).filter((name) => !taken.has(name));
}`,
  };
}
