import { emitWasm, type EmittedWasm } from "../../src/backends/wasm/emit-wasm.ts";
import type { WasmArray } from "../../src/backends/wasm/module-table.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import { wasmProgram } from "./wasm-program.ts";

/** A module of one plan over a memory that a test can look into; no loader in between. */
export class WasmMachine {
  readonly words: Int32Array;
  readonly emitted: EmittedWasm;
  private readonly plan: Plan;
  private readonly floats: Float32Array;
  private readonly step: () => void;

  constructor(
    plan: Plan,
    emitted: EmittedWasm = emitWasm({ [plan.name]: plan }, { threads: "never" }),
  ) {
    const memory = new WebAssembly.Memory({ initial: emitted.memory.pages });
    this.plan = plan;
    this.emitted = emitted;
    this.words = new Int32Array(memory.buffer);
    this.floats = new Float32Array(memory.buffer);
    this.step = new WebAssembly.Instance(new WebAssembly.Module(emitted.bytes), { env: { memory } })
      .exports[plan.name] as () => void;
  }

  private get table() {
    return this.emitted.memory.plans.get(this.plan.name)!;
  }

  /** Parameters, states, inputs and random numbers by name, row-major; those that the plan does not have are left out. */
  write(values: ReadonlyMap<string, ArrayLike<number>>): void {
    const { inputs, fills } = this.table;
    for (const [name, array] of [
      ...this.emitted.memory.variables,
      ...inputs,
      ...fills.map(({ stream, array }) => [stream, array] as const),
    ]) {
      const given = values.get(name);
      if (given !== undefined)
        placesOf(array)
          .subarray(0, given.length)
          .forEach((place, flat) => (this.floats[place] = given[flat]!));
    }
  }

  call(scalars: ReadonlyMap<string, number>, rows: number): void {
    const given: Record<string, number> = { ...Object.fromEntries(scalars), rows };
    const { derived } = wasmProgram({}, this.emitted).plans[this.plan.name]!;
    this.words[this.emitted.memory.rows / 4] = rows;
    for (const [name, address] of this.table.numbers)
      this.floats[address / 4] = derived[name]?.(given) ?? given[name]!;
    this.step();
  }

  /** The results of the plan and the variables, row-major. */
  read(array: WasmArray): Float32Array {
    return Float32Array.from(placesOf(array), (place) => this.floats[place]!);
  }

  /** The same as bits. */
  readBits(array: WasmArray): Int32Array {
    return Int32Array.from(placesOf(array), (place) => this.words[place]!);
  }

  results(): ReadonlyMap<string, WasmArray> {
    return this.table.results;
  }
}

/** Where the elements of an array lie in memory, row-major: for every number of dimensions. */
export function placesOf({ address, shape, strides }: WasmArray): Int32Array {
  let places = Int32Array.of(address / 4);
  for (const [axis, extent] of shape.entries()) {
    const wider = new Int32Array(places.length * extent);
    for (const [at, place] of places.entries())
      for (let index = 0; index < extent; index++)
        wider[at * extent + index] = place + index * strides[axis]!;
    places = wider;
  }
  return places;
}
