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
export function runLints(
  program: Program,
  source: Source,
  options: LintOptions,
): readonly Diagnostic[] {
  const active = lints.filter(({ name }) => options.levels.get(name) !== "off");
  const found = new Map(active.map((lint) => [lint, [] as Finding[]]));
  const look = (network: Network, values?: string): void => {
    for (const [lint, findings] of found) {
      const here = [
        ...(lint.network?.(network) ?? []),
        ...(network.run ? (lint.run?.(network.run, network, program) ?? []) : []),
      ];
      findings.push(
        ...(values === undefined ? here : here.map((finding) => heldFor(values, finding))),
      );
    }
  };
  // What holds for the values that hypers have now comes first; what holds for others only says for which.
  for (const network of networksOf(program, options)) look(network);
  for (const { values, network } of otherNetworks(program, options)) look(network, values);
  const findings = [...found].flatMap(([lint, all]) =>
    firstOfEachPlace(all).map((each): NamedFinding => ({
      name: lint.name,
      found: asDiagnostic(lint, each, options.levels.get(lint.name)),
    })),
  );
  const silent = new Set(lints.filter((lint) => !active.includes(lint)).map(({ name }) => name));
  return byPlace(
    withoutAllowed(
      findings,
      source,
      lints.map(({ name }) => name),
      silent,
    ),
    source,
  );
}

/** Each run's model as the run has it, and every model that no run trains. */
function networksOf(program: Program, { settingsOf }: LintOptions): readonly Network[] {
  const trained = new Set(program.runs.map(({ model }) => model));
  return [
    ...program.runs.map((run) => networkOf(run.model, run.weights, run)),
    ...program.models
      .filter((model) => !trained.has(model))
      .map((model) => networkOf(model, settingsOf(model))),
  ];
}

/** The same for all other values of hypers that were proved, one after the other: they are many, and none is kept. */
function* otherNetworks(
  { runs, variations }: Program,
  { settingsOf }: LintOptions,
): Generator<{ readonly values: string; readonly network: Network }> {
  if (!variations) return;
  const trained = new Set(runs.map(({ model }) => model.name));
  for (const { values, of } of variations.runs)
    yield { values, network: networkOf(of.model, of.weights, of) };
  for (const { values, of } of variations.models)
    if (!trained.has(of.name)) yield { values, network: networkOf(of, settingsOf(of)) };
}

/** A fix would be made for the value that the hyper has now, so there is none. */
function heldFor(values: string, finding: Finding): Finding {
  return { ...finding, message: `with \`${values}\`: ${finding.message}`, fixes: [] };
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
    (a, b) =>
      Number(b.span.source === first) - Number(a.span.source === first) ||
      a.span.start - b.span.start ||
      (a.code < b.code ? -1 : 1),
  );
}
