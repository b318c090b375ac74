import type { Diagnostic } from "../base/diagnostics/diagnostic.ts";
import type { Source } from "../base/source.ts";
import type { Program, TypedModel, WeightSettings } from "../typed/program.ts";
import { withoutAllowed, type NamedFinding } from "./allow.ts";
import { asDiagnostic, type Finding, type Level } from "./lint.ts";
import { lints } from "./lints.ts";
import { networkOf, type Network } from "./network.ts";

export interface LintOptions {
  /** From the configuration, by the lint's name; the others keep their own severity. */
  readonly levels: ReadonlyMap<string, Level>;
  /** What the weights of a model start from that no run trains. */
  readonly settingsOf: (model: TypedModel) => readonly WeightSettings[];
}

/** What the lints find in a program without errors, in the order of the text; each place once for each lint. */
export function runLints(program: Program, source: Source, options: LintOptions): readonly Diagnostic[] {
  const active = lints.filter(({ name }) => options.levels.get(name) !== "off");
  const networks = networksOf(program, options);
  const findings = active.flatMap((lint): readonly NamedFinding[] => {
    const found = networks.flatMap((network): readonly Finding[] => [
      ...(lint.network?.(network) ?? []),
      ...(network.run ? (lint.run?.(network.run, network, program) ?? []) : []),
    ]);
    return firstOfEachPlace(found).map((each) => ({ name: lint.name, found: asDiagnostic(lint, each, options.levels.get(lint.name)) }));
  });
  const silent = new Set(lints.filter((lint) => !active.includes(lint)).map(({ name }) => name));
  return byPlace(withoutAllowed(findings, source, lints.map(({ name }) => name), silent), source);
}

/** Each run's model as the run has it, and every model that no run trains. */
function networksOf(program: Program, { settingsOf }: LintOptions): readonly Network[] {
  const trained = new Set(program.runs.map(({ model }) => model));
  return [
    ...program.runs.map((run) => networkOf(run.model, run.weights, run)),
    ...program.models.filter((model) => !trained.has(model)).map((model) => networkOf(model, settingsOf(model))),
  ];
}

/** A block that is used several times, or a model of several runs, is told once. */
function firstOfEachPlace(findings: readonly Finding[]): readonly Finding[] {
  const places = new Map<string, Finding>();
  for (const finding of findings) {
    const { source, start, end } = finding.span;
    const key = `${source.path} ${start} ${end}`;
    if (!places.has(key)) places.set(key, finding);
  }
  return [...places.values()];
}

function byPlace(diagnostics: readonly Diagnostic[], first: Source): readonly Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) => Number(b.span.source === first) - Number(a.span.source === first) || a.span.start - b.span.start || (a.code < b.code ? -1 : 1),
  );
}
