import { defineSetting } from "./setting.ts";

declare module "../typed/program.ts" {
  interface TypedRun {
    /** Model input → data field. */
    readonly inputs: ReadonlyMap<string, string>;
  }
}

export const inputs = defineSetting({
  name: "inputs",
  summary: "Which field of the data each input of the model takes.",
  takes: "`(input: field)`",
  otherwise: "by name",
  example: "inputs: (image: picture)",
  infer: ({ read }) => {
    const fields = read("inputs");
    return fields && { inputs: fields };
  },
});
