/** When something is in a program: by the name of a member of the definition, yes where the run has it. */
export type Condition =
  | boolean
  | string
  | { readonly not: Condition }
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] };

/** Lines as they stand in a program, with what they mention. */
export interface Lines {
  readonly text: string;
  /** `file#name` of a declaration, `@name` of a member of the definition. */
  readonly uses: readonly string[];
  /** Names that are read: of variables, and of members of objects. */
  readonly reads: readonly string[];
}

/** A part of a declaration: whether and how it stands there, the definition of the run decides. */
export type Piece =
  | Lines
  | {
      readonly when: Condition;
      readonly then: readonly Piece[];
      readonly otherwise: readonly Piece[];
    }
  /** One of several forms, by the conditions as the digits of a binary number. */
  | { readonly conditions: readonly string[]; readonly variants: readonly Lines[] }
  /** A variable or a member that nothing reads is left out. */
  | { readonly named: string; readonly piece: Piece }
  /** `const { a, b } = …;`, without what nothing reads. */
  | {
      readonly members: readonly { readonly name: string; readonly text: string }[];
      readonly from: Lines;
      readonly indent: number;
    };

export interface Declaration {
  readonly name: string;
  readonly isType: boolean;
  readonly isExported: boolean;
  readonly pieces: readonly Piece[];
}

/** A file of the runtime, cut into its declarations. */
export interface PieceFile {
  /** Where it lies below `src/runtime`. */
  readonly source: string;
  /** Where it stands in a generated folder. */
  readonly path: string;
  readonly declarations: readonly Declaration[];
}

/** The whole runtime, read and printed when the compiler was built. */
export interface Pieces {
  readonly files: readonly PieceFile[];
}
