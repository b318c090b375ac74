import { describe, expect, test } from "vitest";
import { applyEdits } from "../../src/compiler/base/diagnostics/print.ts";
import { textOf } from "../../src/compiler/base/source.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";

/** A body of a model, settings of a run, or a whole file, around the text that is wrong. */
const inBody = (text: string) =>
  `nnspec 1\nmodel M(x: f32[B, c: 4], y: f32[B, c: 4]) -> f32[B, 4] {\n  ${text}\n}\ntrain M on D\n`;
const inRun = (text: string) => `nnspec 1\ntrain M on D {\n  ${text}\n  seed: 7\n}\ndim Z\n`;
const inFile = (text: string) => `nnspec 1\n${text}\ndim Z\n`;

interface Case {
  readonly code: string;
  /** The mistake, with its place between « and ». */
  readonly file: string;
  /** The whole file after the fix; none where a person must decide. */
  readonly fixed?: string;
}

const body = (code: string, wrong: string, right?: string): Case => ({
  code,
  file: inBody(wrong),
  ...(right === undefined ? {} : { fixed: inBody(right) }),
});
const run = (code: string, wrong: string, right?: string): Case => ({
  code,
  file: inRun(wrong),
  ...(right === undefined ? {} : { fixed: inRun(right) }),
});
const file = (code: string, wrong: string, right?: string): Case => ({
  code,
  file: inFile(wrong),
  ...(right === undefined ? {} : { fixed: inFile(right) }),
});

const cases: readonly Case[] = [
  { code: "NN0110", file: "«dim» B\n", fixed: "nnspec 1\ndim B\n" },
  {
    code: "NN0110",
    file: "// a comment\n«model» M(x: f32[B]) -> f32[B] { return x }\n",
    fixed: "nnspec 1\n// a comment\nmodel M(x: f32[B]) -> f32[B] { return x }\n",
  },
  { code: "NN0110", file: "«»", fixed: "nnspec 1\n" },
  { code: "NN0006", file: "nnspec «2»\ndim B\n", fixed: "nnspec 1\ndim B\n" },
  { code: "NN0006", file: "nnspec «0»\n", fixed: "nnspec 1\n" },
  body("NN0113", "return x «dense»(10)", "return x -> dense(10)"),
  body("NN0113", "h = x -> dense(10) «relu»\n  return h", "h = x -> dense(10) -> relu\n  return h"),
  body("NN0113", "return x «repeat» 3 Block", "return x -> repeat 3 Block"),
  body("NN0113", "return x + (y «relu») -> tanh", "return x + (y -> relu) -> tanh"),
  body("NN0114", "return x -> dense(10)«,» relu", "return x -> dense(10) -> relu"),
  body("NN0115", "return x «- >» relu", "return x -> relu"),
  body("NN0115", "return x «=>» relu", "return x -> relu"),
  body("NN0115", "return x «|>» relu", "return x -> relu"),
  body("NN0115", "return x «→» relu", "return x -> relu"),
  body("NN0115", "return x «-->» relu", "return x -> relu"),
  body("NN0116", "return x -> dense(10) «->»", "return x -> dense(10) "),
  body("NN0116", "h = x «->»\n  return h", "h = x \n  return h"),
  body("NN0116", "return x «->» -> relu", "return x  -> relu"),
  body("NN0116", "return x + (y «->»)", "return x + (y )"),
  run("NN0117", "epochs «=» 30", "epochs: 30"),
  run("NN0117", "epochs«=»30", "epochs: 30"),
  run("NN0117", "for weights { init «=» zeros }", "for weights { init: zeros }"),
  file(
    "NN0117",
    'data D {\n  x: f32[B, 4]\n  source «=» csv("a.csv")\n}',
    'data D {\n  x: f32[B, 4]\n  source: csv("a.csv")\n}',
  ),
  body("NN0118", "h«:» x -> dense(10)\n  return h", "h = x -> dense(10)\n  return h"),
  file("NN0118", "hyper lr«:» 1e-3", "hyper lr = 1e-3"),
  file("NN0118", "define f(x, k«:» 2) = k * x", "define f(x, k = 2) = k * x"),
  file(
    "NN0118",
    "block A(n«:» 2)(x: f32[B, c]) { return x }",
    "block A(n = 2)(x: f32[B, c]) { return x }",
  ),
  body("NN0119", "return x -> conv(8, 3, stride«=»2)", "return x -> conv(8, 3, stride: 2)"),
  run("NN0119", "optimizer: sgd(0.1, momentum «=» 0.9)", "optimizer: sgd(0.1, momentum: 0.9)"),
  file("NN0119", "data D { x: f32[B, h «=» 3] }", "data D { x: f32[B, h: 3] }"),
  body("NN0120", "return x -> dense(2 «**» 3)", "return x -> dense(2 ^ 3)"),
  body(
    "NN0120",
    "return if a == 1«&&»b == 2 then x else y",
    "return if a == 1 and b == 2 then x else y",
  ),
  body(
    "NN0120",
    "return if a == 1 «||» b == 2 then x else y",
    "return if a == 1 or b == 2 then x else y",
  ),
  body("NN0120", "return if «!»a then x else y", "return if not a then x else y"),
  body("NN0120", "return if a «===» 1 then x else y", "return if a == 1 then x else y"),
  body("NN0120", "return if a «≤» 1 then x else y", "return if a <= 1 then x else y"),
  body("NN0121", "return x -> dense(10)«;»", "return x -> dense(10)"),
  body("NN0121", "h = x -> relu«,»\n  return h", "h = x -> relu\n  return h"),
  run("NN0121", "epochs: 3«;»", "epochs: 3"),
  file("NN0121", "dim C = 3«,»\ndim D = 4", "dim C = 3\ndim D = 4"),
  file("NN0122", "«#» a comment", "// a comment"),
  file("NN0122", "dim A «/*» why */", "dim A // why"),
  file("NN0123", "import { A } from «'a.nnspec'»", 'import { A } from "a.nnspec"'),
  file("NN0123", "import { A } from «“a.nnspec”»", 'import { A } from "a.nnspec"'),
  file("NN0112", "model «=» Sequential([dense(10), relu])"),
  file("NN0112", 'data «=» load("a.csv")\ndim C = 3'),
  run("NN0124", "metrics: «[»accuracy, top(3)]", "metrics: (accuracy, top(3))"),
  body("NN0124", "return «[»x, y] -> concat", "return (x, y) -> concat"),
  file("NN0124", "hyper w = 2 in «[»1, 2]", "hyper w = 2 in {1, 2}"),
  run(
    "NN0125",
    "stop: early(validation.loss, patience: «5epochs»)",
    "stop: early(validation.loss, patience: 5 epochs)",
  ),
  file("NN0126", "dim C = «2 M»", "dim C = 2M"),
  file("NN0126", "dim C = «300  k»", "dim C = 300k"),
  run("NN0126", "split: (train: «80 %»)", "split: (train: 80%)"),
  body("NN0127", "return x -> dropout(«.5»)", "return x -> dropout(0.5)"),
  body("NN0127", "return x -> dropout(«1.»)", "return x -> dropout(1)"),
  run("NN0128", "steps: «1,000»", "steps: 1000"),
  run("NN0128", "steps: «1,000,000»", "steps: 1000000"),
  body("NN0128", "return x -> dense(«1,000»)", "return x -> dense(1000)"),
  run("NN0129", '«"epochs"»: 3', "epochs: 3"),
  body("NN0129", 'return x -> conv(8, 3, «"stride"»: 2)', "return x -> conv(8, 3, stride: 2)"),
  body("NN0130", "«for i in range(3)» { x = x -> dense(10) }\n  return x"),
  body("NN0130", "«for i in range(3)»: x = x -> dense(10)\n  return x"),
  body("NN0130", "«for (i, 3)» { x = x -> dense(10) }\n  return x"),
  body("NN0131", "return x -> «repeat 3» { dense(10) -> relu } -> dense(4)"),
  body("NN0131", "«repeat 3» { x = x -> dense(10) }\n  return x"),
  body("NN0132", "«if» a == 1 { return x }\n  return y"),
  body("NN0132", "«if» a == 1 { return x } else if a == 2 { return y } else { return x }"),
  body(
    "NN0132",
    "h = «if» a == 1 { x } else { y }\n  return h",
    "h = if a == 1 then x  else  y \n  return h",
  ),
  file("NN0133", "model A(x: «Tensor») -> f32[B, 4] { return x }"),
  file("NN0133", "model A(x: «torch.Tensor») -> f32[B, 4] { return x }"),
  file("NN0133", "model A(x: f32[B, 4]) -> «Tensor» { return x }"),
  file("NN0133", "data D { x: «f32», y: f32[B, 4] }"),
  file("NN0134", "data D { x: f32[«None», 784] }", "data D { x: f32[B, 784] }"),
  file("NN0134", "data D { x: f32[«?», 784] }", "data D { x: f32[B, 784] }"),
  body("NN0135", "«repeat» = x -> dense(10)\n  return y"),
  run("NN0135", "«when»: 3"),
  file("NN0135", "dim «of» = 3"),
  file("NN0135", "block A(«in»)(x: f32[B, c]) { return x }"),
  body("NN0135", "h = x -> dense(3) as «repeat»\n  return h"),
  run(
    "NN0136",
    "for weights(stage1[«0»]) { init: zeros }",
    "for weights(stage1[1]) { init: zeros }",
  ),
  file("NN0111", "«class» Net { x: 3 }"),
  file("NN0111", "«layer» x"),
  file(
    "NN0111",
    "«modle» A(x: f32[B, 4]) -> f32[B, 4] { return x }",
    "model A(x: f32[B, 4]) -> f32[B, 4] { return x }",
  ),
  file("NN0137", "model A(x: f32[B, 4]) «{» return x }"),
  file("NN0137", "model A(x: f32[B, 4]) -> «{» return x }"),
  body("NN0138", "return if 0 < a «<» 3 then x else y", "return if 0 < a and a < 3 then x else y"),
  body("NN0139", "return if a == 1 then x\n«}»\nmodel N(x: f32[B]) -> f32[B] { return x "),
  file("NN0140", "block A«(»x: f32[B, c]) { return x }", "block A()(x: f32[B, c]) { return x }"),
  file("NN0102", "dim C = 3 «@»"),
  file("NN0103", "dim C =«\u00a0»3", "dim C = 3"),
  file("NN0103", "dim C = 3 // «\u202e»", "dim C = 3 // "),
  file("NN0104", 'import { A } from «"a.nnspec»'),
  file("NN0105", 'import { A } from «"a\\q"»'),
  file("NN0106", "dim C = «3abc»"),
  file("NN0109", "dim «Größe» = 3"),
  file(
    "NN0107",
    "recipe R {\n  epochs: 3\n\n«recipe» S { epochs: 4 }",
    "recipe R {\n  epochs: 3\n}\n\nrecipe S { epochs: 4 }",
  ),
  {
    code: "NN0107",
    file: "nnspec 1\nrecipe R {\n  epochs: 3«»\n",
    fixed: "nnspec 1\nrecipe R {\n  epochs: 3\n}\n",
  },
  file("NN0108", "dim C = 3 «}»", "dim C = 3 "),
  file("NN0141", "dim C = «1e999»"),
  file("NN0101", "dim «3»"),
  run("NN0101", "epochs: «}»\n{"),
];

function marked(file: string) {
  const start = file.indexOf("«");
  const end = file.lastIndexOf("»") - 1;
  return {
    start,
    end,
    text: file.slice(0, start) + file.slice(start + 1, end + 1) + file.slice(end + 2),
  };
}

describe("each mistake is one finding at its place, and its fix mends it", () => {
  test.each(cases.map((one) => [one.code, marked(one.file), one.fixed] as const))(
    "%s %o",
    (code, { text, start, end }, fixed) => {
      const { diagnostics } = parse({ path: "a.nnspec", text });
      expect(
        diagnostics.map((one) => `${one.code} «${textOf(one.span)}» ${one.message}`),
      ).toHaveLength(1);
      const [only] = diagnostics;
      expect([only!.code, only!.span.start, only!.span.end]).toEqual([code, start, end]);
      expect(only!.fixes.map(({ edits }) => applyEdits(text, edits))).toEqual(
        fixed === undefined ? [] : [fixed],
      );
      if (fixed !== undefined)
        expect(parse({ path: "a.nnspec", text: fixed }).diagnostics).toEqual([]);
    },
  );
});

test("«» quotes are read as a text in other quotes", () => {
  const { diagnostics } = parse({
    path: "a.nnspec",
    text: "nnspec 1\nimport { A } from «a.nnspec»\n",
  });
  expect(diagnostics.map(({ code }) => code)).toEqual(["NN0123"]);
});

test("many mistakes of one file are all reported", () => {
  const text = `model M(x: f32[None, 4]) -> f32[B, 4] {
  h: x => dense(10), relu;
  return h -> dropout(.5) ->
}
train M on D {
  "epochs" = 3
  optimizer: sgd(0.1, momentum=0.9)
`;
  const { diagnostics, value } = parse({ path: "a.nnspec", text });
  expect(diagnostics.map(({ code }) => code)).toEqual([
    "NN0110",
    "NN0134",
    "NN0118",
    "NN0115",
    "NN0114",
    "NN0121",
    "NN0127",
    "NN0116",
    "NN0129",
    "NN0117",
    "NN0119",
    "NN0107",
  ]);
  expect(value?.items.map(({ kind }) => kind)).toEqual(["model", "train"]);
});
