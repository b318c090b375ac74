import { suggest } from "../compiler/base/suggest.ts";
import type { Target } from "./target.ts";
import { about as trainer } from "./trainer/about.ts";

/** A target as it is listed: what makes its files is loaded where it is chosen. */
interface ListedTarget extends Pick<Target, "name" | "summary"> {
  readonly load: () => Promise<Target>;
}

export const targets: readonly ListedTarget[] = [
  { ...trainer, load: async () => (await import("./trainer/target.ts")).trainer },
];

/** The target that is taken where none is named. */
export const defaultTarget: string = trainer.name;

/** The target of a name, or in words that there is none. */
export function targetNamed(name: string): ListedTarget | { readonly problem: string } {
  const names = targets.map((target) => target.name);
  const found = targets.find((target) => target.name === name);
  if (found) return found;
  const near = suggest(name, names);
  const hint = near ? `did you mean ${near}?` : `the targets are ${names.join(", ")}`;
  return { problem: `there is no target ${name}; ${hint}` };
}
