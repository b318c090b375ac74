/** Calls that are timed with one thread, then with all. */
const rounds = 5;

/** A row of timed calls ends early where calls are long. */
const mostMilliseconds = 500;

/** Calls before the first measurement: these compile. */
const warmUp = 2;

/**
 * Calls between measurements. Other programs come and go; and where one thread was found faster it is soon looked at again,
 * because engines make functions faster while they run, and those of all threads may not have been ready.
 */
const waits = { first: 32, growth: 4, most: 4_096 } as const;

/** Whether several threads are faster than one for a plan: the results are the same, so its own calls are measured. */
export class WasmPace {
  private isFaster = true;
  /** Calls until the next measurement, and how many there will be after it. */
  private pending = warmUp;
  private wait: number = waits.first;
  /** The rows of times: alone, then with all. */
  private readonly alone = new Float64Array(rounds);
  private readonly all = new Float64Array(rounds);
  private timedAlone = 0;
  private timedAll = 0;
  private spent = 0;
  private state: "alone" | "waking" | "all" = "alone";

  /** Does one call, alone (false) or with all threads (true). */
  run(call: (together: boolean) => void): void {
    if (this.pending > 0) {
      this.pending--;
      call(this.isFaster);
    } else if (this.state === "waking") {
      // The others slept while one worked: what it takes to wake them is not what a call takes.
      call(true);
      this.state = "all";
    } else this.measure(call);
  }

  private measure(call: (together: boolean) => void): void {
    const together = this.state === "all";
    const start = performance.now();
    call(together);
    const time = performance.now() - start;
    if (together) this.all[this.timedAll++] = time;
    else this.alone[this.timedAlone++] = time;
    this.spent += time;
    if (this.spent < mostMilliseconds && (together ? this.timedAll : this.timedAlone) < rounds)
      return;
    this.spent = 0;
    if (together) this.decide();
    else this.state = "waking";
  }

  private decide(): void {
    this.isFaster = median(this.all, this.timedAll) < median(this.alone, this.timedAlone);
    this.timedAlone = 0;
    this.timedAll = 0;
    this.state = "alone";
    this.pending = this.isFaster ? waits.most : this.wait;
    if (!this.isFaster) this.wait = Math.min(this.wait * waits.growth, waits.most);
  }
}

function median(times: Float64Array, count: number): number {
  return times.slice(0, count).sort()[count >> 1]!;
}
