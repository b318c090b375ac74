import { textOf } from "../compiler/base/source.ts";
import type { Analysis } from "../compiler/analysis/analysis.ts";
import { library } from "../compiler/analysis/facts.ts";
import type * as Ast from "../compiler/syntax/ast.ts";
import { signatureOf } from "./hover.ts";

/** What a call takes, and which argument the cursor is at. */
export interface Signature {
  /** `conv(channels, kernel, stride = 1)`. */
  readonly label: string;
  readonly text: string;
  readonly parameters: readonly { readonly label: string; readonly text: string }[];
  /** The place among the parameters; -1 where there is none for it. */
  readonly active: number;
}

/** The call whose brackets are open at an offset, by the tokens: a call is looked at while it is written. */
export function signatureAt(analysis: Analysis, offset: number): Signature | undefined {
  const call = openCall(analysis, offset);
  if (!call) return undefined;
  const declared = declarationOf(analysis, call.name);
  const described = declared ? ofDeclaration(declared) : ofLibrary(call.name, call.isStage);
  if (!described) return undefined;
  const names = described.parameters.map(({ name }) => name);
  const active = call.named === undefined ? call.index : names.indexOf(call.named);
  return {
    label: described.label,
    text: described.text,
    parameters: described.parameters.map(({ label, text }) => ({ label, text })),
    active: active < names.length ? active : -1,
  };
}

interface Call {
  readonly name: string;
  readonly isStage: boolean;
  readonly index: number;
  readonly named: string | undefined;
}

/** Walks back from the offset to the bracket that is open there, over all that are closed again. */
function openCall({ lexed }: Analysis, offset: number): Call | undefined {
  const tokens = lexed.tokens.filter(({ startOffset }) => startOffset < offset);
  let [depth, index] = [0, 0];
  let named: string | undefined;
  for (let place = tokens.length - 1; place >= 0; place--) {
    const { image } = tokens[place]!;
    if (image === ")" || image === "]" || image === "}") depth++;
    else if (image === "(" || image === "[" || image === "{") {
      if (depth === 0) {
        const name = tokens[place - 1]?.image;
        if (image !== "(" || name === undefined || !/^[A-Za-z_]/.test(name)) return undefined;
        return { name, isStage: tokens[place - 2]?.image === "->", index, named };
      }
      depth--;
    } else if (depth === 0 && image === ",") index++;
    else if (depth === 0 && image === ":" && index === 0) named ??= tokens[place - 1]?.image;
  }
  return undefined;
}

interface Described {
  readonly label: string;
  readonly text: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly label: string;
    readonly text: string;
  }[];
}

function declarationOf(
  { resolved }: Analysis,
  name: string,
): Ast.BlockItem | Ast.DefineItem | undefined {
  const binding = resolved.scope.names.get(name);
  if (binding?.kind !== "declaration") return undefined;
  const { item } = binding.declaration;
  return item.kind === "block" || item.kind === "define" ? item : undefined;
}

function ofDeclaration(item: Ast.BlockItem | Ast.DefineItem): Described {
  const parameters = item.parameters.map(({ name, span }) => ({
    name: name.text,
    label: textOf(span),
    text: "",
  }));
  return {
    label: `${item.name.text}(${parameters.map(({ label }) => label).join(", ")})`,
    text: item.documentation ?? "",
    parameters,
  };
}

function ofLibrary(name: string, isStage: boolean): Described | undefined {
  const named = library.all().filter((each) => each.name === name);
  const definition = isStage
    ? named.find(({ kind }) => kind === "layer" || kind === "activation" || kind === "function")
    : (named.find(({ kind }) => kind !== "layer") ?? named[0]);
  if (!definition) return undefined;
  const label = signatureOf(definition);
  const labels = label.includes("(") ? label.slice(label.indexOf("(") + 1, -1).split(", ") : [];
  return {
    label,
    text: definition.summary,
    parameters: Object.entries(definition.arguments).map(([argument, { summary }], index) => ({
      name: argument,
      label: labels[index] ?? argument,
      text: summary,
    })),
  };
}
