import { defineSource } from "../define.ts";

export const npy = defineSource({
  name: "npy",
  summary: "NumPy arrays, one file for each field.",
  formula: "the first axis of every array is the examples",
  arguments: {},
  runtime: { files: ["read-npy.ts"], read: "readNpy" },
  other: { read: "readOtherNpy", names: /\.npy$/i },
  exact: true,
  paths: [],
  fieldArguments: true,
  example: 'source: npy(image: "x.npy", label: "y.npy")',
});
