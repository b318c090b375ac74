import { defineSource } from "../define.ts";

export const csv = defineSource({
  name: "csv",
  summary: "A table in a text file, also gzipped; one row an example.",
  formula:
    "the target column is the second field of the data, the other columns in order are the first",
  arguments: {
    path: { kind: "text", summary: "The file, relative to the spec." },
    target: {
      kind: "text",
      named: true,
      optional: true,
      summary: "The column that is the second field.",
    },
    ignore: {
      kind: "text",
      list: true,
      named: true,
      optional: true,
      summary: "Columns that are left out.",
    },
    header: {
      kind: "switch",
      named: true,
      default: true,
      summary:
        'Whether the first line names the columns; otherwise they are called "1", "2" and so on.',
    },
    numbers: {
      kind: "text",
      list: true,
      named: true,
      optional: true,
      summary: "Columns of labels that are numbers: `7`, `07` and `7.0` are one class.",
    },
    skip: {
      kind: "integer",
      named: true,
      minimum: 0,
      default: 0,
      summary: "Lines to leave out before everything else.",
    },
    delimiter: {
      kind: "text",
      named: true,
      optional: true,
      summary: "What separates columns; a comma when left out.",
    },
    encoding: {
      kind: "symbol",
      choices: ["utf8", "latin1", "utf16"],
      named: true,
      optional: true,
      summary: "How characters are written as bytes; UTF-8 when left out.",
    },
  },
  reads: "table",
  runtime: { files: ["read-csv.ts"], read: "readCsv" },
  other: { read: "readOtherTable", names: /\.[ct]sv(?:\.gz)?$/i },
  exact: true,
  paths: ["path"],
  fieldArguments: true,
  example: 'source: csv("digits.csv.gz", target: "digit", ignore: "id")',
  pitfalls:
    "A label is its text: `7`, `07` and `7.0` are three classes unless `numbers` names the column. Labels that are not the integers 0 to n - 1 are sorted and numbered; their names are kept for predictions.",
});
