import { describe, expect, test } from "vitest";
import wabt from "wabt";
import { FunctionBuilder } from "../../src/backends/wasm/encode/builder.ts";
import {
  encodeModule,
  memoryFlagOf,
  type WasmModule,
} from "../../src/backends/wasm/encode/encoder.ts";
import { emitWasm } from "../../src/backends/wasm/emit-wasm.ts";
import { instructions, type Op } from "../../src/backends/wasm/encode/instructions.ts";
import { printModule } from "../../src/backends/wasm/encode/wat.ts";
import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import { convolutionalNetwork, multilayerPerceptron } from "../support/networks.ts";
import { randomNetwork } from "../support/random-networks.ts";
import { randomTraining } from "../support/random-training.ts";

const features = {
  simd: true,
  threads: true,
  bulk_memory: true,
  sign_extension: true,
  sat_float_to_int: true,
  relaxed_simd: true,
};
const { readWasm, parseWat } = await wabt();

/** Decoded and validated by wabt. */
function decoded(bytes: Uint8Array): string {
  const module = readWasm(bytes, { ...features, readDebugNames: false });
  module.validate();
  const text = module.toText({ foldExprs: false, inlineExport: false });
  module.destroy();
  return text;
}

/** What wabt makes of the text form. */
function assembled(text: string): Uint8Array {
  const module = parseWat("module.wat", text, features);
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  return buffer;
}

describe("modules of whole plans", () => {
  for (const [name, network] of [
    ["perceptron", multilayerPerceptron(13, 21, 7, 3)],
    ["convolutions", convolutionalNetwork()],
  ] as const) {
    test(`${name}: wabt decodes and validates the binary, and makes the same binary of the text`, () => {
      const { bytes, wat } = emitWasm({
        train: schedule("train", network.graph, network.capacity),
      });
      expect(decoded(bytes)).toContain("f32x4.mul");
      expect(decoded(assembled(wat))).toBe(decoded(bytes));
    });
  }
});

test(
  "wabt validates the modules of 80 random networks and 80 random graphs, for one thread and for several",
  { timeout: 120_000 },
  () => {
    const validate = (plan: Plan, threads: "never" | "always"): void => {
      const module = readWasm(emitWasm({ [plan.name]: plan }, { threads }).bytes, features);
      module.validate();
      module.destroy();
    };
    for (let seed = 1; seed <= 80; seed++) {
      const [trained, drawn] = [randomTraining(seed), randomNetwork(seed)];
      validate(
        schedule("train", trained.graph, trained.capacity),
        seed % 2 === 0 ? "never" : "always",
      );
      validate(
        schedule("predict", drawn.graph, drawn.capacity),
        seed % 3 === 0 ? "always" : "never",
      );
    }
  },
);

function moduleOf(body: (f: FunctionBuilder) => void, threaded = false): WasmModule {
  const f = new FunctionBuilder("test", ["i32", "i32"]);
  body(f);
  return { functions: [f.finish("a test", true)], pages: 1, threaded };
}

describe("numbers and limits", () => {
  test("integers of every size of LEB128, positive and negative", () => {
    const values = [
      0,
      1,
      -1,
      63,
      64,
      -64,
      -65,
      127,
      128,
      8191,
      8192,
      -8192,
      -8193,
      2 ** 31 - 1,
      -(2 ** 31),
    ];
    const module = moduleOf((f) => {
      for (const value of values) {
        f.integer(value);
        f.set(f.local("i32"));
      }
    });
    const text = decoded(encodeModule(module));
    for (const value of values) expect(text).toContain(`i32.const ${value}\n`);
    expect(decoded(assembled(printModule(module)))).toBe(text);
  });

  test("floats and vectors keep their bits", () => {
    const module = moduleOf((f) => {
      for (const value of [1.5, -0, 1e-45, 3.4e38, Infinity, -Infinity]) {
        f.splat(value);
        f.set(f.local("v128"));
      }
      f.words(1, -2, 3, -4);
      f.set(f.local("v128"));
    });
    const text = decoded(encodeModule(module));
    for (const word of [
      "0x3fc00000",
      "0x80000000",
      "0x00000001",
      "0x7f800000",
      "0xff800000",
      "0xfffffffe",
    ])
      expect(text).toContain(word);
    expect(decoded(assembled(printModule(module)))).toBe(text);
  });

  test("shared memory and atomic instructions", () => {
    const module = moduleOf((f) => {
      f.integer(0);
      f.integer(1);
      f.memory("i32.atomic.rmw.add", 16);
      f.set(f.local("i32"));
    }, true);
    const bytes = encodeModule(module);
    expect(WebAssembly.validate(bytes)).toBe(true);
    bytes[memoryFlagOf(bytes)] = 3;
    // wabt's validator does not take the feature over; the engine's does.
    expect(WebAssembly.validate(bytes)).toBe(true);
    const text = readWasm(bytes, features).toText({ foldExprs: false, inlineExport: false });
    expect(text).toContain("shared");
    expect(text).toContain("i32.atomic.rmw.add offset=16");
  });
});

describe("the opcode of every plain instruction is the one of its name", () => {
  const operands = {
    i32: (f: FunctionBuilder) => f.integer(0),
    v128: (f: FunctionBuilder) => f.splat(0),
  };
  const plain = (Object.keys(instructions) as Op[]).filter(
    (op) => instructions[op].immediate === "none" && /\./.test(op),
  );
  test(`${plain.length} instructions`, () => {
    for (const op of plain) {
      // The type checker of wabt ends at an unreachable operand stack: only the decoding is looked at.
      const module = moduleOf((f) => {
        for (let operand = 0; operand < 3; operand++)
          (op.startsWith("i32.") ? operands.i32 : operands.v128)(f);
        f.op(op);
      });
      const text = readWasm(encodeModule(module), features).toText({
        foldExprs: false,
        inlineExport: false,
      });
      expect(text, op).toContain(`    ${op}`);
    }
  });
});
