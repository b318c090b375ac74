import * as fc from "fast-check";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../../src/runtime/csv.ts";
import { describeError } from "../../src/runtime/errors.ts";
import { decodeText } from "../../src/runtime/files.ts";
import { readTable, type CsvSource } from "../../src/runtime/read-csv.ts";

const cellsOf = (text: string, options = {}) => parseCsv(text, options).map(({ cells }) => cells);
const failure = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return describeError(error);
  }
  throw new Error("nothing was refused");
};

describe("CSV", () => {
  test("equals csv-parse on random tables, however they are quoted and ended", () => {
    const cell = fc.oneof(
      fc.stringMatching(/^[a-z0-9 .-]{0,6}$/),
      fc.string({
        unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r\n", " ", "ü", "𝕏"),
        maxLength: 6,
      }),
    );
    const table = fc.record({
      rows: fc.integer({ min: 1, max: 5 }).chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
          minLength: 1,
          maxLength: 6,
        }),
      ),
      quoteAll: fc.boolean(),
      end: fc.constantFrom("\n", "\r\n", "\r"),
      last: fc.boolean(),
      mark: fc.boolean(),
      delimiter: fc.constantFrom(",", ";", "\t", "|"),
    });
    fc.assert(
      fc.property(table, ({ rows, quoteAll, end, last, mark, delimiter }) => {
        const quote = (text: string) =>
          quoteAll || /["\r\n,;\t|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        const text =
          (mark ? "\ufeff" : "") +
          rows.map((row) => row.map(quote).join(delimiter)).join(end) +
          (last ? end : "");
        const expected: string[][] = parse(text, {
          delimiter,
          bom: true,
          skip_empty_lines: true,
          record_delimiter: end,
          relax_column_count: true,
        });
        expect(cellsOf(text, { delimiter })).toEqual(expected);
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  test("knows the line of each record", () => {
    const text = 'skipped\n"a\nb",1\n\n\nc,2\r\n"d\r\n\r\n",3\re,4';
    expect(parseCsv(text, { skip: 1 })).toEqual([
      { cells: ["a\nb", "1"], line: 2 },
      { cells: ["c", "2"], line: 6 },
      { cells: ["d\r\n\r\n", "3"], line: 7 },
      { cells: ["e", "4"], line: 10 },
    ]);
  });

  test("empty cells at the ends of lines and of the file", () => {
    expect(cellsOf(",\na,\n,b\nc,")).toEqual([
      ["", ""],
      ["a", ""],
      ["", "b"],
      ["c", ""],
    ]);
    expect(cellsOf('""\n')).toEqual([[""]]);
    expect(cellsOf("")).toEqual([]);
    expect(cellsOf("\n\n\n")).toEqual([]);
  });

  test.each([
    ['a,b\nc,d"e\n', "f.csv, line 2: a quote stands inside a cell that does not begin with one."],
    ['a\n"b\nc', "f.csv, line 2: a quoted cell begins here and never ends."],
    [
      '"a"b,c',
      'f.csv, line 1: after a quoted cell, a delimiter or the end of the line is expected.\n  A quote inside a quoted cell is written twice: "say ""yes""".',
    ],
  ])("%j is refused", (text, message) => {
    expect(failure(() => parseCsv(text, { where: "f.csv" }))).toBe(message);
  });

  test("refuses impossible options", () => {
    expect(failure(() => parseCsv("a", { delimiter: ",," }))).toBe(
      'A delimiter is one character, not a quote and not a line end; found ",,".',
    );
    expect(failure(() => parseCsv("a\nb", { skip: 2, where: "f.csv" }))).toBe(
      "f.csv has only 2 lines; 2 were to be skipped.",
    );
  });

  test("is linear: ten times the text takes about ten times the time", () => {
    const hostile = `${'"'.repeat(2_000_000)}\n`;
    const start = performance.now();
    expect(cellsOf(hostile)).toHaveLength(1);
    expect(cellsOf(`${",".repeat(500_000)}\n`)[0]).toHaveLength(500_001);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe("encodings", () => {
  const bytes = (...parts: (string | number)[]) =>
    Buffer.concat(
      parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.of(part))),
    );

  test("bytes that are no UTF-8 are refused with their line", () => {
    expect(failure(() => decodeText(bytes("a,b\r\nü,1\r\n\r2,", 0xd6, "\n"), "f.csv"))).toBe(
      "f.csv, line 4: there are bytes that are no UTF-8.\n  Save it as UTF-8, or write `encoding: latin1` in the source where it is of Western Europe.",
    );
    expect(failure(() => decodeText(bytes(0xff, 0xfe, "a", 0, "Ö", 0), "f.csv"))).toContain(
      "encoding: utf16",
    );
  });

  test("other encodings are read as they are said to be", () => {
    expect(decodeText(bytes("a", 0xd6, 0xe4), "f.csv", "latin1")).toBe("aÖä");
    expect(decodeText(Buffer.from("\ufeffaÖ,𝕏\n", "utf16le"), "f.csv", "utf16")).toBe("aÖ,𝕏\n");
    const swapped = Buffer.from("\ufeffaÖ,𝕏\n", "utf16le").swap16();
    expect(decodeText(swapped, "f.csv", "utf16")).toBe("aÖ,𝕏\n");
    expect(decodeText(bytes(0xef, 0xbb, 0xbf, "a\ufffdb"), "f.csv")).toBe("a\ufffdb");
    expect(failure(() => decodeText(bytes("abc"), "f.csv", "utf16"))).toContain(
      "no text of the encoding utf16",
    );
  });
});

describe("columns and fields", () => {
  const features = { name: "features", shape: [2] };
  const species = { name: "species", shape: [], classes: 3 };
  const read = (text: string, source: Partial<CsvSource>, fields = [features, species]) =>
    readTable(fields, text, { path: "f.csv", ...source });
  const values = (data: ReturnType<typeof read>, name: string) => [
    ...(data.columns.get(name)?.values ?? []),
  ];

  test("the target is the second field, the others in order are the first; some are ignored", () => {
    const data = read("id,a,kind,b\n7,1, setosa ,2\n8,3e2,virginica,-4.5\n", {
      target: "kind",
      ignore: ["id"],
    });
    expect(data.rows).toBe(2);
    expect(values(data, "features")).toEqual([1, 2, 300, -4.5]);
    expect(values(data, "species")).toEqual(["setosa", "virginica"]);
  });

  test("columns named by fields, groups, no header, skipped lines", () => {
    const data = read("nonsense,\n1,2,0,g1\n3,4,2,g2\n", {
      fields: { species: "3" },
      group: "4",
      header: false,
      skip: 1,
    });
    expect(values(data, "features")).toEqual([1, 2, 3, 4]);
    expect(values(data, "species")).toEqual(["0", "2"]);
    expect(data.groups).toEqual(["g1", "g2"]);
  });

  test.each<[string, string, Partial<CsvSource>]>([
    ["no such target", "a,b,kind\n1,2,0\n", { target: "kimd" }],
    ["nothing near", "a,b,kind\n1,2,0\n", { target: "digit" }],
    ["no target", "a,b,kind\n1,2,0\n", {}],
    ["too many columns", "a,b,c,kind\n1,2,3,0\n", { target: "kind" }],
    ["too few cells", "a,b,kind\n1,2,0\n1,2\n", { target: "kind" }],
    ["too many cells", "a,b,kind\n1,2,0,9\n", { target: "kind" }],
    ["not a number", "a,b,kind\n1,2,0\n1,two,0\n", { target: "kind" }],
    ["hexadecimal", "a,b,kind\n1,0x10,0\n", { target: "kind" }],
    ["too large", "a,b,kind\n1,1e39,0\n", { target: "kind" }],
    ["missing", "a,b,kind\n1,2,0\n1,?,0\n", { target: "kind" }],
    ["missing label", "a,b,kind\n1,2,0\n1,2, \n", { target: "kind" }],
    ["names twice", "1,1,0\n1,2,0\n", { target: "0" }],
    ["empty", "\n", { target: "kind" }],
  ])("%s", (_, text, source) => {
    expect(failure(() => read(text, source))).toMatchSnapshot();
  });

  test("labels are texts, unless it is said that they are numbers", () => {
    const table = "a,b,kind\n1,2,007\n1,2,7\n1,2,7.0\n";
    expect(values(read(table, { target: "kind" }), "species")).toEqual(["007", "7", "7.0"]);
    expect(values(read(table, { target: "kind", numbers: ["kind"] }), "species")).toEqual([
      "7",
      "7",
      "7",
    ]);
    expect(failure(() => read(table, { target: "kind", numbers: ["kimd"] }))).toContain(
      'Did you mean "kind"?',
    );
    expect(failure(() => read("a,b,kind\n1,2,x\n", { target: "kind", numbers: ["kind"] }))).toBe(
      'f.csv, line 2, column "kind": a number is expected; found "x".',
    );
  });

  test("numbers keep their 64 bits", () => {
    const data = read("a,b,kind\n1700000001,0.1,0\n", { target: "kind" });
    expect(values(data, "features")).toEqual([1700000001, 0.1]);
  });

  test("a file of 200,000 rows is read in seconds", () => {
    const text = `a,b,kind\n${"0.25,17,1\n".repeat(200_000)}`;
    const start = performance.now();
    expect(read(text, { target: "kind" }).rows).toBe(200_000);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
