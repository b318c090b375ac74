/** A size: an integer or an exact formula over symbols. Opaque; made by the functions of `dim.ts`; equal dims have equal keys. */
export interface Dim {
  readonly dim: true;
  /** The normal form as text: equal exactly when the formulas are provably equal. */
  readonly key: string;
}
