/**
 * Text with places where lines may end. `fill` ends a line where the author did or where what follows up to the next such place does not
 * fit; a `group` is on one line or broken at all of its `line`s.
 */
export type Document =
  | string
  | { readonly kind: "line"; readonly flat: string; readonly blank: boolean }
  | { readonly kind: "fill"; readonly hard: boolean }
  | { readonly kind: "whenBroken"; readonly text: string }
  | { readonly kind: "whenFlat"; readonly text: string }
  | { readonly kind: "indent"; readonly by: number; readonly content: readonly Document[] }
  | {
      readonly kind: "group";
      readonly broken: boolean;
      readonly from: "line" | "entry";
      readonly content: readonly Document[];
    }
  | {
      readonly kind: "comment";
      readonly text: string;
      readonly own: boolean;
      readonly blank: boolean;
    };

/** The margin that lines keep to where they can. */
export const width = 100;

export function line(flat: string, blank = false): Document {
  return { kind: "line", flat, blank };
}

export function indent(by: number, content: readonly Document[]): Document {
  return { kind: "indent", by, content };
}

/** Whether a comment stands before some other text: then what holds both cannot be on one line. */
export function holdsComment(content: readonly Document[]): boolean {
  const parts = flattened(content);
  const first = parts.findIndex((part) => part !== "comment");
  const last = parts.findLastIndex((part) => part !== "comment");
  return parts.some((part, index) => part === "comment" && index > first && index < last);
}

function flattened(content: readonly Document[]): readonly ("text" | "comment")[] {
  return content.flatMap((part): readonly ("text" | "comment")[] => {
    if (typeof part === "string") return part.trim() === "" ? [] : ["text"];
    if (part.kind === "comment") return ["comment"];
    return part.kind === "indent" || part.kind === "group" ? flattened(part.content) : [];
  });
}
