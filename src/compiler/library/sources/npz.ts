import { defineSource } from "../define.ts";

export const npz = defineSource({
  name: "npz",
  summary: "Several NumPy arrays in one file.",
  formula: "the first axis of every array is the examples",
  arguments: {
    path: { kind: "text", summary: "The file, relative to the spec." },
  },
  runtime: { files: ["read-npz.ts", "read-npy.ts"], read: "readNpz" },
  other: { read: "readOtherNpz", names: /\.npz$/i },
  exact: true,
  paths: ["path"],
  fieldArguments: true,
  example: 'source: npz("cifar10.npz", image: "x", label: "y")',
  pitfalls: "A field takes the array of its own name unless the argument of its name says another.",
});
