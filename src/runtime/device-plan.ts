/**
 * One gpu.js function: a flat array is computed from flat arrays and numbers. The buffer that it makes and how many elements that
 * has, the text of the function, and what its arguments are: the arrays, then the numbers.
 */
export type DeviceKernel = readonly [
  makes: string,
  size: number,
  source: string,
  arrays: readonly string[],
  numbers?: readonly string[],
];

/** Uniform numbers in [0, 1) of a stream, drawn by the host and uploaded. */
export interface DeviceFill {
  readonly fill: string;
  readonly stream: string;
  readonly size: number;
}

/** Kernels that run in turn for every place of a sequence, with the number `place` besides those of the call. */
export interface DeviceLoop {
  readonly about: string;
  readonly places: number;
  /** From the last place to the first. */
  readonly reverse: boolean;
  readonly body: readonly DeviceKernel[];
  readonly stacks: readonly DeviceStack[];
}

/**
 * An array [rows, places, width] that a loop makes place by place: its kernels make `here`, an array [rows, width], and find
 * as `before` what they made at the place before, which is 0 at first.
 */
export interface DeviceStack {
  readonly makes: string;
  readonly here: string;
  readonly before: string;
  readonly rows: number;
  readonly width: number;
}

export type DeviceStep = DeviceKernel | DeviceFill | DeviceLoop;

/** Everything that one call does, in order; plain data but for the formulas of the numbers. */
export interface DevicePlan {
  readonly name: string;
  /** The rows that the arrays are made for; a call runs on 1 … capacity of them. */
  readonly capacity: number;
  /** Arrays of the batch, by field: elements at full capacity. */
  readonly inputs: Readonly<Record<string, number>>;
  /** Numbers that come with every call. */
  readonly given: readonly string[];
  /** Numbers worked out from those (and `rows`) on the host, in double precision. */
  readonly derived: Readonly<Record<string, (given: Readonly<Record<string, number>>) => number>>;
  readonly steps: readonly DeviceStep[];
  /** What may be read afterwards: name → buffer. */
  readonly results: Readonly<Record<string, string>>;
  /** Variables that are replaced, all at once, after the last step: path → buffer. */
  readonly updates: Readonly<Record<string, string>>;
}
