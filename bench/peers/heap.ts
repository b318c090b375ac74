// Whether training leaves anything on the heap: bytes in use before and after 10,000 steps. node --expose-gc heap.ts job trainer backend threads
import { startTrainee } from "./nnspec-trainee.ts";
import { loadJob } from "./protocol.ts";

const [folder = ".", ...options] = process.argv.slice(2);
const trainee = await startTrainee(loadJob(folder), options);
const used = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
await trainee.train(0, 2000);
const before = used();
const steps = 10_000;
await trainee.train(2000, steps);
console.log(JSON.stringify({ growth: (used() - before) / steps }));
await trainee.dispose?.();
