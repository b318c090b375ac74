/** What the brackets that the cursor is in hold. */
export interface Frame {
  readonly kind:
    | "top"
    | "parameters"
    | "ports"
    | "body"
    | "settings"
    | "data"
    | "budget"
    | "domain"
    | "imports"
    | "group"
    | "tensor"
    | "path"
    | "targets"
    | "list";
  /** Whether statements are around it, where values flow. */
  readonly inBody: boolean;
}
