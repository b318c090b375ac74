import { defineSource } from "../define.ts";

export const idx = defineSource({
  name: "idx",
  summary: "The files of MNIST, also gzipped: one for each field.",
  formula: "bytes as they are: `normalize: scale(0 .. 1)` brings 0 .. 255 to 0 .. 1",
  arguments: {},
  runtime: { files: ["read-idx.ts"], read: "readIdx" },
  other: { read: "readOtherIdx", names: /(?:\.idx|-ubyte)(?:\.gz)?$/i },
  exact: true,
  paths: [],
  fieldArguments: true,
  example: 'source: idx(image: "train-images-idx3-ubyte.gz", label: "train-labels-idx1-ubyte.gz")',
});
