import type { Fix } from "../../base/diagnostics/diagnostic.ts";
import { textOf, type Span } from "../../base/source.ts";
import type { Penalty, Program, TypedRun, WeightSettings } from "../../typed/program.ts";
import { callIn } from "../edits.ts";
import { originOf } from "../../settings/index.ts";
import { optimizer } from "../../settings/optimizer.ts";
import { defineLint, type Finding } from "../lint.ts";

/** An L2 penalty on weights that Adam trains. */
export const l2WithAdam = defineLint({
  code: "NN2010",
  name: "l2-with-adam",
  // A note: the penalty still does something, and lectures and papers combine the two.
  severity: "note",
  title: "L2 with Adam",
  reason:
    "Adam divides the penalty's gradient by the size of the weight's own, so weights with large gradients hardly decay; L2 equals weight decay only for plain gradient descent, and AdamW decays all alike",
  source: "Loshchilov, Hutter 2019, Decoupled Weight Decay Regularization",
  *run(run, _network, program) {
    const told = new Set<number>();
    for (const settings of run.weights.filter(isPenalized)) {
      const { span } = settings.regularize!.origin;
      if (told.has(span.start)) continue;
      told.add(span.start);
      yield found(run, program, settings, span);
    }
  },
});

function found(run: TypedRun, program: Program, settings: WeightSettings, span: Span): Finding {
  const { name, decoupled } = settings.optimizer.use.definition;
  return {
    span,
    message: `with \`${name}\` an L2 penalty is not weight decay; use \`${decoupled!.name}(…, decay: ${literalOf(settings) ?? "1e-4"})\` in its place`,
    related: [
      {
        span: settings.optimizer.origin.span,
        message: `\`${name}\` trains \`${settings.weight.path}\``,
      },
    ],
    fixes: decouple(run, program),
  };
}

/** Adam on a tensor with an L2 term; a penalty times 0 is none. */
function isPenalized({ optimizer, regularize, freeze }: WeightSettings): boolean {
  return (
    optimizer.use.definition.decoupled !== undefined &&
    freeze?.value !== true &&
    (regularize?.terms ?? []).some((term) => strengthOf(term) > 0)
  );
}

function strengthOf(term: Penalty): number {
  if (term.kind !== "use") return 0;
  const { definition, arguments: values } = term.use;
  return (definition.squares?.(values) ?? 0) * term.factor;
}

const onlyNumber = /^\s*(?:\w+\s*:\s*)?(\d[\w.-]*)\s*$/;

/** λ as it is written, where the penalty is a multiple of the sum of squares, by its only argument and as a number. */
function literalOf({ regularize }: WeightSettings): string | undefined {
  const [term, ...others] = regularize?.terms ?? [];
  if (
    term?.kind !== "use" ||
    term.use.definition.squares === undefined ||
    term.factor !== 1 ||
    others.length > 0
  )
    return undefined;
  const call = callIn(regularize!.origin.span, term.use.definition.name);
  return call?.arguments && onlyNumber.exec(textOf(call.arguments))?.[1];
}

/** `adamw` with the λ as its decay and no penalty, where the file has one run, and one λ for all of its weights. */
function decouple(run: TypedRun, program: Program): readonly Fix[] {
  const matrices = run.weights.filter(
    ({ weight }) => weight.role === "weights" && weight.tied === undefined,
  );
  const lambdas = new Set(matrices.map(literalOf));
  const [lambda] = lambdas;
  const others = run.weights.some(
    (each) => each.weight.role !== "weights" && (each.regularize?.terms.length ?? 0) > 0,
  );
  const alike = run.weights.every(({ optimizer }) => optimizer.use === run.optimizer.use);
  const written = originOf(run, optimizer)?.span;
  if (
    program.runs.length !== 1 ||
    lambdas.size !== 1 ||
    lambda === undefined ||
    others ||
    !alike ||
    !written
  )
    return [];
  const { definition } = run.optimizer.use;
  const call = callIn(written, definition.name);
  const given = call?.arguments ? textOf(call.arguments).trim() : "";
  if (!call || !definition.decoupled || /[()]/.test(given)) return [];
  const instead = `${definition.decoupled.name}(${given === "" ? "" : `${given}, `}decay: ${lambda})`;
  const penalties = new Map(
    matrices.map(({ regularize }) => [regularize!.origin.span.start, regularize!.origin.span]),
  );
  const edits = [
    { span: written, text: instead },
    ...[...penalties.values()].map((span) => ({ span, text: "none" })),
  ];
  return [{ title: `Write \`${instead}\`, and no penalty`, edits }];
}
