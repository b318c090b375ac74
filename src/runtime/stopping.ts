/** Early stopping: no improvement by more than `least` within `patience` epochs (or steps, or seconds). */
export interface EarlyRule {
  readonly better: "higher" | "lower";
  readonly patience: number;
  readonly least: number;
}

/** Plain numbers, so that a resumed training goes on waiting where it stopped. */
export interface EarlyState {
  readonly best: number;
  /** The position of the best value, in the unit of the patience. */
  readonly since: number;
  readonly stop: boolean;
}

/** Before the first value. */
export function startEarly(rule: EarlyRule): EarlyState {
  return { best: rule.better === "higher" ? -Infinity : Infinity, since: 0, stop: false };
}

/** After a value at a position (the epoch, the step or the seconds, whatever the patience counts). */
export function updateEarly(
  rule: EarlyRule,
  state: EarlyState,
  value: number,
  position: number,
): EarlyState {
  if (isBetter(rule.better, value, state.best, rule.least))
    return { best: value, since: position, stop: false };
  return { ...state, stop: position - state.since >= rule.patience };
}

/** Whether `value` beats `best` by more than `least`; what is not a number beats nothing. */
export function isBetter(
  better: "higher" | "lower",
  value: number,
  best: number,
  least = 0,
): boolean {
  return better === "higher" ? value > best + least : value < best - least;
}
