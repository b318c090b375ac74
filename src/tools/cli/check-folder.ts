import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { dataDoesNotFit, dataNotReadable } from "../../compiler/base/diagnostics/catalogue/data.ts";
import { diagnostic, type Diagnostic } from "../../compiler/base/diagnostics/diagnostic.ts";
import { known } from "../../compiler/ir/dim.ts";
import type { TypedData } from "../../compiler/typed/program.ts";

/** Whether a folder of images, one folder for each class, fits its declaration: told from the names alone. */
export function checkFolder(data: TypedData, path: string): readonly Diagnostic[] {
  const image = data.fields.find(
    ({ type }) => type.element.kind === "f32" && type.axes.length === 4,
  );
  const label = data.fields.find(
    ({ type }) => type.element.kind === "class" && type.axes.length === 1,
  );
  if (!image || !label || data.fields.length !== 2)
    return [
      diagnostic(dataNotReadable, data.span, {
        problem: `${path} is a folder, which makes two fields: an image such as \`f32[B, h: 64, w: 64, c: 3]\`, and its class`,
      }),
    ];
  const classes = readdirSync(path).filter(
    (name) => !name.startsWith(".") && statSync(join(path, name)).isDirectory(),
  );
  const count = label.type.element.kind === "class" ? known(label.type.element.count) : undefined;
  const empty = classes.find(
    (name) => !readdirSync(join(path, name)).some((file) => !file.startsWith(".")),
  );
  return [
    ...(count === undefined || count === classes.length
      ? []
      : [
          diagnostic(dataDoesNotFit, label.span ?? data.span, {
            field: label.name,
            expected: `${count} classes`,
            found: classes.length === 0 ? "no folders" : `${classes.length} folders`,
            file: path,
          }),
        ]),
    ...(empty === undefined
      ? []
      : [
          diagnostic(dataDoesNotFit, image.span ?? data.span, {
            field: image.name,
            expected: "images in each folder",
            found: `none in \`${empty}\``,
            file: path,
          }),
        ]),
  ];
}
