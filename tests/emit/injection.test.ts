import { ts } from "ts-morph";
import { describe, expect, test } from "vitest";
import { compileRun } from "../../src/compiler/compile.ts";
import { comment, literal } from "../../src/targets/trainer/code.ts";
import { emit, kernelsText, modulesOf } from "../../src/targets/trainer/emit.ts";
import { plainWords, smallRun, type Words } from "./support/small-run.ts";

/** What tries to leave a string, a template, a comment, a line, a script element, a regular expression or an object. */
const fragments = [
  '"',
  "'",
  "`",
  "\\",
  "\\\\",
  '\\"',
  "${process.exit(1)}",
  "*/",
  "/*",
  "//",
  "\n",
  "\r\n",
  "\u2028",
  "\u2029",
  "\u0000",
  "\u001b[2J",
  "\u202e",
  "\u2066",
  "</script>",
  "<!--",
  "-->",
  "]]>",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "@ts-nocheck",
  "@ts-ignore",
  "prettier-ignore",
  "'); process.exit(1); ('",
  '"); process.exit(1); ("',
  "`); process.exit(1); (`",
  "*/ process.exit(1); /*",
  "\n process.exit(1) \n",
  "]; process.exit(1); [",
  "}; process.exit(1); ({",
  "import('node:fs')",
  "\\u0022",
  "\\x22",
  "\ud800",
  "\udfff",
  "\ufeff",
  "e\u0301",
  "🦀",
  " ",
  "\t",
  "a.b",
  "a/b",
  "../../etc/passwd",
  "#!",
  "%s",
  "{{x}}",
];

/** 500 and more: every fragment alone, between letters, and before every other few. */
const hostile: readonly string[] = [
  ...fragments,
  ...fragments.map((fragment) => `a${fragment}b`),
  ...fragments.flatMap((fragment, index) =>
    [1, 3, 7, 12, 19, 27, 36, 45].map(
      (step) => fragment + fragments[(index + step) % fragments.length]!,
    ),
  ),
];

const slots = Object.keys(plainWords) as (keyof Words)[];

/** Each slot has another string, and from round to round every slot meets every string. */
function wordsOf(round: number): Words {
  const entries = slots.map(
    (slot, index) =>
      [
        slot,
        `${hostile[(round + index * 41) % hostile.length]!}${isName(slot) ? index : ""}`,
      ] as const,
  );
  return Object.fromEntries(entries) as unknown as Words;
}

/** Names have to differ from each other. */
function isName(slot: keyof Words): boolean {
  return slot !== "documentation" && slot !== "path";
}

/** The kinds of the nodes in order; names of properties and literals are all alike. */
function skeletonOf(text: string): string {
  const file = ts.createSourceFile(
    "file.ts",
    text,
    ts.ScriptTarget.Latest,
    false,
    ts.ScriptKind.TS,
  );
  const problems = (
    file as unknown as { readonly parseDiagnostics: readonly { readonly messageText: unknown }[] }
  ).parseDiagnostics;
  expect(problems.map(({ messageText }) => messageText)).toEqual([]);
  const parts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) parts.push("literal");
    else if (ts.isPropertyAssignment(node)) {
      parts.push("property");
      visit(node.initializer);
    } else if (ts.isIdentifier(node)) parts.push(node.text);
    else {
      parts.push(ts.SyntaxKind[node.kind]);
      ts.forEachChild(node, visit);
    }
  };
  visit(file);
  return parts.join(" ");
}

describe("hostile text of a spec", () => {
  test("there are 500 strings", () => {
    expect(new Set(hostile).size).toBeGreaterThanOrEqual(500);
  });

  test("cannot leave a literal: it evaluates to itself", () => {
    for (const text of hostile) {
      const printed = literal(text).code;
      for (const character of ["<", "\u2028", "\u2029", "\n", "\r", "\u0000"])
        expect(printed).not.toContain(character);
      expect(JSON.parse(printed)).toBe(text);
    }
  });

  test("cannot leave a comment", () => {
    for (const text of hostile)
      expect(skeletonOf(`${comment(text, `x ${text}`).code}\nconst x = 1;`), text).toBe(
        skeletonOf("const x = 1;"),
      );
  });

  test("changes nothing in the modules but literals", async () => {
    const benign = smallRun();
    const compiled = compileRun(benign.run);
    const expected = await skeletons(compiled, benign.program);
    for (let round = 0; round < hostile.length; round++) {
      const words = wordsOf(round);
      const { program, run } = smallRun(words);
      const rename = (name: string): string =>
        name.replace(plainWords.first, words.first).replace(plainWords.last, words.last);
      const renamed = {
        ...compiled,
        run,
        fields: compiled.fields.map((field) => ({
          ...field,
          name: field.name === plainWords.field ? words.field : words.label,
        })),
        parameters: compiled.parameters.map((parameter) => ({
          ...parameter,
          path: rename(parameter.path),
        })),
        states: compiled.states.map((state) => ({ ...state, name: rename(state.name) })),
        graphs: {
          ...compiled.graphs,
          predict: {
            ...compiled.graphs.predict,
            outputs: new Map([[words.last, [...compiled.graphs.predict.outputs.values()][0]!]]),
          },
        },
      };
      expect(await skeletons(renamed, program), JSON.stringify(words)).toEqual(expected);
    }
  });

  test("changes nothing in the kernels but literals", () => {
    const expected = kernelSkeleton(plainWords);
    for (let round = 0; round < hostile.length; round += 9)
      expect(kernelSkeleton(wordsOf(round)), String(round)).toBe(expected);
  });

  test("is printed by prettier as it is", async () => {
    const { program, run } = smallRun({
      ...wordsOf(123),
      documentation: 'ends */ process.exit(1); /* "\n@ts-nocheck\n</script>',
    });
    const files = await emit(compileRun(run), program);
    const benign = smallRun();
    const expected = await emit(compileRun(benign.run), benign.program);
    for (const path of ["train.ts", "training.ts", "model.ts", "data.ts", "predict.ts"]) {
      const text = (list: typeof files): string => list.find((file) => file.path === path)!.text;
      expect(skeletonOf(text(files)), path).toBe(skeletonOf(text(expected)));
      expect(text(files)).not.toContain("</script");
      expect(text(files)).not.toMatch(/^[\s*/]*@ts-/m);
    }
  });
});

async function skeletons(
  compiled: ReturnType<typeof compileRun>,
  program: ReturnType<typeof smallRun>["program"],
): Promise<readonly string[]> {
  const modules = await modulesOf({
    compiled,
    program,
    pathFromFolder: (path) => path,
    bound: new Map(),
  });
  return modules.map(({ header, own }) => skeletonOf(`${header}\n\n${own}`));
}

/** Kernels are called after what they compute, so names of constants and functions are left out as well. */
function kernelSkeleton(words: Words): string {
  const { run } = smallRun(words);
  return skeletonOf(kernelsText(compileRun(run))).replace(/\bkernel_\w+/g, "kernel");
}
