/** Calls that are timed with one thread and with all, in turns. */
const rounds = 5;

/** A measurement ends early where calls are long. */
const mostMilliseconds = 1_000;

/** The first calls compile. */
const warmUp = 2;

/** Other programs come and go: now and then it is measured again. */
const callsBetween = 4_096;

/** Whether several threads are faster than one for a plan: the results are the same, so its own calls are measured. */
export class WasmPace {
  private calls = 0;
  private spent = 0;
  private readonly times: readonly [Float64Array, Float64Array] = [
    new Float64Array(rounds),
    new Float64Array(rounds),
  ];
  private isFaster = true;

  /** Does one call, alone (0) or with all (1). */
  run(call: (together: boolean) => void): void {
    const round = this.calls - warmUp;
    this.calls++;
    if (round >= 0 && round < 2 * rounds) this.measure(round, call);
    else call(round < 0 ? round % 2 === 0 : this.isFaster);
    if (this.calls === callsBetween) this.again();
  }

  private measure(round: number, call: (together: boolean) => void): void {
    const together = round % 2;
    const start = performance.now();
    call(together === 1);
    const time = performance.now() - start;
    this.times[together]![round >> 1] = time;
    this.spent += time;
    const isLast = round === 2 * rounds - 1;
    if (together === 1 && (isLast || this.spent > mostMilliseconds)) {
      this.decide((round >> 1) + 1);
    }
  }

  private decide(measured: number): void {
    const [alone, all] = this.times.map((times) => median(times.subarray(0, measured)));
    this.isFaster = all! < alone!;
    this.calls = warmUp + 2 * rounds;
  }

  private again(): void {
    this.calls = warmUp;
    this.spent = 0;
  }
}

function median(times: Float64Array): number {
  return times.toSorted()[times.length >> 1]!;
}
