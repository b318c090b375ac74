import { proveInSteps } from "../compiler/analysis/analysis.ts";
import type { Diagnostic } from "../compiler/base/diagnostics/diagnostic.ts";
import { completionAt, type Completion } from "./completion.ts";
import { openAnalyser, type Document, type Files } from "./document.ts";
import { findingOf, fixesAt, type Finding, type Fix } from "./fixes.ts";
import { hintsOf, type StageHint } from "./hints.ts";
import { hoverAt, type Hover } from "./hover.ts";
import type { Place } from "./places.ts";
import {
  definitionAt,
  occurrencesOf,
  placesOf,
  prepareRename,
  renameAt,
  type Rename,
} from "./rename.ts";
import { signatureAt, type Signature } from "./signature.ts";
import { foldsOf, outlineOf, type Fold, type OutlineEntry } from "./structure.ts";
import { tokensOf, type SemanticToken } from "./tokens.ts";

/** What an editor asks of texts that are being written. Offsets are UTF-16 units of the text; all answers are plain data. */
export interface Service {
  /** Takes the text of a file as it is now. Everything else is asked of files that were given so. */
  readonly open: (path: string, text: string) => void;
  readonly close: (path: string) => void;
  /** The first tier: what holds for the values that hypers have now. */
  readonly findings: (path: string) => readonly Finding[];
  /** The second tier: proofs over hypers, budgets and lints, a step at a time; whoever has no use for it any more stops asking. */
  readonly proofs: (path: string) => Generator<void, readonly Finding[]>;
  readonly hover: (path: string, offset: number) => Hover | undefined;
  readonly completion: (path: string, offset: number) => Completion;
  readonly signature: (path: string, offset: number) => Signature | undefined;
  readonly definition: (path: string, offset: number) => Place | undefined;
  readonly references: (path: string, offset: number) => readonly Place[];
  readonly prepareRename: (path: string, offset: number) => Place | undefined;
  readonly rename: (path: string, offset: number, name: string) => Rename;
  readonly fixes: (
    path: string,
    start: number,
    end: number,
  ) => readonly (Fix & { readonly code: string })[];
  readonly tokens: (path: string) => readonly SemanticToken[];
  readonly folds: (path: string) => readonly Fold[];
  readonly outline: (path: string) => readonly OutlineEntry[];
  readonly hints: (path: string) => readonly StageHint[];
}

interface Open {
  text: string;
  /** What was known of the text before, until the new one is asked about. */
  document: Document | undefined;
  current: boolean;
}

export function createService(files: Files): Service {
  const opened = new Map<string, Open>();
  const reader: Files = {
    read: (wanted, from) => {
      const found = files.read(wanted, from);
      const open = "path" in found ? opened.get(found.path) : undefined;
      return open && "path" in found ? { path: found.path, text: open.text } : found;
    },
  };
  const documentOf = (path: string): Document => known(opened, reader, path);
  const others = (): readonly Document[] => [...opened.keys()].map(documentOf);
  const all = (path: string): readonly Diagnostic[] => documentOf(path).analysis.diagnostics;
  return {
    open: (path, text) => {
      // A file that others import changes them too.
      for (const each of opened.values()) each.current = false;
      opened.set(path, { text, document: opened.get(path)?.document, current: false });
    },
    close: (path) => {
      opened.delete(path);
      for (const each of opened.values()) each.current = false;
    },
    findings: (path) => all(path).map(findingOf),
    proofs: (path) => proofsOf(documentOf(path), reader),
    hover: (path, offset) => hoverAt(documentOf(path).analysis, offset),
    completion: (path, offset) => completionAt(documentOf(path), offset),
    signature: (path, offset) => signatureAt(documentOf(path).analysis, offset),
    definition: (path, offset) => definitionAt(documentOf(path), offset),
    references: (path, offset) => placesOf(occurrencesOf(documentOf(path), others(), offset)),
    prepareRename: (path, offset) => prepareRename(documentOf(path), offset),
    rename: (path, offset, name) => renameAt(documentOf(path), others(), offset, name),
    fixes: (path, start, end) => fixesAt(all(path), documentOf(path).analysis, start, end),
    tokens: (path) => tokensOf(documentOf(path).analysis),
    folds: (path) => foldsOf(documentOf(path).analysis),
    outline: (path) => outlineOf(documentOf(path).analysis),
    hints: (path) => documentOf(path).hints,
  };
}

function known(opened: ReadonlyMap<string, Open>, files: Files, path: string): Document {
  const open = opened.get(path);
  if (!open) throw new RangeError(`\`${path}\` is not open`);
  if (open.current && open.document) return open.document;
  const { document: before } = open;
  const analyser = before?.analyser ?? openAnalyser(files);
  const analysis = analyser.analyse({ path, text: open.text });
  const document = { path, analyser, analysis, hints: hintsOf(analysis, before) };
  open.document = document;
  open.current = true;
  return document;
}

function* proofsOf({ analysis }: Document, files: Files): Generator<void, readonly Finding[]> {
  const { diagnostics } = yield* proveInSteps(analysis, { set: new Map(), read: files.read });
  return diagnostics.map(findingOf);
}
