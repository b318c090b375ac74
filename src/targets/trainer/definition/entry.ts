import type { Recipe } from "./recipe.ts";

/** The modules that hold what is a run's own. */
export type OwnModule = "training" | "model" | "data" | "augment" | "predict" | "test" | "ensemble";

/** A member of the definition of a run. */
export interface Entry {
  readonly name: string;
  readonly value: Recipe;
  readonly module: OwnModule;
  /** Stands above it in the program. */
  readonly about?: string;
  /** Its type, where that is not plain from the value; `Name` and `Name[]` of the runtime are imported. */
  readonly type?: string;
  /** What it gives, where it is a function that is printed as one. */
  readonly gives?: string;
}

/** What a run decides: the members, and those of its decisions that are nothing but yes. */
export interface RunDefinition {
  readonly entries: readonly Entry[];
  readonly flags: ReadonlySet<string>;
}

/** Something that the loop is told. */
export function trainingEntry(name: string, value: Recipe, about?: string, type?: string): Entry {
  return {
    module: "training",
    name,
    value,
    ...(about !== undefined && { about }),
    ...(type !== undefined && { type }),
  };
}
