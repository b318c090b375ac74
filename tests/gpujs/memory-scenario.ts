import { schedule } from "../../src/compiler/passes/6-schedule/schedule.ts";
import { createDevice } from "../../src/runtime/device.ts";
import { devicePlan, variablesOf } from "../support/device-plans.ts";
import { multilayerPerceptron } from "../support/networks.ts";

/** Textures alive: made and not deleted, counted at the WebGL interface itself. */
function countTextures(): () => number {
  let alive = 0;
  for (const kind of [globalThis.WebGLRenderingContext, globalThis.WebGL2RenderingContext]) {
    if (kind === undefined) continue;
    const { createTexture, deleteTexture } = kind.prototype;
    const known = new WeakSet<WebGLTexture>();
    kind.prototype.createTexture = function (this: WebGLRenderingContext) {
      const texture = createTexture.call(this);
      known.add(texture);
      alive++;
      return texture;
    };
    kind.prototype.deleteTexture = function (
      this: WebGLRenderingContext,
      texture: WebGLTexture | null,
    ) {
      if (texture !== null && known.delete(texture)) alive--;
      deleteTexture.call(this, texture);
    };
  }
  return () => alive;
}

export interface MemoryUse {
  readonly backend: string;
  /** Textures alive after each hundred steps. */
  readonly textures: readonly number[];
  /** Bytes of the JavaScript heap after each hundred steps, where the browser tells. */
  readonly heap: readonly number[];
}

/** Trains `steps` steps with a changing batch, reading the loss every tenth, and counts. */
export async function run(steps: number): Promise<MemoryUse> {
  const alive = countTextures();
  const network = multilayerPerceptron();
  const plan = devicePlan(schedule("train", network.graph, network.capacity));
  const device = await createDevice({ backend: "gpu", fillUniform: () => {} });
  for (const name of variablesOf(plan))
    device.write(name, Float32Array.from(network.values.get(name)!));
  const inputs = Object.fromEntries(
    network.inputs.map((name) => [name, Float32Array.from(network.values.get(name)!)]),
  );
  const textures: number[] = [];
  const heap: number[] = [];
  for (let step = 1; step <= steps; step++) {
    device.run(plan, {
      inputs,
      numbers: Object.fromEntries(network.scalars(step)),
      rows: 1 + (step % network.capacity),
      step,
    });
    if (step % 10 === 0) await device.result(plan, "loss");
    if (step % 50 === 0) await device.read("h1.weight");
    if (step % 100 !== 0) continue;
    textures.push(alive());
    heap.push(
      (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ??
        0,
    );
  }
  await device.dispose();
  return { backend: device.backend, textures, heap };
}
