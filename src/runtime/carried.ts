/**
 * What a program may go without: each is there in this process, and stands in a generated program where its run has a use for it.
 * Conditions on it are folded away as those on the definition of a run are.
 */
export interface Carried {
  /** Features that are decorrelated. */
  readonly whitening: boolean;
  /** Plans with kernels that run place by place. */
  readonly loops: boolean;
  /** Distributions that are rarely drawn from. */
  readonly drawsTruncated: boolean;
  readonly drawsUniform: boolean;
  readonly drawsIdentity: boolean;
  readonly drawsOrthogonal: boolean;
  readonly takesValues: boolean;
  /** Sources that have a shape or a kind of values of their own: everything but tables. */
  readonly arrays: boolean;
  /** Rows that a split keeps together, by a column or in their order; parts with sources of their own. */
  readonly groups: boolean;
  readonly inOrder: boolean;
  readonly ownParts: boolean;
  /** Modules that several threads can work on. */
  readonly threads: boolean;
  /** Rows that are divided by their classes, in their order, or into folds. */
  readonly stratifies: boolean;
  readonly orders: boolean;
  readonly folding: boolean;
  /** Rows are told class by class. */
  readonly classes: boolean;
  /** Tables, whose columns are bound by their names. */
  readonly layouts: boolean;
  /** Values that are read from 64 bits. */
  readonly exactValues: boolean;
  /** Metrics that are tables. */
  readonly tables: boolean;
  /** Weights that are loaded. */
  readonly warmFiles: boolean;
  readonly teacher: boolean;
  /** What the members of an ensemble reach alone. */
  readonly members: boolean;
}

export const carried: Carried = {
  whitening: true,
  loops: true,
  drawsTruncated: true,
  drawsUniform: true,
  drawsIdentity: true,
  drawsOrthogonal: true,
  takesValues: true,
  arrays: true,
  groups: true,
  inOrder: true,
  ownParts: true,
  threads: true,
  stratifies: true,
  orders: true,
  folding: true,
  classes: true,
  layouts: true,
  exactValues: true,
  tables: true,
  warmFiles: true,
  teacher: true,
  members: true,
};
