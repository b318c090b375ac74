import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import ts from "typescript-6.0";
import { expect, test } from "vitest";

// The names of states, results, inputs and sums of a run are made by src/compiler/plan/names.ts. Others ask for them, or for what a
// state is; they put no name together from parts, and take none apart.

const root = resolve(import.meta.dirname, "../..");
const home = "src/compiler/plan/names.ts";

/** Where names of a run go about: what lowers, compiles, verifies, inspects, emits and trains. */
const floors =
  /^src\/(compiler\/(passes\/[3-6]-[a-z]+|plan|settings|[a-z-]+\.ts)|targets|backends|runtime|tools\/(training|cli\/(inspection|verification)))/;

const prefixes = ["monitor", "teacher", "gradient", "curvature", "given", "value", "weight"];
const suffixes = [
  ...["averaged", "direction", "gathered", "dropconnect"],
  ...["inputs", "outputs", "inputs_inverse", "outputs_inverse"],
];
const parts = new RegExp(
  `^(${prefixes.join("|")})[/:](?! )|[/:](${suffixes.join("|")})$|^(initial|monitor|number)[.:]$`,
);
/** Words that are a name by themselves: they are said once. */
const single = new Set(["gradient_norm", "steps_per_epoch", "total_steps", "batch_share"]);

function sources(): readonly string[] {
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(root, "src", path));
}

/** The fixed texts that an expression is put together from. */
function textsOf(node: ts.Node): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  return [];
}

function isOfType(node: ts.Node): boolean {
  return ts.isLiteralTypeNode(node.parent) || ts.isImportDeclaration(node.parent);
}

function faultsIn(path: string): readonly string[] {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isFault = textsOf(node).some((text) => parts.test(text) || single.has(text));
    if (isFault && !isOfType(node)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${relative(root, path)}:${line + 1} ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Each line makes or guesses a name in a way that was found before. */
const planted = `export const found = (name: string, path: string, what: string) => [
  "monitor/" + name,
  name.startsWith("monitor/"),
  \`teacher/\${path}\`,
  \`\${path}/averaged\`,
  path + "/direction",
  [\`\${path}/inputs\`, 0],
  \`gradient/\${path}\`,
  "given/" + name,
  name.slice("initial.".length),
  name.endsWith("gradient_norm"),
  { steps: "steps_per_epoch" },
  \`\${what} of gradient\`,
];
`;

test("no file but one makes or guesses the name of a state, a result or a sum", () => {
  const sample = join(mkdtempSync(join(tmpdir(), "run-names-")), "planted.ts");
  writeFileSync(sample, planted);
  const lines = faultsIn(sample).map((fault) => Number(/:(\d+) /.exec(fault)![1]));
  expect([...new Set(lines)], "planted").toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const paths = sources().filter((path) => {
    const inside = relative(root, path);
    return floors.test(inside) && inside !== home;
  });
  expect(paths.length).toBeGreaterThan(150);
  expect(paths.flatMap(faultsIn)).toEqual([]);
});
