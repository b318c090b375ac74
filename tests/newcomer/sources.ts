import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ts } from "ts-morph";
import { commandsIn } from "./commands.ts";

/** A command in the text of a source file, and what it looks like once its holes are filled. */
interface Printed {
  readonly file: string;
  readonly command: string;
  readonly pattern: RegExp;
}

/** Stands for an expression in a template. */
const hole = "\u0000";

/** What programs print lies in these: ours, those that we generate, and what these carry. */
const folders = ["src/tools", "src/compiler", "src/runtime"];

/** The examples of the help are apart: they are run where the files lie that they speak of. */
const apart = ["src/tools/cli/program.ts"];

/** Every command in the texts that programs may print: those of the sources, comments left out, and the pages of the diagnostics. */
export function printedBySources(): readonly Printed[] {
  return folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
    )
    .filter((file) => /\.(ts|md)$/.test(file) && !apart.includes(file))
    .flatMap((file) => {
      const texts = file.endsWith(".md") ? [readFileSync(file, "utf8")] : textsOf(file);
      return texts.flatMap(commandsIn).map((command) => printed(file, command));
    });
}

function printed(file: string, command: string): Printed {
  return { file, command: command.replaceAll(hole, "…"), pattern: patternOf(command) };
}

/** Texts and templates of a file, each as a whole. */
function textsOf(file: string): readonly string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node))
      texts.push(
        node.head.text + node.templateSpans.map(({ literal }) => hole + literal.text).join(""),
      );
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
  return texts;
}

function patternOf(command: string): RegExp {
  const parts = command.split(hole).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?:^|&& )${parts.join(".*")}$`);
}
