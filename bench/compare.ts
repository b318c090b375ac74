import { lossDifference, median, ratio } from "./statistics.ts";
import type { Peer } from "./peers.ts";
import { prepareJob } from "./job.ts";
import type { Workload } from "./workloads.ts";
import { Worker, type Measured } from "./worker.ts";

/** Steps per second of the clock, or per second of processor time: the latter is steadier on a machine that does other things too. */
export type Clock = "wall" | "cpu";

export interface Settings {
  readonly rounds: number;
  /** How long each peer trains in a round. */
  readonly milliseconds: number;
  readonly clock: Clock;
  readonly say: (text: string) => void;
}

/** How one peer did on one workload. */
export interface Outcome {
  readonly workload: string;
  readonly peer: string;
  /** Why there are no numbers. */
  readonly skipped?: string;
  readonly note?: string;
  /** Steps per second in each round, and their median. */
  readonly rates: readonly number[];
  readonly rate: number;
  readonly memory: number;
  /** Largest relative difference of the first losses from those of the first peer; NaN where what is computed differs. */
  readonly lossDifference: number;
}

/** Losses of the same steps may differ by rounding, which training amplifies a little from step to step. */
const tolerance = 2e-3;

/** V8 needs thousands of calls until the small functions of an interpreting library are compiled. */
const warmUpMilliseconds = 2000;

/** How long a peer may take to start and train the steps whose losses are compared. */
const startSeconds = 120;

/** All peers on one workload: losses first, then rounds in which each trains for a while in turn. The first peer is the yardstick. */
export async function compare(
  workload: Workload,
  peers: readonly Peer[],
  settings: Settings,
): Promise<Outcome[]> {
  const job = await prepareJob(workload);
  const running: {
    readonly peer: Peer;
    readonly worker: Worker;
    readonly rounds: Measured[];
    readonly difference: number;
  }[] = [];
  const outcomes: Outcome[] = [];
  const skip = (peer: Peer, reason: string): void => {
    settings.say(`${workload.name}  ${peer.name}: SKIPPED, ${reason}`);
    outcomes.push({
      workload: workload.name,
      peer: peer.name,
      skipped: reason,
      rates: [],
      rate: NaN,
      memory: NaN,
      lossDifference: NaN,
    });
  };
  try {
    for (const peer of peers) {
      const reason = peer.refuses(workload) ?? peer.missing();
      if (reason !== undefined) {
        skip(peer, reason);
        continue;
      }
      try {
        const worker = await Worker.start(peer.command(job), startSeconds);
        const reference = running[0]?.worker.ready.losses ?? worker.ready.losses;
        const comparable = peer.differs?.(workload) === undefined;
        const difference = comparable ? lossDifference(worker.ready.losses, reference) : NaN;
        if (comparable && !(difference <= tolerance)) {
          worker.stop();
          skip(
            peer,
            `its losses are other ones: ${worker.ready.losses.slice(0, 4).join(", ")}; expected ${reference.slice(0, 4).join(", ")}`,
          );
        } else running.push({ peer, worker, rounds: [], difference });
      } catch (error) {
        skip(peer, error instanceof Error ? error.message : String(error));
      }
    }
    for (const { worker } of running)
      await worker.run(Math.max(warmUpMilliseconds, settings.milliseconds));
    for (let round = 1; round <= settings.rounds; round++)
      for (const { worker, rounds } of running)
        rounds.push(await worker.run(settings.milliseconds));
    for (const { peer, worker, rounds, difference } of running) {
      const rates = rounds.map((round) => round.steps / round[settings.clock]);
      const note = peer.differs?.(workload) ?? worker.ready.note;
      outcomes.push({
        workload: workload.name,
        peer: peer.name,
        rates,
        rate: median(rates),
        memory: rounds.at(-1)?.memory ?? NaN,
        lossDifference: difference,
        ...(note === undefined ? {} : { note }),
      });
    }
  } finally {
    for (const { worker } of running) worker.stop();
  }
  return peers.flatMap((peer) => outcomes.filter((outcome) => outcome.peer === peer.name));
}

/** How many times faster one outcome is than another, round by round. */
export const faster = (ours: Outcome, theirs: Outcome): number => ratio(ours.rates, theirs.rates);
