import { encodeModule, type WasmFunction } from "./encoder.ts";
import { instructions, type Instruction } from "./instructions.ts";
import { operandsOf, type Operands } from "./operands.ts";

/** A function in the place of one or several, and for each of those what to add to the addresses. */
export interface SharedFunction {
  readonly function: WasmFunction;
  /** The functions that it stands for, with the arguments that follow their own. */
  readonly members: readonly { readonly member: WasmFunction; readonly bases: readonly number[] }[];
}

/** Below so many bytes a function is not worth the further arguments of its calls. */
const leastBytes = 60;

/**
 * Functions that are equal but for where their arrays lie become one: what differs from one to the other is taken as a parameter and
 * added to the pointers. In the order of the first of each.
 */
export function shareFunctions(functions: readonly WasmFunction[]): readonly SharedFunction[] {
  const lengths = countBy(functions, ({ body }) => body.length);
  const alike = new Map<string, WasmFunction[]>();
  for (const one of functions) {
    const isAlone = lengths.get(one.body.length) === 1 || !isWorthSharing(one);
    const key = isAlone ? `${alike.size} alone` : likeness(one);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [one]);
    else known.push(one);
  }
  return [...alike.values()].map(share);
}

function countBy<Value, Key>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of values.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function isWorthSharing(one: WasmFunction): boolean {
  return !one.exported && !one.body.some(({ op }) => op === "call") && isLongEnough(one);
}

/** Every instruction has a byte at least: only short functions need to be encoded to know. */
function isLongEnough(one: WasmFunction): boolean {
  if (one.body.length >= leastBytes) return true;
  return encodeModule({ functions: [one], pages: 0, threaded: false }).length >= leastBytes;
}

/** Everything about a function but the offsets of its accesses to memory. */
function likeness({ parameters, locals, body }: WasmFunction): string {
  const code = body.map((one) =>
    isAccess(one) ? [one.op, ...one.immediates.slice(1)] : [one.op, ...one.immediates],
  );
  return JSON.stringify([parameters, locals, code]);
}

function isAccess({ op }: Instruction): boolean {
  return instructions[op].immediate.startsWith("memory");
}

function share(members: readonly WasmFunction[]): SharedFunction {
  const [first, ...others] = members as readonly [WasmFunction, ...WasmFunction[]];
  if (others.length === 0) return { function: first, members: [{ member: first, bases: [] }] };
  const { classOf, bases, offsets } = basesOf(members);
  const comment = `${first.comment}; also ${others.map(({ name }) => name).join(", ")}`;
  const shared = withBases(
    { ...first, body: withOffsets(first.body, offsets), comment },
    classOf,
    bases.length,
  );
  return {
    function: shared,
    members: members.map((member, place) => ({ member, bases: bases.map((base) => base[place]!) })),
  };
}

interface Bases {
  /** Access → the parameter that is added to its address; −1 where all members agree. */
  readonly classOf: ReadonlyMap<number, number>;
  /** Parameter → member → value: none is negative, for an address must not be either. */
  readonly bases: readonly (readonly number[])[];
  /** Access → what its offset is without the parameter. */
  readonly offsets: ReadonlyMap<number, number>;
}

/** Accesses whose offsets differ by the same from member to member share a parameter. */
function basesOf(members: readonly WasmFunction[]): Bases {
  const classes = new Map<string, number>();
  const bases: (readonly number[])[] = [];
  const classOf = new Map<number, number>();
  const offsets = new Map<number, number>();
  for (const [place, instruction] of members[0]!.body.entries()) {
    if (!isAccess(instruction)) continue;
    const all = members.map(({ body }) => body[place]!.immediates[0]!);
    const least = Math.min(...all);
    const distances = all.map((offset) => offset - least);
    offsets.set(place, least);
    if (distances.every((distance) => distance === 0)) {
      classOf.set(place, -1);
      continue;
    }
    const key = distances.join(" ");
    if (!classes.has(key)) {
      classes.set(key, bases.length);
      bases.push(distances);
    }
    classOf.set(place, classes.get(key)!);
  }
  return { classOf, bases, offsets };
}

function withOffsets(
  body: readonly Instruction[],
  offsets: ReadonlyMap<number, number>,
): readonly Instruction[] {
  return body.map((one, place) => {
    const offset = offsets.get(place);
    return offset === undefined
      ? one
      : { ...one, immediates: [offset, ...one.immediates.slice(1)] };
  });
}

/** Adds the parameters to the addresses: once to a pointer where that serves one parameter only, else at the access. */
function withBases(
  one: WasmFunction,
  classOf: ReadonlyMap<number, number>,
  count: number,
): WasmFunction {
  const own = one.parameters.length;
  const { body } = one;
  const operands = operandsOf(body);
  const pointers = pointersOf(body, operands, classOf, own);
  const additions = new Map<number, number>();
  for (const [access, parameter] of classOf) {
    const [address] = operands.makers[access]!;
    if (parameter >= 0 && !derives(address!, parameter, { body, operands, pointers }))
      additions.set(address!, parameter);
  }
  for (const [place, { op, immediates }] of body.entries()) {
    if (op !== "local.set" && op !== "local.tee") continue;
    const parameter = pointers.get(immediates[0]!);
    const [value] = operands.makers[place]!;
    if (parameter !== undefined && !derives(value!, parameter, { body, operands, pointers }))
      additions.set(value!, parameter);
  }
  const added = body.flatMap((instruction, place): readonly Instruction[] => {
    const moved = shifted(instruction, own, count);
    const parameter = additions.get(place);
    if (parameter === undefined) return [moved];
    const base: Instruction = { op: "local.get", immediates: [own + parameter] };
    if (moved.op === "i32.const" && moved.immediates[0] === 0) return [{ ...moved, ...base }];
    return [moved, base, { op: "i32.add", immediates: [] }];
  });
  const further = Array.from({ length: count }, () => "i32" as const);
  return { ...one, parameters: [...one.parameters, ...further], body: added };
}

function localOf({ op, immediates }: Instruction): number | undefined {
  return op === "local.get" || op === "local.tee" ? immediates[0]! : undefined;
}

/** The locals come after the parameters, of which there are more now. */
function shifted(instruction: Instruction, own: number, count: number): Instruction {
  const { op, immediates } = instruction;
  const isLocal = op === "local.get" || op === "local.set" || op === "local.tee";
  if (!isLocal || immediates[0]! < own) return instruction;
  return { ...instruction, immediates: [immediates[0]! + count] };
}

/**
 * Local → the one parameter that all its uses want: it is used as an address of such accesses, moved on by additions, and copied
 * to others of its kind, and for nothing else.
 */
function pointersOf(
  body: readonly Instruction[],
  operands: Operands,
  classOf: ReadonlyMap<number, number>,
  own: number,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const refused = new Set<number>();
  let before: number;
  do {
    before = refused.size;
    found.clear();
    for (const [place, instruction] of body.entries()) {
      const local = localOf(instruction);
      if (local === undefined || local < own) continue;
      for (const parameter of wishesOf(place, { body, operands, classOf })) {
        const known = found.get(local);
        if (parameter === undefined || (known !== undefined && known !== parameter))
          refused.add(local);
        else found.set(local, parameter);
      }
    }
    for (const local of refused) found.delete(local);
    refuseUnlike(body, operands, found, refused);
  } while (refused.size > before);
  return found;
}

interface Uses {
  readonly body: readonly Instruction[];
  readonly operands: Operands;
  readonly classOf: ReadonlyMap<number, number>;
}

/** What the taker of a pointer's value wants added to it; `undefined` for a use that is none of a pointer, nothing where it does not matter. */
function wishesOf(place: number, uses: Uses): readonly (number | undefined)[] {
  const { body, operands, classOf } = uses;
  const taker = operands.taker.get(place);
  if (taker === undefined) return [undefined];
  const { op } = body[taker]!;
  if (classOf.has(taker)) {
    const parameter = classOf.get(taker)!;
    return [operands.makers[taker]![0] === place && parameter >= 0 ? parameter : undefined];
  }
  if (op === "i32.add") return wishesOf(taker, uses);
  // Copies are looked at when it is known what the other wants.
  if (op === "local.set" || op === "local.tee") return op === "local.set" ? [] : [undefined];
  return [undefined];
}

/** A pointer that is copied to one that wants something else cannot have its parameter in it, nor can two that are added up. */
function refuseUnlike(
  body: readonly Instruction[],
  operands: Operands,
  found: ReadonlyMap<number, number>,
  refused: Set<number>,
): void {
  for (const [place, { op, immediates }] of body.entries()) {
    const pointers = sourcesOf(place, body, operands).filter((local) => found.has(local));
    if (op === "i32.add" && pointers.length > 1) for (const one of pointers) refused.add(one);
    if (op !== "local.set" && op !== "local.tee") continue;
    for (const source of sourcesOf(operands.makers[place]![0]!, body, operands)) {
      if (found.has(source) && found.get(source) !== found.get(immediates[0]!)) refused.add(source);
    }
  }
}

/** The locals that a sum is made of. */
function sourcesOf(
  place: number,
  body: readonly Instruction[],
  operands: Operands,
): readonly number[] {
  const local = localOf(body[place]!);
  if (local !== undefined) return [local];
  if (body[place]!.op !== "i32.add") return [];
  return operands.makers[place]!.flatMap((maker) => sourcesOf(maker, body, operands));
}

/** Whether a value has the parameter in it already, because it comes from a pointer that has. */
function derives(
  place: number,
  parameter: number,
  {
    body,
    operands,
    pointers,
  }: Pick<Uses, "body" | "operands"> & { readonly pointers: ReadonlyMap<number, number> },
): boolean {
  return sourcesOf(place, body, operands).some((local) => pointers.get(local) === parameter);
}
