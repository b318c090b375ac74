import { carried } from "./carried.ts";
import type { DeviceCall, FillUniform } from "./gpu-device.ts";
import { randomStream } from "./random.ts";
import { WasmPace } from "./wasm-pace.ts";
import type { WasmArray, WasmPlan, WasmProgram } from "./wasm-plan.ts";
import { chooseThreads, WasmTeam } from "./wasm-threads.ts";

/** What a call of a plan touches, looked up once. */
interface Entry {
  readonly table: WasmPlan;
  readonly inputs: readonly { readonly name: string; readonly view: Float32Array }[];
  readonly numbers: readonly {
    readonly name: string;
    readonly place: number;
    readonly formula: ((given: Readonly<Record<string, number>>) => number) | undefined;
  }[];
  readonly step: () => void;
}

/** A generated module over its memory: variables live there, a call is one call of the module. */
export class WasmDevice {
  readonly backend = "wasm";
  private readonly program: WasmProgram;
  private readonly fill: FillUniform;
  private readonly seed: number | undefined;
  private readonly floats: Float32Array;
  private readonly words: Int32Array;
  private readonly opened: Opened;
  /** How many threads work, or why only one does; nothing where nobody would ask. */
  readonly threads: string;
  /** The numbers of the present call; one object for all calls. */
  private readonly given: Record<string, number> = {};
  /** Variables that no plan touches: they are kept for whoever reads them back. */
  private readonly others = new Map<string, Float32Array>();
  private readonly entries = new Map<string, Entry>();
  private readonly views = new Map<WasmArray, Float32Array>();

  private constructor(
    program: WasmProgram,
    fill: FillUniform,
    opened: Opened,
    seed: number | undefined,
  ) {
    this.program = program;
    this.fill = fill;
    this.opened = opened;
    this.seed = seed;
    this.floats = new Float32Array(opened.memory.buffer);
    this.words = new Int32Array(opened.memory.buffer);
    this.threads = opened.threads;
    if (seed !== undefined) this.seedStreams(seed);
  }

  /** Whether modules with 128-bit vectors run here. */
  static async isSupported(program: WasmProgram): Promise<boolean> {
    return typeof WebAssembly === "object" && WebAssembly.validate(await program.bytes());
  }

  /**
   * Without a seed the host fills in the random numbers. With "auto" there are as many threads as the machine and the plans have
   * use for, and they are used where they are faster; a number is what is asked for, and waited for at most so many milliseconds.
   */
  static async create(
    program: WasmProgram,
    fill: FillUniform,
    seed?: number,
    wanted: number | "auto" = 1,
    most?: number,
  ): Promise<WasmDevice> {
    const wish = { wanted, most };
    const opened = await (carried.threads ? openTogether(program, wish) : openAlone(program, wish));
    return new WasmDevice(program, fill, opened, seed);
  }

  /** Sets a parameter or state, row-major. */
  write(name: string, values: Float32Array): void {
    const array = this.program.variables[name];
    if (array === undefined) this.others.set(name, values.slice());
    else this.pack(array, values);
  }

  /** The present value of a parameter or state, row-major. */
  async read(name: string): Promise<Float32Array> {
    const array = this.program.variables[name];
    const other = this.others.get(name);
    if (array === undefined && other === undefined)
      throw new Error(`the module has no variable ${name}`);
    return array === undefined ? other!.slice() : this.unpack(array);
  }

  run(plan: { readonly name: string }, call: DeviceCall): void {
    const entry = this.entries.get(plan.name) ?? this.enter(plan.name);
    for (const input of entry.inputs) upload(input, call);
    this.draw(entry.table, call.step);
    this.setNumbers(plan.name, entry, call);
    entry.step();
  }

  private enter(name: string): Entry {
    const table = this.planOf(name);
    const entry = {
      table,
      inputs: Object.entries(table.inputs).map(([input, array]) => ({
        name: input,
        view: this.viewOf(array),
      })),
      numbers: Object.entries(table.numbers).map(([number, address]) => ({
        name: number,
        place: address / 4,
        formula: table.derived[number],
      })),
      step: this.opened.steps.get(name)!,
    };
    this.entries.set(name, entry);
    return entry;
  }

  /** With a seed the module draws its random numbers itself, bit for bit the same. */
  private draw({ fills }: WasmPlan, step: number): void {
    for (const { stream, array, words } of fills) {
      if (this.seed === undefined) this.fill(this.viewOf(array), stream, step);
      else this.words[words / 4 + 4] = step;
    }
  }

  private seedStreams(seed: number): void {
    for (const { fills } of Object.values(this.program.plans)) {
      for (const { stream, words } of fills) {
        const { seedLow, seedHigh, nameLow, nameHigh } = randomStream(seed, stream);
        this.words.set([seedLow, seedHigh, nameLow, nameHigh, 0, 1], words / 4);
      }
    }
  }

  /** A result of the latest run of a plan, row-major. */
  async result(plan: { readonly name: string }, name: string): Promise<Float32Array> {
    const array = this.planOf(plan.name).results[name];
    if (array === undefined) throw new Error(`${plan.name} has no result ${name}`);
    return this.unpack(array);
  }

  /** Whether all threads are there. */
  get isTogether(): boolean {
    return this.opened.team?.isReady ?? false;
  }

  /** Waits until all threads are there that have begun, at most so many milliseconds; says why they are not. */
  async settle(most?: number): Promise<string | undefined> {
    return this.opened.team?.join(most);
  }

  async dispose(): Promise<void> {
    this.views.clear();
    this.opened.team?.dispose();
  }

  private planOf(name: string): WasmPlan {
    const table = this.program.plans[name];
    if (table === undefined) throw new Error(`the module has no plan ${name}`);
    return table;
  }

  /** Inputs and random numbers lie without gaps. */
  private viewOf(array: WasmArray): Float32Array {
    const known = this.views.get(array);
    if (known !== undefined) return known;
    const start = array.address / 4;
    const view = this.floats.subarray(start, start + sizeOf(array));
    this.views.set(array, view);
    return view;
  }

  private setNumbers(plan: string, { table, numbers }: Entry, call: DeviceCall): void {
    const { given } = this;
    for (const number of table.given) {
      const value = call.numbers[number];
      if (value === undefined) throw new Error(`${plan} needs the number ${number}`);
      given[number] = value;
    }
    given["rows"] = call.rows;
    this.words[this.program.rows / 4] = call.rows;
    for (const { name, place, formula } of numbers)
      this.floats[place] = formula === undefined ? given[name]! : formula(given);
  }

  private pack(array: WasmArray, values: Float32Array): void {
    this.forEachRow(array, (from, to, length) =>
      this.floats.set(values.subarray(from, from + length), to),
    );
  }

  private unpack(array: WasmArray): Float32Array {
    const values = new Float32Array(sizeOf(array));
    this.forEachRow(array, (from, to, length) =>
      values.set(this.floats.subarray(to, to + length), from),
    );
    return values;
  }

  /** Rows of the last dimension: place in the row-major array, place in memory, length. */
  private forEachRow(
    { address, shape, strides }: WasmArray,
    visit: (from: number, to: number, length: number) => void,
  ): void {
    if (isWhole({ shape, strides })) return visit(0, address / 4, sizeOf({ shape }));
    const length = shape.at(-1) ?? 1;
    const rows = sizeOf({ shape }) / length;
    for (let row = 0; row < rows; row++) {
      let rest = row;
      let place = address / 4;
      for (let axis = shape.length - 2; axis >= 0; axis--) {
        place += (rest % shape[axis]!) * strides[axis]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      visit(row * length, place, length);
    }
  }
}

function upload({ name, view }: Entry["inputs"][number], call: DeviceCall): void {
  const given = call.inputs[name];
  if (given === undefined) throw new Error(`the batch has no ${name}`);
  view.set(given.length > view.length ? given.subarray(0, view.length) : given);
}

/** Whether an array lies as it is read and written: row-major without gaps. */
function isWhole({ shape, strides }: Pick<WasmArray, "shape" | "strides">): boolean {
  let size = 1;
  return shape
    .map((extent, axis) => ({ extent, stride: strides[axis]! }))
    .toReversed()
    .every(({ extent, stride }) => {
      const fits = extent === 1 || stride === size;
      size *= extent;
      return fits;
    });
}

/** A module over its memory, and what one call of each plan is. */
interface Opened {
  readonly memory: WebAssembly.Memory;
  readonly steps: ReadonlyMap<string, () => void>;
  readonly threads: string;
  /** The threads, where more than one was to work. */
  readonly team?: Company | undefined;
}

/** What is asked of threads that work together. */
interface Company {
  readonly isReady: boolean;
  join(most?: number): Promise<string | undefined>;
  dispose(): void;
}

/** How many threads are to work, and how long they are waited for, in milliseconds. */
interface ThreadWish {
  readonly wanted: number | "auto";
  readonly most: number | undefined;
}

/** A module that one thread works on. */
async function openAlone(program: WasmProgram, { wanted }: ThreadWish): Promise<Opened> {
  const memory = ownMemory(program);
  const { instance } = await WebAssembly.instantiate(await program.bytes(), { env: { memory } });
  const threads =
    wanted === "auto" || wanted === 1 ? "" : "one thread: the steps are too short for more";
  return {
    memory,
    steps: new Map(Object.entries(instance.exports) as [string, () => void][]),
    threads,
  };
}

async function openTogether(program: WasmProgram, { wanted, most }: ThreadWish): Promise<Opened> {
  const { team, why } = teamFor(program, wanted);
  const memory = team?.memory ?? ownMemory(program);
  const bytes = await program.bytes();
  const module = await WebAssembly.compile(team?.shared(bytes) ?? bytes);
  const scratch = program.threads?.scratch ?? 0;
  const instance = await WebAssembly.instantiate(module, { env: { memory, scratch } });
  const begin = (): void => team?.start(module, instance);
  if (wanted !== "auto") begin();
  const steps = stepsOf(program, instance, team, wanted === "auto" ? begin : undefined);
  const threads = wanted === "auto" ? autoThreads(team, why) : await joined(team, why, most);
  return { memory, steps, threads, team };
}

/** A memory for one thread. Modules made for threads want a limit. */
function ownMemory({ pages, threads }: WasmProgram): WebAssembly.Memory {
  const limit = threads === undefined ? {} : { maximum: pages };
  return new WebAssembly.Memory({ initial: pages, ...limit });
}

/**
 * What one call of each plan is: with several threads as soon as all are there. With `begin`, they begin after the first call
 * that has a use for them (which so is not kept waiting), and are used where they are faster.
 */
function stepsOf(
  program: WasmProgram,
  instance: WebAssembly.Instance,
  team: WasmTeam | undefined,
  begin: (() => void) | undefined,
): ReadonlyMap<string, () => void> {
  let hasBegun = begin === undefined;
  const steps = Object.keys(program.plans).map((name) => {
    const alone = instance.exports[name] as () => void;
    const place = team?.placeOf(name) ?? -1;
    if (team === undefined || place < 0) return [name, alone] as const;
    const pace = begin === undefined ? undefined : new WasmPace();
    const call = (together: boolean): void => (together ? team.run(place) : alone());
    const step = (): void => {
      if (!hasBegun) {
        alone();
        begin?.();
        hasBegun = true;
      } else if (!team.isReady) alone();
      else if (pace === undefined) team.run(place);
      else pace.run(call);
    };
    return [name, step] as const;
  });
  return new Map(steps);
}

/** The threads that are to be had, where more than one is of use; why not more. */
function teamFor(
  program: WasmProgram,
  wanted: number | "auto",
): { readonly team: WasmTeam | undefined; readonly why: string } {
  const { count, why } = chooseThreads(program, wanted);
  if (count === 1) return { team: undefined, why };
  try {
    return { team: new WasmTeam(program, program.threads!, count), why };
  } catch {
    return { team: undefined, why: "one thread: there is no room for the memory of more" };
  }
}

function autoThreads(team: WasmTeam | undefined, why: string): string {
  return team === undefined ? why : `up to ${team.count} threads`;
}

/** Threads that were asked for are waited for, for a while: those that come later still take part. */
async function joined(
  team: WasmTeam | undefined,
  why: string,
  most: number | undefined,
): Promise<string> {
  if (team === undefined) return why;
  const problem = await team.join(most);
  if (problem === undefined) return `${team.count} threads`;
  return `${team.isLost ? "one thread" : "one thread at first"}: ${problem}`;
}

function sizeOf({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
