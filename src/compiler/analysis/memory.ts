import type { Diagnostic } from "../base/diagnostics/diagnostic.ts";
import type { Outcome } from "../base/outcome.ts";
import { textOf, type Source } from "../base/source.ts";
import type { Resolved } from "../passes/1-resolve/resolved.ts";
import type { Declaration, Scope } from "../passes/1-resolve/scope.ts";
import type { Watching } from "../passes/2-infer/infer.ts";
import { newRecording, type Recording } from "../passes/2-infer/recording.ts";
import type * as Ast from "../syntax/ast.ts";
import { parse } from "../syntax/parse.ts";

/** What was made of an item, what was said and what was seen on the way. */
interface Entry {
  readonly made: unknown;
  readonly found: readonly Diagnostic[];
  readonly recording: Recording;
  /** The last text in which it held. */
  generation: number;
}

/** What an analyser knows from one text to the next: the only state that there is, and it is the caller's. */
export interface Memory {
  readonly entries: Map<string, Entry>;
  readonly numbers: WeakMap<Ast.Item, number>;
  readonly words: WeakMap<Ast.Item, readonly string[]>;
  readonly imports: Map<string, { readonly text: string; readonly parsed: Outcome<Ast.File> }>;
  readonly counter: { next: number };
  generation: number;
  items: number;
}

export function newMemory(): Memory {
  return {
    entries: new Map(),
    numbers: new WeakMap(),
    words: new WeakMap(),
    imports: new Map(),
    counter: { next: 0 },
    generation: 0,
    items: 0,
  };
}

/** How many texts ago an item may have been as it is now: long enough for a change and its undoing. */
const longestKept = 20;

/** Forgets what has not held for a while. */
export function forget(memory: Memory): void {
  memory.generation++;
  for (const [key, entry] of memory.entries)
    if (memory.generation - entry.generation > longestKept) memory.entries.delete(key);
}

/** Parses a file unless its text is known. */
export function parseKept(memory: Memory, source: Source): Outcome<Ast.File> {
  const known = memory.imports.get(source.path);
  if (known?.text === source.text) return known.parsed;
  const parsed = parse(source);
  memory.imports.set(source.path, { text: source.text, parsed });
  return parsed;
}

/** Keeps what is made of items, by the items and all that they name; gathers what is seen into `recording`. */
export function watchingFor(
  memory: Memory,
  resolved: Resolved,
  recording: Recording,
  report: (diagnostic: Diagnostic) => void,
): Watching {
  const keep: Watching["keep"] = (item, what, make) => {
    const key = `${what} ${keyOf(memory, resolved, item)}`;
    const entry = memory.entries.get(key) ?? made(make);
    entry.generation = memory.generation;
    memory.entries.set(key, entry);
    for (const found of entry.found) report(found);
    join(recording, entry.recording);
    return entry.made as ReturnType<typeof make>;
  };
  return { keep, counter: memory.counter };
}

function made<Made>(make: Parameters<Watching["keep"]>[2] & ((watched: never) => Made)): Entry {
  const found: Diagnostic[] = [];
  const recording = newRecording();
  const result = make({ report: (each) => void found.push(each), recording });
  return { made: result, found, recording, generation: 0 };
}

/** A block by itself says more than its first use: sizes stay symbols. It comes last, and wins where it came to something. */
function join(all: Recording, one: Recording): void {
  for (const [stage, observed] of one.stages)
    if (observed.outputs !== undefined || !all.stages.has(stage)) all.stages.set(stage, observed);
  for (const [name, types] of one.names) all.names.set(name, types);
}

/** An item with everything that it names, directly or not: what is made of it is the same as long as all of these are. */
function keyOf(memory: Memory, resolved: Resolved, item: Ast.Item): string {
  const seen = new Map<Ast.Item, number>();
  const names: string[] = [];
  const queue: Declaration[] = [{ item, scope: scopeOf(resolved, item) }];
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (seen.has(next.item)) continue;
    seen.set(next.item, numberOf(memory, next.item));
    for (const word of wordsOf(memory, next.item)) {
      const binding = next.scope.names.get(word);
      if (binding?.kind === "declaration") {
        queue.push(binding.declaration);
        names.push(`${word}=${numberOf(memory, binding.declaration.item)}`);
        if (isOfModels(next.item)) continue;
      }
      for (const run of resolved.file.items)
        if (run.kind === "train" && (run.alias ?? run.model).text === word)
          queue.push({ item: run, scope: resolved.scope });
    }
  }
  return `${numberOf(memory, item)}: ${[...seen.values()].sort().join()} ${names.sort().join()}`;
}

/** A name in a model means a declaration before it means a run. */
function isOfModels({ kind }: Ast.Item): boolean {
  return kind === "model" || kind === "block" || kind === "define" || kind === "data";
}

function scopeOf({ file, scope, imported }: Resolved, item: Ast.Item): Scope {
  if (file.items.includes(item)) return scope;
  return imported.find((each) => each.file.items.includes(item))?.scope ?? scope;
}

function numberOf(memory: Memory, item: Ast.Item): number {
  const known = memory.numbers.get(item);
  if (known !== undefined) return known;
  const number = memory.items++;
  memory.numbers.set(item, number);
  return number;
}

function wordsOf(memory: Memory, item: Ast.Item): readonly string[] {
  const known = memory.words.get(item);
  if (known) return known;
  const words = [...new Set(textOf(item.span).match(/[A-Za-z_]\w*/g) ?? [])];
  memory.words.set(item, words);
  return words;
}
