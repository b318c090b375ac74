import type { Diagnostic, Fix, Related } from "../base/diagnostics/diagnostic.ts";
import type { Span } from "../base/source.ts";
import type { Program, TypedRun } from "../typed/program.ts";
import type { Network } from "./network.ts";

/** How a lint is heard; `off` silences it. */
export type Level = "off" | "warning" | "error";

/** One thing that is legal and probably not meant. */
export interface Finding {
  readonly span: Span;
  /** What was found and what to write instead. */
  readonly message: string;
  readonly notes?: readonly string[];
  readonly related?: readonly Related[];
  readonly fixes?: readonly Fix[];
  /** Set where this finding weighs less than the lint's own severity. */
  readonly severity?: "warning";
}

/** A piece of craft from the lectures, checked without running anything. */
export interface Lint {
  readonly code: `NN20${string}`;
  /** What `allow` comments and the configuration call it. */
  readonly name: string;
  readonly severity: "note" | "warning" | "error";
  readonly title: string;
  /** Why, as the lectures give it, and who found it. */
  readonly reason: string;
  readonly source: string;
  /** Called for every run's model with the run's settings, and for every model that no run trains. */
  readonly network?: (network: Network) => Iterable<Finding>;
  readonly run?: (run: TypedRun, network: Network, program: Program) => Iterable<Finding>;
}

export function defineLint(lint: Lint): Lint {
  return lint;
}

/** The finding as a diagnostic, heard as loudly as the configuration says. */
export function asDiagnostic(
  lint: Lint,
  finding: Finding,
  configured: Level | undefined,
): Diagnostic {
  const own = finding.severity ?? lint.severity;
  return {
    code: lint.code,
    severity: configured === undefined || configured === "off" ? own : configured,
    message: finding.message,
    span: finding.span,
    notes: [...(finding.notes ?? []), `${lint.name}: ${lint.reason} (${lint.source})`],
    related: finding.related ?? [],
    fixes: finding.fixes ?? [],
  };
}
