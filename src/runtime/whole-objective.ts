import type { Device, DeviceCall, DevicePlan } from "./device.ts";
import type { Objective, Place } from "./minimizer.ts";

/** A tensor that is a part of the vector of all trained weights. */
export interface Moved {
  readonly name: string;
  readonly size: number;
  /** The result that is its part of the gradient, and of the Hessian times a direction. */
  readonly gradient: string;
  readonly curvature?: string;
  /** The state that holds its part of the direction, where products of the Hessian depend on that. */
  readonly direction?: string;
}

/** The objective of a plan whose results are `objective`, the gradients of the weights and, for curvature, products of the Hessian. */
export interface PlanObjective extends Objective {
  /** Brings the device to a place where it is not already. */
  readonly goTo: (place: Place) => Promise<void>;
}

/**
 * The objective on the device, with the same rows at every evaluation. `zero` is written before each: the sums that are
 * reported are those of the latest evaluation alone.
 */
export function planObjective(
  device: Device,
  plan: DevicePlan,
  call: DeviceCall,
  moved: readonly Moved[],
  zero: readonly (readonly [string, Float32Array])[],
): PlanObjective {
  let latest: Place | undefined;
  const run = (): void => {
    for (const [name, values] of zero) device.write(name, values);
    device.run(plan, call);
  };
  const gather = async (what: "gradient" | "curvature"): Promise<Float64Array> =>
    joined(await each(moved, (tensor) => device.result(plan, tensor[what]!)));
  const evaluate = async (wanted: Float64Array): Promise<Place> => {
    const point = wanted.map(Math.fround);
    spread(device, moved, point, ({ name }) => name);
    run();
    const value = (await device.result(plan, "objective"))[0]!;
    latest = { point, value, gradient: await gather("gradient") };
    return latest;
  };
  return {
    evaluate,
    curvature: async (direction) => {
      spread(device, moved, direction, (tensor) => tensor.direction);
      run();
      return gather("curvature");
    },
    goTo: async (place) => {
      if (latest !== place) await evaluate(place.point);
    },
  };
}

/** Where the device stands now. */
export async function pointOf(device: Device, moved: readonly Moved[]): Promise<Float64Array> {
  return joined(await each(moved, ({ name }) => device.read(name)));
}

async function each(
  moved: readonly Moved[],
  read: (tensor: Moved) => Promise<Float32Array>,
): Promise<readonly Float32Array[]> {
  const parts: Float32Array[] = [];
  for (const tensor of moved) parts.push((await read(tensor)).subarray(0, tensor.size));
  return parts;
}

function joined(parts: readonly Float32Array[]): Float64Array {
  const vector = new Float64Array(parts.reduce((total, part) => total + part.length, 0));
  let start = 0;
  for (const part of parts) {
    vector.set(part, start);
    start += part.length;
  }
  return vector;
}

function spread(
  device: Device,
  moved: readonly Moved[],
  vector: Float64Array,
  nameOf: (tensor: Moved) => string | undefined,
): void {
  let start = 0;
  for (const tensor of moved) {
    const name = nameOf(tensor);
    if (name !== undefined)
      device.write(name, Float32Array.from(vector.subarray(start, start + tensor.size)));
    start += tensor.size;
  }
}
