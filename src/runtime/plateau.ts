/** A rate that is lowered when a watched number stops getting better, as PyTorch's ReduceLROnPlateau counts. */
export interface PlateauRule {
  readonly better: "higher" | "lower";
  /** The share of the best value by which the next must beat it. */
  readonly threshold: number;
  /** In the unit of the positions. */
  readonly patience: number;
  readonly cooldown: number;
}

/** Plain numbers, so that a resumed training goes on waiting where it stopped. */
export interface PlateauState {
  readonly best: number;
  /** The position from which patience counts. */
  readonly since: number;
  /** Up to this position nothing counts. */
  readonly rest: number;
  /** How often the rate was lowered. */
  readonly drops: number;
}

/** After a value at a position (the epoch or the step, whatever patience and cooldown count). What is not a number is never better. */
export function updatePlateau(
  rule: PlateauRule,
  state: PlateauState,
  value: number,
  position: number,
): PlateauState {
  const improved = isImprovement(rule, value, state.best);
  const best = improved ? value : state.best;
  const since = improved || position <= state.rest ? position : state.since;
  if (position - since <= rule.patience) return { ...state, best, since };
  return { best, since: position, rest: position + rule.cooldown, drops: state.drops + 1 };
}

function isImprovement({ better, threshold }: PlateauRule, value: number, best: number): boolean {
  return better === "lower" ? value < best * (1 - threshold) : value > best * (1 + threshold);
}
