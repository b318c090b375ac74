import type { WasmFunction } from "./encoder.ts";

/** A function of a module by its place in it: what calls need. The name is for readers. */
export interface FunctionReference {
  readonly index: number;
  readonly name: string;
}

/**
 * The functions of a module in order. Whoever adds one is told its place and calls it by that; names only have to be unique where
 * they are exported or printed, so a second function of the same name gets a number.
 */
export class ModuleFunctions {
  private readonly functions: WasmFunction[] = [];
  private readonly taken = new Set<string>();

  add(one: WasmFunction): FunctionReference {
    let { name } = one;
    for (let number = 2; this.taken.has(name); number++) name = `${one.name} (${number})`;
    this.taken.add(name);
    this.functions.push(name === one.name ? one : { ...one, name });
    return { index: this.functions.length - 1, name };
  }

  get all(): readonly WasmFunction[] {
    return this.functions;
  }
}
