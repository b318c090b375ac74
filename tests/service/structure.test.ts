import { describe, expect, test } from "vitest";
import { toOffset, toPosition } from "../../src/service/places.ts";
import { at, digits, plainBody, show } from "./support/cursor.ts";

test("folds and outline", () => {
  const { service, path } = at(`${digits(plainBody)}// one\n// two\n`);
  expect(service.folds(path)).toMatchInlineSnapshot(`
    [
      {
        "firstLine": 4,
        "kind": "region",
        "lastLine": 8,
      },
      {
        "firstLine": 12,
        "kind": "region",
        "lastLine": 13,
      },
      {
        "firstLine": 15,
        "kind": "region",
        "lastLine": 16,
      },
      {
        "firstLine": 18,
        "kind": "region",
        "lastLine": 21,
      },
      {
        "firstLine": 23,
        "kind": "comment",
        "lastLine": 24,
      },
    ]
  `);
  const entryOf = ({
    name,
    kind,
    selection,
    children,
  }: ReturnType<typeof service.outline>[number]): unknown => [
    kind,
    name,
    show(selection),
    ...children.map(entryOf),
  ];
  expect(service.outline(path).map(entryOf)).toMatchInlineSnapshot(`
    [
      [
        "dim",
        "B",
        "main.nnspec 2:5-2:6",
      ],
      [
        "hyper",
        "width",
        "main.nnspec 4:7-4:12",
      ],
      [
        "data",
        "Digits",
        "main.nnspec 5:6-5:12",
        [
          "field",
          "image",
          "main.nnspec 6:3-6:8",
        ],
        [
          "field",
          "label",
          "main.nnspec 7:3-7:8",
        ],
      ],
      [
        "block",
        "Unit",
        "main.nnspec 12:7-12:11",
      ],
      [
        "model",
        "Net",
        "main.nnspec 16:7-16:10",
      ],
      [
        "train",
        "Run",
        "main.nnspec 19:24-19:27",
      ],
    ]
  `);
});

test("tokens", () => {
  const text =
    "nnspec 1\ndim B\nhyper lr = 1e-3\n// rate\nblock U()(x: f32[B, c]) -> f32[B, c] { return x -> dense(c) -> dropout(50%) }\n";
  const { service, path } = at(text);
  expect(
    service
      .tokens(path)
      .map(
        ({ start, end, kind, declaration }) =>
          `${text.slice(start, end)} ${kind}${declaration ? " declared" : ""}`,
      ),
  ).toMatchInlineSnapshot(`
    [
      "nnspec keyword",
      "1 number",
      "dim keyword",
      "B type declared",
      "hyper keyword",
      "lr variable declared",
      "= operator",
      "1e-3 number",
      "// rate comment",
      "block keyword",
      "U function declared",
      "x parameter declared",
      "f32 type",
      "B type",
      "c type declared",
      "-> operator",
      "f32 type",
      "B type",
      "c type",
      "return keyword",
      "x parameter",
      "-> operator",
      "dense function",
      "c type",
      "-> operator",
      "dropout function",
      "50% number",
    ]
  `);
});

describe("positions are lines and UTF-16 units of the line, from 0, and offsets", () => {
  const source = { path: "a", text: "one\n𝒳x\r\nlast" };
  test.each<[number, { readonly line: number; readonly character: number }]>([
    [0, { line: 0, character: 0 }],
    [3, { line: 0, character: 3 }],
    [4, { line: 1, character: 0 }],
    [6, { line: 1, character: 2 }],
    [9, { line: 2, character: 0 }],
    [13, { line: 2, character: 4 }],
  ])("%d", (offset, position) => {
    expect(toPosition(source, offset)).toEqual(position);
    expect(toOffset(source, position)).toBe(offset);
  });
  test("what lies outside is the end", () => {
    expect(toOffset(source, { line: 9, character: 0 })).toBe(13);
    expect(toOffset(source, { line: 0, character: 99 })).toBe(4);
  });
});
