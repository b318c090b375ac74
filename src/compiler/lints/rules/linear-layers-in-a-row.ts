import { defineLint } from "../lint.ts";
import { defaults } from "../../library/defaults.ts";
import { betweenOf, onlyArranges, waysBetweenKernels } from "../linear-ways.ts";

const relu = defaults.activation.name;

/** Two layers of one kind with nothing, or only a change of shape, between them: together they are one. */
export const linearLayersInARow = defineLint({
  code: "NN2005",
  name: "linear-layers-in-a-row",
  severity: "warning",
  title: "Two linear layers in a row",
  reason:
    "a linear map of a linear map is one linear map, so the second layer adds parameters and no expressive power; only a narrow layer between wide ones, a deliberate low-rank bottleneck, says something of its own",
  source: "Baldi, Hornik 1989; Denil et al. 2013",
  *network(network) {
    for (const { first, second, through, layer, next } of waysBetweenKernels(network)) {
      if (layer.definition !== next.definition || !onlyArranges(through)) continue;
      const at = { source: first.span.source, start: second.span.start, end: second.span.start };
      const direct =
        through.every((value) => betweenOf(value) === undefined) &&
        first.span.source === second.span.source &&
        /^\s*->\s*$/.test(first.span.source.text.slice(first.span.end, second.span.start));
      yield {
        span: second.span,
        message: `\`${layer.path}\` and \`${next.path}\` are one linear map, as nothing stands between them; put an activation between, or keep one of them`,
        related: [{ span: first.span, message: `\`${layer.path}\`` }],
        fixes: direct
          ? [{ title: `Insert \`${relu}\``, edits: [{ span: at, text: `${relu} -> ` }] }]
          : [],
      };
    }
  },
});
