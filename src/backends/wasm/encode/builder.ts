import type { ValueType, WasmFunction } from "./encoder.ts";
import type { FunctionReference } from "./module-functions.ts";
import { alignment, type Instruction, type Op } from "./instructions.ts";

/** A local variable by its index. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** Something that puts one value on the stack. */
export type Value = () => void;

/** Writes the body of one function. */
export class FunctionBuilder {
  readonly body: Instruction[] = [];
  private readonly locals: ValueType[] = [];
  private readonly name: string;
  private readonly parameters: readonly ValueType[];
  private pending: string | undefined;
  private taken: Local[] = [];
  private readonly free: Record<ValueType, Local[]> = { i32: [], f32: [], v128: [] };

  constructor(name: string, parameters: readonly ValueType[] = []) {
    this.name = name;
    this.parameters = parameters;
  }

  finish(comment: string, exported = false): WasmFunction {
    return {
      name: this.name,
      parameters: this.parameters,
      locals: this.locals,
      body: this.body,
      exported,
      comment,
    };
  }

  parameter(index: number): Local {
    return { index, type: this.parameters[index]! };
  }

  local(type: ValueType): Local {
    const local = this.free[type].pop() ?? this.newLocal(type);
    this.taken.push(local);
    return local;
  }

  private newLocal(type: ValueType): Local {
    this.locals.push(type);
    return { index: this.parameters.length + this.locals.length - 1, type };
  }

  /** The locals so far are not used again: a loop around what comes next needs them. */
  reserve(): void {
    this.taken = [];
  }

  /** What comes next needs none of the locals so far: they are used again. */
  forget(): void {
    for (const local of this.taken) this.free[local.type].push(local);
    this.taken = [];
  }

  /** A comment in front of the next instruction. */
  comment(text: string): void {
    this.pending = text;
  }

  op(op: Op, ...immediates: readonly number[]): void {
    const comment = this.pending;
    this.pending = undefined;
    this.body.push(comment === undefined ? { op, immediates } : { op, immediates, comment });
  }

  call({ index }: FunctionReference): void {
    this.op("call", index);
  }

  get(local: Local): void {
    this.op("local.get", local.index);
  }

  set(local: Local): void {
    this.op("local.set", local.index);
  }

  tee(local: Local): void {
    this.op("local.tee", local.index);
  }

  memory(op: Op, offset: number, lane?: number): void {
    this.op(op, offset, alignment, ...(lane === undefined ? [] : [lane]));
  }

  integer(value: number): void {
    this.op("i32.const", value);
  }

  /** Four equal floats. */
  splat(value: number): void {
    const [word] = new Int32Array(new Float32Array([value]).buffer);
    this.op("v128.const", word!, word!, word!, word!);
  }

  /** Two equal doubles. */
  doubles(value: number): void {
    const [low, high] = new Int32Array(new Float64Array([value]).buffer);
    this.op("v128.const", low!, high!, low!, high!);
  }

  /** Four words. */
  words(...lanes: readonly [number, number, number, number]): void {
    this.op("v128.const", ...lanes);
  }

  /** Computes a vector once; the result reads it any number of times. */
  hold(value: Value): Value {
    value();
    const local = this.local("v128");
    this.set(local);
    return () => this.get(local);
  }

  /** Runs `body` as often as the positive number that `count` puts on the stack. */
  repeat(count: Value, body: () => void): void {
    const counter = this.local("i32");
    count();
    this.set(counter);
    this.op("loop");
    body();
    this.get(counter);
    this.integer(-1);
    this.op("i32.add");
    this.tee(counter);
    this.op("br_if", 0);
    this.op("end");
  }

  /** Runs `body` where the number on the stack is not 0. */
  when(body: () => void): void {
    this.op("if");
    body();
    this.op("end");
  }
}
