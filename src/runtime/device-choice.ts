import type { Backend } from "./device-modes.ts";
import type { DevicePlan } from "./device-plan.ts";
import type { DeviceCall } from "./gpu-device.ts";
import { describeMachine, recall, remember } from "./remembered.ts";

/** What is measured with: on devices of its own, so that training is not touched. Made only where something is measured. */
export interface Calibration {
  readonly plan: DevicePlan;
  /** Without one it is measured on rows of zeros. */
  readonly call?: () => DeviceCall | undefined;
  readonly variables: () => ReadonlyMap<string, Float32Array>;
}

/** What computes. */
export interface Engine {
  readonly backend: Backend | "wasm";
  write(name: string, values: Float32Array): void;
  read(name: string): Promise<Float32Array>;
  run(plan: DevicePlan, call: DeviceCall): void;
  result(plan: DevicePlan, name: string): Promise<Float32Array>;
  dispose(): Promise<void>;
  /** How many threads work, where that is to be told. */
  readonly threads?: string;
  /** Waits until it is as fast as it will be, at most so many milliseconds; says why it is not. */
  settle?(most: number): Promise<string | undefined>;
}

/** A backend that can be opened here. */
export interface Candidate {
  readonly backend: Engine["backend"];
  /** With a time limit (of `performance.now()`) what is not computed by then fails. */
  readonly open: (until?: number) => Promise<Engine>;
  /** The same on one thread. */
  readonly onOneThread?: () => Candidate;
}

/** What there is to choose from; looking for WebGL costs time, so it is done only when needed, and says why there is none. */
interface Place {
  readonly wasm: Candidate | undefined;
  readonly gl: () => Promise<Candidate | string>;
  readonly cpu: Candidate;
}

interface Choice {
  readonly candidate: Candidate;
  readonly reason: string;
}

/** Steps a second by backend; 0 where it fails. */
type Rates = readonly (readonly [backend: string, rate: number])[];

/**
 * The fastest backend by the rates of real steps: remembered from an earlier time on this machine, else measured. gpu.js on
 * the CPU does the work of the module, ten to a hundred times slower: next to a module it is measured only when asked.
 */
export async function chooseBackend(
  place: Place,
  calibration: Calibration | undefined,
  afresh: boolean,
): Promise<Choice> {
  const onCpu = place.wasm ?? place.cpu;
  if (calibration === undefined) return withoutMeasuring(place, onCpu);
  const key = keyOf(calibration.plan, place);
  const known = afresh ? undefined : await recalled(key, place);
  if (known !== undefined) return known;
  const gl = await place.gl();
  const candidates = [
    ...(typeof gl === "string" ? [] : [gl]),
    onCpu,
    ...(afresh && onCpu !== place.cpu ? [place.cpu] : []),
  ];
  const measured: Measured[] = [];
  for (const candidate of candidates) measured.push(await measure(candidate, calibration));
  const best = measured.reduce((most, one) => (one.rate >= most.rate ? one : most));
  await rememberAll(key, measured, best);
  // Threads that did not come for the measurement are not called again.
  const onOneThread = best.problem === undefined ? undefined : best.candidate.onOneThread?.();
  return { candidate: onOneThread ?? best.candidate, reason: reasonOf(measured, best, gl) };
}

/** What was hindered may be faster next time, and is not remembered. */
async function rememberAll(
  key: string,
  measured: readonly Measured[],
  best: Measured,
): Promise<void> {
  if (best.rate > 0 && measured.every(({ problem }) => problem === undefined))
    await remember(key, { backend: best.candidate.backend, rates: ratesOf(measured) });
}

function ratesOf(measured: readonly Measured[]): Rates {
  return measured.map(({ candidate, rate }) => [candidate.backend, rate] as const);
}

/** What was measured, who was too slow for that, why there is no WebGL, and why there is one thread. */
function reasonOf(
  measured: readonly Measured[],
  { problem }: Measured,
  gl: Candidate | string,
): string {
  const late = measured.filter(({ isLate }) => isLate).map(({ candidate }) => candidate.backend);
  return [
    `measured ${describe(ratesOf(measured))}`,
    ...late.map((backend) => `${backend} had done no step within ${mostMilliseconds / 1000} s`),
    ...(typeof gl === "string" ? [gl] : []),
    ...(problem === undefined ? [] : [`one thread: ${problem}`]),
  ].join("; ");
}

/** Without anything to measure the CPU is the safe choice. */
async function withoutMeasuring(place: Place, onCpu: Candidate): Promise<Choice> {
  const gl = await place.gl();
  const reason =
    typeof gl === "string" ? gl : `nothing was measured, and ${gl.backend} may be slower`;
  return { candidate: onCpu, reason };
}

/** What was fastest before, if it can still be had. */
async function recalled(key: string, place: Place): Promise<Choice | undefined> {
  const found = recall(key);
  if (found === undefined) return undefined;
  const { backend, rates, date } = found;
  const candidate = await candidateOf(backend, place);
  const reason = `remembered of ${date}: ${describe(rates)}; --calibrate measures again`;
  return candidate?.backend === backend ? { candidate, reason } : undefined;
}

async function candidateOf(backend: string, place: Place): Promise<Candidate | undefined> {
  if (backend === "wasm") return place.wasm;
  if (backend === "cpu") return place.wasm === undefined ? place.cpu : undefined;
  const gl = await place.gl();
  return typeof gl === "string" ? undefined : gl;
}

/** The same program on the same machine. */
function keyOf(plan: DevicePlan, { wasm }: Place): string {
  return hash(
    `${describeMachine()} ${wasm === undefined} ${plan.capacity} ${JSON.stringify(plan.steps)}`,
  );
}

/** FNV-1a with two seeds: 64 bits in hexadecimal. */
function hash(text: string): string {
  return [0x811c9dc5, 0x2f0b4a27]
    .map((seed) => {
      let word = seed;
      for (let place = 0; place < text.length; place++)
        word = Math.imul(word ^ text.charCodeAt(place), 0x01000193);
      return (word >>> 0).toString(16).padStart(8, "0");
    })
    .join("");
}

function describe(rates: Rates): string {
  const [first, ...others] = rates.map(([backend, speed]) => [rate(speed), backend] as const);
  return [
    `${first![0]} steps/s on ${first![1]}`,
    ...others.map(([speed, name]) => `${speed} on ${name}`),
  ].join(" and ");
}

function rate(value: number): string {
  return value === 0 ? "no" : value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

/** What a backend may take until it has been measured, and after its first step, which compiles; in milliseconds. */
const mostMilliseconds = 3_000;
const measuredMilliseconds = 250;
const mostMeasuredSteps = 20;

/** How long a measurement waits for threads, in milliseconds. */
export const mostJoining = 2_000;

interface Measured {
  readonly candidate: Candidate;
  /** Steps a second; 0 where the backend fails. */
  readonly rate: number;
  /** Whether it fails because it takes too long. */
  readonly isLate: boolean;
  /** Why only one thread was measured, where there should have been more. */
  readonly problem: string | undefined;
}

/** Measures on a device that is thrown away. */
async function measure(candidate: Candidate, calibration: Calibration): Promise<Measured> {
  const { plan } = calibration;
  const until = performance.now() + mostMilliseconds;
  let device: Engine | undefined;
  let problem: string | undefined;
  let rate = 0;
  try {
    device = await candidate.open(until);
    const call = calibration.call?.() ?? zerosFor(plan);
    for (const [name, values] of calibration.variables()) device.write(name, values);
    rate = await stepsPerSecond(device, plan, call, 1);
    problem = await device.settle?.(mostJoining);
    // Where the first step leaves no time for more it is what there is to go by.
    if (performance.now() < until || problem !== undefined)
      rate = await stepsPerSecond(device, plan, call, mostMeasuredSteps);
  } catch {
    if (performance.now() < until) rate = 0;
  } finally {
    await device?.dispose();
  }
  return { candidate, rate, problem, isLate: rate === 0 && performance.now() >= until };
}

async function stepsPerSecond(
  device: Engine,
  plan: DevicePlan,
  call: DeviceCall,
  most: number,
): Promise<number> {
  const start = performance.now();
  let steps = 0;
  while (steps < most && performance.now() - start < measuredMilliseconds) {
    device.run(plan, call);
    steps++;
    await wait(device, plan);
  }
  return (steps * 1000) / (performance.now() - start);
}

function zerosFor({ inputs, capacity, given }: DevicePlan): DeviceCall {
  const arrays = Object.entries(inputs).map(
    ([name, size]) => [name, new Float32Array(size)] as const,
  );
  const numbers = Object.fromEntries(given.map((name) => [name, 0]));
  return { inputs: Object.fromEntries(arrays), numbers, rows: capacity, step: 1 };
}

/** Waits until the device has finished: reading a result does. */
async function wait(device: Engine, plan: DevicePlan): Promise<void> {
  const [result] = Object.keys(plan.results);
  const [update] = Object.keys(plan.updates);
  if (result !== undefined) await device.result(plan, result);
  else if (update !== undefined) await device.read(update);
}
