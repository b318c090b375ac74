import { expect, test, vi } from "vitest";
import type { Plan } from "../../src/compiler/plan/plan.ts";
import type { Plans } from "../../src/compiler/plan/backend.ts";
import { verify } from "../../src/tools/cli/commands/verify.ts";

/** Which kernel of a training plan is another one's call; undefined for a module without a fault. */
let planted: ((plan: Plan) => string | undefined) | undefined;

vi.mock("../../src/backends/wasm/emit-wasm.ts", async (original) => {
  const real = await original<typeof import("../../src/backends/wasm/emit-wasm.ts")>();
  return {
    ...real,
    emitWasm: (plans: Plans, options?: Parameters<typeof real.emitWasm>[1]) =>
      real.emitWasm(planted === undefined ? plans : withFault(plans, planted), options),
  };
});

/** The module runs one kernel of the training step twice, and the named one never. */
function withFault(plans: Plans, choose: NonNullable<typeof planted>): Plans {
  const train = plans.train!;
  const name = choose(train);
  if (name === undefined) return plans;
  const place = train.steps.findIndex((step) => step.kind === "kernel" && step.name === name);
  expect(place).toBeGreaterThan(0);
  return { ...plans, train: { ...train, steps: train.steps.with(place, train.steps[place - 1]!) } };
}

/** The kernel that makes the new value of a weight, or its gradient where that is a result. */
function kernelOf(path: string): (plan: Plan) => string {
  return ({ steps, results, updates }) => {
    const made = results.get(`gradient/${path}`) ?? updates.get(path);
    const kernel = steps.find(
      (step) => step.kind === "kernel" && step.stores.some(({ to }) => to.buffer === made),
    );
    if (kernel?.kind !== "kernel") throw new Error(`nothing makes ${path}`);
    return kernel.name;
  };
}

async function verifyIris(
  choices: { readonly format?: "pretty" | "json" } = {},
): Promise<{ readonly code: unknown; readonly text: string }> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const before = process.exitCode;
  try {
    await verify("examples/iris.nnspec", {
      set: new Map(),
      data: new Map(),
      format: choices.format ?? "pretty",
    });
    return { code: process.exitCode, text: written.join("") };
  } finally {
    write.mockRestore();
    process.exitCode = before;
  }
}

test("a kernel of the module that runs twice while another never runs: exit code 1, and the parameter is named", async () => {
  planted = kernelOf("hidden.weight");
  const { code, text } = await verifyIris();
  planted = undefined;
  expect(code).toBe(1);
  expect(text).toMatch(/^hidden\.weight .* beyond rounding, which explains [\d.e-]+$/m);
  expect(text).toMatch(/^logits\.weight .* within rounding$/m);
  expect(text).toMatch(
    /^Classifier: wasm: computes something else than the network: the gradient of hidden\.weight by up to 100 % .*--backend cpu/m,
  );
  expect(text).toMatch(/^Classifier: cpu: within rounding/m);
});

test("the training step is verified itself: its own kernels, not those of the gradients alone", async () => {
  const makes = kernelOf("logits.weight");
  planted = (plan) => (plan.updates.has("logits.weight") ? makes(plan) : undefined);
  const { code, text } = await verifyIris({ format: "json" });
  planted = undefined;
  expect(code).toBe(1);
  interface Found {
    readonly name: string;
    readonly isBeyond: boolean;
  }
  const { runs } = JSON.parse(text) as {
    runs: { verdict: string; backends: (Found & Record<"gradients" | "step", Found[]>)[] }[];
  };
  expect(runs[0]!.verdict).toBe("beyond rounding");
  const beyond = (found: readonly Found[]): readonly string[] =>
    found.filter(({ isBeyond }) => isBeyond).map(({ name }) => name);
  const wrong = runs[0]!.backends.map(({ name, gradients, step }) => [
    name,
    beyond(gradients),
    beyond(step),
  ]);
  expect(wrong).toContainEqual([
    "wasm",
    [],
    ["logits.weight", "logits.weight/mean", "logits.weight/square"],
  ]);
  expect(wrong).toContainEqual(["cpu", [], []]);
});

test("the same module without the fault is right", async () => {
  const { code, text } = await verifyIris();
  expect(code).toBe(0);
  expect(text).not.toContain("beyond rounding");
});
