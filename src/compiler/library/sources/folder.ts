import { known } from "../../ir/dim.ts";
import { defineSource } from "../define.ts";

export const folder = defineSource({
  name: "folder",
  summary: "Images in one folder for each class: `flowers/rose/1.jpg`.",
  formula:
    "the field of 3 axes is the image, resized to cover the shape and cut to it in the middle, numbers from 0 to 1; the class is the name of the folder",
  arguments: {
    path: { kind: "text", summary: "The folder of the folders, relative to the spec." },
  },
  reads: "images",
  runtime: { files: ["read-folder.ts", "images.ts"], read: "readFolder" },
  paths: ["path"],
  fields: ([image, label, ...others]) => {
    const channels =
      image?.axes.length === 4 && image.element.kind === "f32"
        ? known(image.axes[3]!.size)
        : undefined;
    const fits =
      (channels === 1 || channels === 3 || channels === 4) &&
      label?.element.kind === "class" &&
      label.axes.length === 1 &&
      others.length === 0;
    return fits
      ? undefined
      : "for `folder` two fields, an image of 1, 3 or 4 channels such as `f32[B, h: 64, w: 64, c: 3]` and then its class";
  },
  example: 'source: folder("flowers")',
  pitfalls:
    "Images are read by the package sharp (`npm install sharp`). All of them are kept in memory: 10,000 images of 224 x 224 x 3 take 6 GB. Hidden files are passed over; anything else that is no image is an error that names it.",
});
