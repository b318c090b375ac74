import type { Definition, DefinitionKind, Library } from "./definition.ts";
import { plannedItems } from "./planned.ts";
import { layers } from "./layers/index.ts";
import { activations } from "./activations/index.ts";
import { functions } from "./functions/index.ts";
import { initializers } from "./initializers/index.ts";
import { regularizers } from "./regularizers/index.ts";
import { optimizers } from "./optimizers/index.ts";
import { schedules } from "./schedules/index.ts";
import { losses } from "./losses/index.ts";
import { metrics } from "./metrics/index.ts";
import { sources } from "./sources/index.ts";
import { normalizers } from "./normalizers/index.ts";
import { augmentations } from "./augmentations/index.ts";

const items: readonly Definition[] = [
  ...layers,
  ...activations,
  ...functions,
  ...initializers,
  ...regularizers,
  ...optimizers,
  ...schedules,
  ...losses,
  ...metrics,
  ...sources,
  ...normalizers,
  ...augmentations,
];

const byKind = new Map<DefinitionKind, ReadonlyMap<string, Definition>>(
  [...new Set(items.map((item) => item.kind))].map((kind) => [
    kind,
    new Map(items.filter((item) => item.kind === kind).map((item) => [item.name, item])),
  ]),
);
const planned = new Map(plannedItems.map((item) => [item.name, item]));

/** Every item of this version, and the names of those that a later one brings. */
export const library: Library = {
  find: (kind, name) => byKind.get(kind)?.get(name),
  all: (kind) => (kind === undefined ? items : [...(byKind.get(kind)?.values() ?? [])]),
  planned: (name) => planned.get(name),
};
