import {
  INTERRUPTED,
  describeEnd,
  describeEpoch,
  describeMetrics,
  describeStart,
} from "./describe-run.ts";
import { formatCount, formatDuration } from "./format-numbers.ts";
import { plotLosses } from "./loss-plot.ts";
import type { BatchEvent, EpochEvent, MetricDisplay, Reporter } from "./reporter.ts";
import type { Terminal } from "./terminal.ts";

/** At most ten times a second. */
const REDRAW_MILLISECONDS = 100;
const BAR_CELLS = 20;
/** The rate is that of the last seconds, not of the slow start. */
const RATE_MILLISECONDS = 3000;

interface State {
  startedAt: number;
  firstEpoch: number;
  drawnAt: number;
  /** Rows seen, at moments of the last seconds. */
  readonly seen: { readonly at: number; readonly rows: number }[];
  rows: number;
  last: EpochEvent | undefined;
  loss: number | undefined;
  readonly losses: { readonly train: number[]; readonly validation: number[] };
}

/** For a person at a terminal: one line that is drawn again, and the course of the loss at the end. */
export function reportProgress(terminal: Terminal, display: MetricDisplay): Reporter {
  const state: State = {
    startedAt: terminal.now(),
    firstEpoch: 1,
    drawnAt: -Infinity,
    seen: [],
    rows: 0,
    last: undefined,
    loss: undefined,
    losses: { train: [], validation: [] },
  };
  const print = (lines: readonly string[]) =>
    terminal.write(`${ERASE}${lines.map((line) => `${line}\n`).join("")}`);
  return {
    start: (event) => {
      print(describeStart(event));
      state.startedAt = terminal.now();
      state.seen.push({ at: state.startedAt, rows: 0 });
      state.firstEpoch = (event.resumedFrom ?? 0) + 1;
    },
    batch: (event) => drawBatch(terminal, state, event, display),
    epoch: (event) => {
      state.last = event;
      state.losses.train.push(event.train["loss"] ?? Number.NaN);
      if (event.validation !== undefined)
        state.losses.validation.push(event.validation["loss"] ?? Number.NaN);
      if (event.epoch === event.epochs) print([describeEpoch(event, display)]);
    },
    note: (text) => print([text]),
    interrupted: () => print([INTERRUPTED]),
    end: (event) => {
      print(plotLosses(state.losses, Math.min(terminal.columns - 12, 60)));
      const [first, ...rest] = describeEnd(event, display);
      terminal.write(
        [first, ...rest].map((line) => `${emphasize(line ?? "", terminal)}\n`).join(""),
      );
    },
  };
}

const ERASE = "\r\u001b[2K";

function emphasize(line: string, terminal: Terminal): string {
  return terminal.colours && line.startsWith("test:") ? `\u001b[1;32m${line}\u001b[0m` : line;
}

function drawBatch(
  terminal: Terminal,
  state: State,
  event: BatchEvent,
  display: MetricDisplay,
): void {
  const now = terminal.now();
  state.rows += event.rows;
  state.loss = event.loss ?? state.loss;
  if (now - state.drawnAt < REDRAW_MILLISECONDS) return;
  state.drawnAt = now;
  state.seen.push({ at: now, rows: state.rows });
  while (state.seen.length > 2 && now - (state.seen[0]?.at ?? now) > RATE_MILLISECONDS)
    state.seen.shift();
  const done = event.epoch - 1 + event.step / event.stepsPerEpoch;
  const room = Math.max(1, terminal.columns - 1);
  const text = [
    ` epoch ${event.epoch}/${event.epochs}`,
    `${formatCount(rowsPerSecond(state))} rows/s`,
    `${formatDuration(timeLeft(state, done, event.epochs, now))} left`,
    ...(state.last === undefined && state.loss !== undefined
      ? [describeMetrics({ loss: state.loss }, {})]
      : []),
    ...(state.last === undefined
      ? []
      : [describeMetrics(state.last.validation ?? state.last.train, display)]),
  ].join("  ");
  const bar = progressBar(done / event.epochs, Math.min(BAR_CELLS, room));
  terminal.write(
    `${ERASE}${terminal.colours ? `\u001b[36m${bar}\u001b[0m` : bar}${text.slice(0, Math.max(0, room - BAR_CELLS))}`,
  );
}

/** Eighths of a cell are drawn. */
function progressBar(share: number, cells: number): string {
  const eighths = Math.round(share * cells * 8);
  const part = eighths % 8 === 0 ? "" : ("▏▎▍▌▋▊▉"[(eighths % 8) - 1] as string);
  return ("█".repeat(Math.floor(eighths / 8)) + part).padEnd(cells, "·");
}

function rowsPerSecond(state: State): number {
  const [first, last] = [state.seen[0], state.seen.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  return (1000 * (last.rows - first.rows)) / (last.at - first.at);
}

/** By the pace since the start of this process, evaluation included. */
function timeLeft(state: State, done: number, epochs: number, now: number): number {
  const share = done - (state.firstEpoch - 1);
  return share <= 0 ? Infinity : ((now - state.startedAt) / 1000) * ((epochs - done) / share);
}
