import type { ActivationDefinition, Definition } from "../../compiler/library/definition.ts";
import type { Setting } from "../../compiler/settings/setting.ts";
import { describe, describeTable, type DescribedArgument } from "./describe.ts";

/** The page of one item. */
export function page(definition: Definition): string {
  const parts = [
    `# ${definition.name}`,
    `${definition.kind[0]!.toUpperCase()}${definition.kind.slice(1)}. ${definition.summary}`,
    fenced("", definition.formula),
    ...argumentsOf(definition),
    ...kindFacts(definition),
    "## Example",
    fenced("nnspec fragment", definition.example),
    ...(definition.pitfalls === undefined ? [] : ["## Pitfalls", definition.pitfalls]),
    ...(definition.source === undefined ? [] : ["## Source", definition.source]),
    ...(definition.techniques?.length ? [`Techniques: ${definition.techniques.join(", ")}.`] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The page of a setting of runs and recipes. */
export function pageOfSetting(setting: Setting): string {
  const calls = Object.entries(setting.calls ?? {}).filter(
    ([, table]) => Object.keys(table).length > 0,
  );
  const parts = [
    `# ${setting.name}`,
    `Setting of runs and recipes. ${setting.summary}`,
    ["| takes | default |", "|---|---|", `| ${setting.takes} | ${setting.otherwise} |`].join("\n"),
    ...calls.flatMap(([name, table]) => [`## ${name}`, ...tableOf(describeTable(table))]),
    "## Example",
    fenced("nnspec fragment", setting.example),
    ...(setting.details === undefined ? [] : ["## Details", setting.details]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function argumentsOf(definition: Definition): readonly string[] {
  const described = describe(definition).arguments;
  return described.length === 0 ? [] : ["## Arguments", ...tableOf(described)];
}

function tableOf(described: readonly DescribedArgument[]): readonly string[] {
  const rows = described.map(
    (argument) =>
      `| ${code(argument.name)} | ${argument.type} | ${defaultCell(argument)} | ${cell(argument.summary)} |`,
  );
  const positional = described
    .filter((argument) => !argument.named)
    .map((argument) => argument.name);
  const order =
    positional.length === 0
      ? "All by name."
      : `By position: ${positional.map(code).join(", ")}; the others by name.`;
  return [["| name | takes | default | meaning |", "|---|---|---|---|", ...rows].join("\n"), order];
}

function defaultCell(argument: DescribedArgument): string {
  if (argument.default !== undefined) return code(argument.default);
  return argument.required ? "required" : "none";
}

/** Facts that only some kinds have: operands, values, what is better. */
function kindFacts(definition: Definition): readonly string[] {
  switch (definition.kind) {
    case "activation":
      return examplesOf(definition);
    case "loss":
    case "metric": {
      const operands = definition.operands
        .map((operand) => `- ${code(operand.name)}: ${operand.summary}`)
        .join("\n");
      const better = definition.kind === "metric" ? [`Better is ${definition.better}.`] : [];
      return ["## Operands", operands, ...better];
    }
    case "regularizer":
      return definition.applies === "distribution"
        ? ["For `probabilities(...)` only: its operand is the logits of the distribution."]
        : [];
    default:
      return [];
  }
}

function examplesOf(definition: ActivationDefinition): readonly string[] {
  if (!definition.examples) return [];
  const rows = definition.examples.map((example) => {
    const given = Object.entries(example.arguments ?? {}).map(
      ([name, value]) => `${name}: ${String(value)}`,
    );
    return `| ${given.length === 0 ? "" : code(given.join(", "))} | ${example.in.join(", ")} | ${example.out.join(", ")} |`;
  });
  return ["## Values", ["| with | x | y |", "|---|---|---|", ...rows].join("\n")];
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
