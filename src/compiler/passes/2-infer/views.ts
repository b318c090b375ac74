import { diagnostic } from "../../base/diagnostics/diagnostic.ts";
import * as messages from "../../base/diagnostics/catalogue/data.ts";
import { wrongKindOfValue } from "../../base/diagnostics/catalogue/arguments.ts";
import type { Span } from "../../base/source.ts";
import type * as Ast from "../../syntax/ast.ts";
import { isProblem, throughSteps } from "../../library/support/pictures.ts";
import type { TypedViews } from "../../typed/augment.ts";
import type { TypedData } from "../../typed/program.ts";
import { readSteps } from "./argument-values.ts";
import { useOf } from "./arguments.ts";
import { pictureOf } from "./augment.ts";
import type { Context, Scope } from "./context.ts";
import { describeValue } from "./describe.ts";
import { evaluate } from "./evaluate.ts";

/** The rows as the data has them, and as the model takes them. */
interface Rows {
  readonly data: TypedData;
  readonly fed: TypedData;
  readonly inputs: ReadonlyMap<string, string>;
}

/** `average(crops(28, from: 32) then flip(w))`: views of the model's one input, each of the size that the model takes. */
export function inferViews(
  context: Context,
  scope: Scope,
  { data, fed, inputs }: Rows,
  expression: Ast.Reference,
): TypedViews | undefined {
  const refuse = (span: Span, problem: string): undefined =>
    void context.report(diagnostic(messages.augmentationDoesNotFit, span, { problem }));
  const written =
    expression.arguments?.length === 1 && !expression.arguments[0]!.name
      ? expression.arguments[0]!.value
      : undefined;
  if (!written)
    return refuse(
      expression.span,
      "`average` takes the views to average over, such as `average(crops(28, from: 32) then flip(w))`",
    );
  const value = evaluate(context, scope, written);
  if (!value) return undefined;
  if (value.kind !== "word" && value.kind !== "sequence") {
    context.report(
      diagnostic(wrongKindOfValue, written.span, {
        name: "average",
        expected: "views joined by `then`",
        found: describeValue(value, written.span),
      }),
    );
    return undefined;
  }
  const uses = readSteps(
    {
      context,
      scope,
      name: "average",
      use: (kind, part, at) => useOf(context, scope, kind, part, at),
    },
    value,
    written.span,
  );
  if (!uses) return undefined;
  const [field, ...others] = [...inputs.values()];
  const picture =
    field === undefined || others.length > 0
      ? undefined
      : pictureOf(data.fields.find(({ name }) => name === field)!.type);
  if (field === undefined || !picture)
    return refuse(
      expression.span,
      "views are of pictures, so the model must have one input, and that an image or a signal",
    );
  const steps: TypedViews["steps"][number][] = [];
  let [current, count] = [picture, 1];
  for (const use of uses) {
    const { definition } = use;
    if (definition.kind !== "augmentation" || !definition.views)
      return refuse(
        written.span,
        `\`${definition.name}\` is random; views are \`crops\` and \`flip\``,
      );
    const after = throughSteps(current, [use]);
    if (isProblem(after)) return refuse(written.span, `${after.problem}; ${after.help}`);
    steps.push({ use: { definition, arguments: use.arguments }, before: current });
    count *= definition.views.count(use.arguments);
    current = after;
  }
  const wanted = pictureOf(fed.fields.find(({ name }) => name === field)!.type)!;
  const misfit = current.axes.find(({ from }, place) => from !== wanted.axes[place]!.from);
  if (misfit)
    return refuse(
      written.span,
      `the views have ${misfit.from} along \`${misfit.name}\`, and the model takes ${wanted.axes.find(({ name }) => name === misfit.name)!.from}`,
    );
  return { field, picture, steps, count };
}
