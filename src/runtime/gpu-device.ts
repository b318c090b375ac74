import type { GPU } from "gpu.js";
import type { Backend } from "./device-modes.ts";
import type { DeviceKernel, DevicePlan, DeviceStep } from "./device-plan.ts";
import { UserError } from "./errors.ts";
import { discard, download, type Stored } from "./gpu-array.ts";
import { namesInLoop, runLoop } from "./gpu-loop.ts";
import { carried } from "./carried.ts";

/** Uniform numbers in [0, 1) for one stream and step: the same on every backend, because the host draws them. */
export type FillUniform = (target: Float32Array, stream: string, step: number) => void;

export interface DeviceCall {
  /** Arrays of the batch by field: at least `rows` rows each. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
  /** The numbers that the plan is given: the learning rate and the like. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Rows in this batch: 1 … capacity. */
  readonly rows: number;
  /** Counted from 1; with the stream it determines the random numbers. */
  readonly step: number;
}

type Argument = Stored | number;
type Runner = (...args: readonly Argument[]) => Stored;

/** WebGL counts elements in float32, which is exact below this. */
const mostElements = 2 ** 24;

/** One gpu.js context with its compiled kernels and the variables (parameters and states) that live on it. */
export class GpuDevice {
  readonly backend: Backend;
  private readonly gpu: GPU;
  private readonly fill: FillUniform;
  private readonly until: number;
  private readonly runners = new Map<string, Runner>();
  private readonly alike = new Map<string, Runner>();
  private readonly variables = new Map<string, Stored>();
  private readonly results = new Map<string, Map<string, Stored>>();
  private readonly staging = new Map<string, Float32Array>();
  private readonly lastUses = new Map<DevicePlan, ReadonlyMap<number, readonly string[]>>();

  private constructor(backend: Backend, gpu: GPU, fill: FillUniform, until: number) {
    this.backend = backend;
    this.gpu = gpu;
    this.fill = fill;
    this.until = until;
  }

  /**
   * gpu.js is loaded only where it is used: a program on WebAssembly starts without it. A device that only measures is given the
   * moment (of `performance.now()`) after which it compiles and calls no further kernel.
   */
  static async create(
    backend: Backend,
    fill: FillUniform,
    until = Number.POSITIVE_INFINITY,
  ): Promise<GpuDevice> {
    const { GPU } = await import("gpu.js");
    return new GpuDevice(backend, new GPU({ mode: backend }), fill, until);
  }

  /** Sets a parameter or state, row-major. */
  write(name: string, values: Float32Array): void {
    this.replace([[name, this.upload(values.slice())]]);
  }

  /** The present value of a parameter or state, row-major. */
  async read(name: string): Promise<Float32Array> {
    const stored = this.variables.get(name);
    if (stored === undefined) throw new Error(`the device has no variable ${name}`);
    return download(stored);
  }

  /** A result of the latest run of a plan. */
  async result(plan: DevicePlan, name: string): Promise<Float32Array> {
    const stored = this.results.get(plan.name)?.get(name);
    if (stored === undefined) throw new Error(`${plan.name} has no result ${name}`);
    return download(stored);
  }

  /** Runs a plan once: uploads the batch, calls the kernels in order, then replaces the variables that it updates. */
  run(plan: DevicePlan, call: DeviceCall): void {
    this.releaseResults(plan.name);
    const numbers = numbersOf(plan, call);
    const buffers = new Map<string, Stored>();
    for (const [name, size] of Object.entries(plan.inputs))
      buffers.set(name, this.upload(this.staged(name, size, call.inputs[name])));
    const lastUses = this.lastUsesOf(plan);
    for (const [place, step] of plan.steps.entries()) {
      if ("stream" in step)
        buffers.set(step.fill, this.filled(step.fill, step.stream, step.size, call.step));
      else if (carried.loops && "body" in step)
        runLoop(step, buffers, numbers, {
          call: (kernel, own, given) => this.call(kernel, own, given),
          apply: (source, size, given) => this.apply(source, size, given),
          upload: (values) => this.upload(values),
        });
      else {
        const kernel = step as DeviceKernel;
        buffers.set(kernel[0], this.call(kernel, buffers, numbers));
      }
      for (const name of lastUses.get(place) ?? []) {
        discard(buffers.get(name));
        buffers.delete(name);
      }
    }
    this.keep(plan, buffers);
  }

  /** Frees everything; the device cannot be used afterwards. */
  async dispose(): Promise<void> {
    for (const name of this.results.keys()) this.releaseResults(name);
    for (const stored of new Set(this.variables.values())) discard(stored);
    this.variables.clear();
    this.runners.clear();
    this.alike.clear();
    await this.gpu.destroy();
  }

  private call(
    [makes, size, source, arrays, numbers = []]: DeviceKernel,
    buffers: ReadonlyMap<string, Stored>,
    given: Readonly<Record<string, number>>,
  ): Stored {
    const stored = arrays.map((name) => buffers.get(name) ?? this.variables.get(name));
    const missing = arrays[stored.indexOf(undefined)];
    if (missing !== undefined)
      throw new Error(`${makes} needs ${missing}, which has not been written`);
    return this.apply(source, size, [
      ...(stored as Stored[]),
      ...numbers.map((name) => given[name]!),
    ]);
  }

  /**
   * Compiles a kernel on its first use. Kernels that are equal but for names, with arguments of the same kinds and lengths (which
   * are compiled in), are compiled once: layers of one shape share most of theirs.
   */
  private apply(source: string, size: number, given: readonly Argument[]): Stored {
    if (this.until < Number.POSITIVE_INFINITY && performance.now() >= this.until)
      throw new Error("the time for measuring is over");
    const key = `${size} ${source}`;
    let runner = this.runners.get(key);
    if (runner === undefined) {
      const shape = `${size} ${given.map(kindOf).join(" ")} ${withoutNames(source)}`;
      runner = this.alike.get(shape) ?? this.compile(source, size);
      this.alike.set(shape, runner);
      this.runners.set(key, runner);
    }
    return runner(...given);
  }

  /** Outputs are new textures, so that every buffer is whole until it is deleted. */
  private compile(source: string, size: number): Runner {
    if (this.backend !== "cpu" && size >= mostElements) {
      throw new UserError(`An array of ${size} elements is too large for ${this.backend}.`, [
        `WebGL takes fewer than ${mostElements} elements an array: use --backend cpu.`,
      ]);
    }
    return this.gpu.createKernel(source.trim(), {
      output: [size],
      precision: "single",
      tactic: "precision",
      pipeline: true,
      immutable: true,
    }) as unknown as Runner;
  }

  private upload(values: Float32Array): Stored {
    if (this.backend === "cpu") return values;
    return this.apply("function upload(values) { return values[this.thread.x]; }", values.length, [
      values,
    ]);
  }

  /** A batch in an array of full length: what gpu.js compiled for is always the same size. */
  private staged(name: string, size: number, given: Float32Array | undefined): Float32Array {
    if (given === undefined) throw new Error(`the batch has no ${name}`);
    if (given.length === size && this.backend !== "cpu") return given;
    const key = `${name} ${size}`;
    const array = this.staging.get(key) ?? new Float32Array(size);
    this.staging.set(key, array);
    array.set(given.length > size ? given.subarray(0, size) : given);
    return array;
  }

  private filled(name: string, stream: string, size: number, step: number): Stored {
    const key = `${name} ${size}`;
    const array = this.staging.get(key) ?? new Float32Array(size);
    this.staging.set(key, array);
    this.fill(array, stream, step);
    return this.upload(array);
  }

  /** Keeps what may be read, and puts new values of variables in the place of the old ones. */
  private keep(plan: DevicePlan, buffers: ReadonlyMap<string, Stored>): void {
    this.replace(
      Object.entries(plan.updates).map(([path, buffer]) => [path, buffers.get(buffer)!] as const),
    );
    this.results.set(
      plan.name,
      new Map(
        Object.entries(plan.results).map(([name, buffer]) => [name, buffers.get(buffer)!] as const),
      ),
    );
  }

  /** Old values are freed unless a variable still has them: two variables may have been given one new value. */
  private replace(entries: readonly (readonly [path: string, next: Stored])[]): void {
    const old = new Set(entries.map(([path]) => this.variables.get(path)));
    for (const [path, next] of entries) this.variables.set(path, next);
    this.release(old);
  }

  private releaseResults(plan: string): void {
    this.release(new Set(this.results.get(plan)?.values()));
    this.results.delete(plan);
  }

  private release(all: ReadonlySet<Stored | undefined>): void {
    const held = new Set(this.variables.values());
    for (const stored of all) if (stored !== undefined && !held.has(stored)) discard(stored);
  }

  private lastUsesOf(plan: DevicePlan): ReadonlyMap<number, readonly string[]> {
    const known = this.lastUses.get(plan) ?? findLastUses(plan);
    this.lastUses.set(plan, known);
    return known;
  }
}

/** What of an argument is compiled into a kernel. */
function kindOf(given: Argument): string {
  if (typeof given === "number") return Number.isInteger(given) ? "integer" : "float";
  return given instanceof Float32Array ? `array ${given.length}` : `texture ${given.output[0]}`;
}

/** A function with its own name and those of its arguments replaced by their places, by signs that no name has. */
function withoutNames(source: string): string {
  const [, name = "", list = ""] = /^\s*function (\w+)\(([^)]*)\)/.exec(source) ?? [];
  const names = [name, ...list.split(",").map((argument) => argument.trim())];
  const places = new Map(names.map((each, place) => [each, `#${place}`]));
  return source.replace(/[\w$]+/g, (word) => places.get(word) ?? word);
}

/** The numbers of a call: those given, `rows`, and those derived from them. */
function numbersOf(plan: DevicePlan, call: DeviceCall): Readonly<Record<string, number>> {
  const given = { ...call.numbers, rows: call.rows };
  const missing = plan.given.find((name) => !(name in given));
  if (missing !== undefined) throw new Error(`${plan.name} needs the number ${missing}`);
  const derived = Object.entries(plan.derived).map(
    ([name, formula]) => [name, formula(given)] as const,
  );
  return { ...given, ...Object.fromEntries(derived) };
}

/** The arrays that a step reads or makes. */
function namesIn(step: DeviceStep): readonly string[] {
  if ("stream" in step) return [step.fill];
  if (carried.loops && "body" in step) return namesInLoop(step);
  const [makes, , , arrays] = step as DeviceKernel;
  return [...arrays, makes];
}

/** After which step each buffer of a call is no longer needed; results and updates outlive the call. */
function findLastUses(plan: DevicePlan): ReadonlyMap<number, readonly string[]> {
  const last = new Map<string, number>();
  for (const name of Object.keys(plan.inputs)) last.set(name, 0);
  for (const [place, step] of plan.steps.entries())
    for (const name of namesIn(step)) last.set(name, place);
  for (const name of [...Object.values(plan.results), ...Object.values(plan.updates)])
    last.delete(name);
  const uses = new Map<number, string[]>();
  for (const [name, place] of last) uses.set(place, [...(uses.get(place) ?? []), name]);
  return uses;
}
