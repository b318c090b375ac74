import manifest from "../../../../package.json" with { type: "json" };
import { changeableFacts, runFacts } from "../../../compiler/typed/run-facts.ts";
import type { Emission } from "../emission.ts";
import { trainingEntry as entry, type Entry } from "./entry.ts";
import { plain } from "./recipe.ts";

/** What a checkpoint says of its run, and which of it may change when training goes on. */
export function identityEntries({ compiled: { run } }: Emission): readonly Entry[] {
  return [
    entry(
      "settings",
      plain({ ...runFacts(run) }),
      "What a checkpoint says of its run.",
      "Readonly<Record<string, string>>",
    ),
    entry(
      "changeable",
      plain([...changeableFacts(run)]),
      "Which of it may be otherwise when training goes on, if that is asked for.",
      "readonly string[]",
    ),
    entry("madeBy", plain(`nnspec ${manifest.version}`)),
  ];
}
