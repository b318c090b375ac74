import type { Field, RawData } from "./dataset.ts";
import { UserError } from "./errors.ts";
import { resolvePath } from "./files.ts";
import { openImageReader, type ReadImage } from "./images.ts";
import { nodeModule } from "./platform.ts";

/** Images in one folder for each class; the names of the folders are the labels. */
export interface FolderSource {
  readonly path: string;
  readonly directory?: string;
}

const imageEndings = /\.(png|jpe?g|webp|gif|tiff?|avif)$/i;

/** How many images are read at a time. */
const together = 16;

/** Reads all images, by the order of their folders and names; each is resized to cover the field's shape and cut to it in the middle. */
export async function readFolder(fields: readonly Field[], source: FolderSource): Promise<RawData> {
  const path = resolvePath(source.directory, source.path);
  const { image, label, shape } = fieldsOf(fields, path);
  const files = await listImages(path);
  const read = await openImageReader();
  const size = shape[0] * shape[1] * shape[2];
  const values = new Float32Array(files.length * size);
  await readAll(files, read, shape, (index, pixels) => values.set(pixels, index * size));
  return {
    where: path,
    rows: files.length,
    columns: new Map([
      [image.name, { shape, values }],
      [label.name, { shape: [], values: files.map((file) => file.label) }],
    ]),
  };
}

interface Fields {
  readonly image: Field;
  readonly label: Field;
  readonly shape: readonly [height: number, width: number, channels: number];
}

function fieldsOf(fields: readonly Field[], where: string): Fields {
  const image = fields.find((field) => field.classes === undefined && field.shape.length === 3);
  const label = fields.find((field) => field.classes !== undefined && field.shape.length === 0);
  const [height = 0, width = 0, channels = 0] = image?.shape ?? [];
  if (image === undefined || label === undefined || fields.length !== 2)
    throw new UserError(
      `${where}: a folder of images makes two fields, such as image: f32[B, h: 64, w: 64, c: 3] and label: class[B] of 5.`,
    );
  if (![1, 3, 4].includes(channels))
    throw new UserError(
      `${where}: images have 1, 3 or 4 channels; "${image.name}" has ${channels}.`,
    );
  return { image, label, shape: [height, width, channels] };
}

interface ImageFile {
  readonly path: string;
  readonly label: string;
}

/** The images by class. Hidden files are passed over; everything else that is no image is named and refused. */
export async function listImages(path: string): Promise<readonly ImageFile[]> {
  const { join } = nodeModule("node:path");
  const top = await entriesOf(path);
  const odd = top.filter((entry) => !entry.folder).map(({ name }) => name);
  const files: ImageFile[] = [];
  for (const { name: label } of top.filter((entry) => entry.folder)) {
    const entries = await entriesOf(join(path, label));
    const images = entries.filter((entry) => !entry.folder && imageEndings.test(entry.name));
    if (images.length === 0) throw new UserError(`${join(path, label)} has no images in it.`);
    odd.push(
      ...entries.filter((entry) => !images.includes(entry)).map(({ name }) => join(label, name)),
    );
    files.push(...images.map(({ name }) => ({ path: join(path, label, name), label })));
  }
  if (odd.length > 0) throw oddFiles(path, odd);
  if (files.length === 0)
    throw new UserError(`${path} has no folders of images in it: one for each class is needed.`);
  return files;
}

function oddFiles(path: string, names: readonly string[]): UserError {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return new UserError(`${path} holds what is no image of a class: ${shown.join(", ")}${more}.`, [
    "Images (.png, .jpg, .jpeg, .webp, .gif, .tif, .avif) lie in one folder for each class; take the rest out, or hide it with a dot before its name.",
  ]);
}

interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

/** What lies in a folder and is not hidden, links followed, in the order of the code units of the names. */
async function entriesOf(path: string): Promise<readonly Entry[]> {
  const { readdir, stat } = nodeModule("node:fs/promises");
  const { join } = nodeModule("node:path");
  try {
    const names = (await readdir(path)).filter((name) => !name.startsWith("."));
    const entries = names.map(async (name) => {
      return { name, folder: (await stat(join(path, name))).isDirectory() };
    });
    return (await Promise.all(entries)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such folder",
      ENOTDIR: "it is no folder",
      EACCES: "permission denied",
    };
    const reason =
      reasons[String(code)] ?? (error instanceof Error ? error.message : String(error));
    throw new UserError(`${path} cannot be read: ${reason}.`);
  }
}

/** Some at a time, each to its own place, so that the order of reading changes nothing. All that cannot be read are named. */
async function readAll(
  files: readonly ImageFile[],
  read: ReadImage,
  shape: Fields["shape"],
  keep: (index: number, pixels: Float32Array) => void,
): Promise<void> {
  const problems: string[] = [];
  for (let start = 0; start < files.length; start += together) {
    const some = files.slice(start, start + together).map(async ({ path }, place) => {
      try {
        keep(start + place, await read(path, shape));
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
      }
    });
    await Promise.all(some);
  }
  if (problems.length === 0) return;
  const [first, ...others] = problems.sort();
  throw new UserError(first ?? "", [
    ...others.slice(0, 4),
    ...(others.length > 4 ? [`… and ${others.length - 4} more`] : []),
  ]);
}
