import { UserError } from "./errors.ts";
import { nearest } from "./suggest.ts";
import { threadCount } from "./thread-count.ts";

/** What the trainer was asked on its command line. */
export interface TrainerOptions {
  readonly backend: "auto" | "gpu" | "wasm" | "cpu";
  /** How many threads of the module; as many as are faster where nothing is said. */
  readonly threads?: number;
  /** With auto: measure the backends again. */
  readonly calibrate?: boolean;
  readonly epochs?: number;
  readonly seed?: number;
  /** Data → file that takes the place of its source. */
  readonly data: ReadonlyMap<string, string>;
  readonly runDirectory?: string;
  readonly resume: boolean;
  /** Ask everything that could refuse the training, and train nothing. */
  readonly dryRun?: boolean;
  readonly format: "pretty" | "json";
  /** A file of weights to be measured instead of training. */
  readonly evaluate?: string;
  /** `--tta`: measure the mean prediction over the views of the spec besides. */
  readonly views?: boolean;
  /** In an ensemble: which member this is, from 1. */
  readonly member?: number;
}

/** What the help says of the program; `data` are the names that `--data` can bind. */
interface ProgramDescription {
  readonly name: string;
  readonly summary: string;
  readonly data: readonly string[];
  /** Whether the spec names views to average over. */
  readonly views?: boolean;
}

interface OptionDescription {
  /** What follows the option; none for a switch. */
  readonly value?: string;
  readonly about: string;
}

const OPTIONS = {
  "--backend": {
    value: "auto|gpu|wasm|cpu",
    about: "what computes; auto takes the fastest that is there (default)",
  },
  "--threads": {
    value: "auto|n",
    about: "threads of the wasm backend; auto takes as many as are faster (default)",
  },
  "--calibrate": { about: "with auto: measure all backends again, whatever is remembered" },
  "--epochs": { value: "n", about: "train for n epochs" },
  "--seed": { value: "n", about: "another seed for weights, order, split and masks" },
  "--data": {
    value: "Name=path",
    about: "read this instead, which is of the same kind; may be repeated",
  },
  "--run-dir": { value: "folder", about: "where weights, state and metrics go" },
  "--resume": { about: "go on from the state in the run folder" },
  "--dry-run": { about: "ask everything that could refuse the training, and train nothing" },
  "--evaluate": { value: "file", about: "measure these weights on the test part; train nothing" },
  "--tta": { about: "with --evaluate: measure the mean over the views of `predict` as well" },
  "--format": { value: "pretty|json", about: "for people (default), or one JSON object a line" },
  "--help": { about: "this text" },
} as const satisfies Record<string, OptionDescription>;

type OptionName = keyof typeof OPTIONS;

/** Reads the words after the program's name. `--option value` and `--option=value` are alike. */
export function parseArguments(
  argv: readonly string[],
  program: ProgramDescription,
):
  | { readonly kind: "run"; readonly options: TrainerOptions }
  | { readonly kind: "help"; readonly text: string } {
  const given = new Map<OptionName, string>();
  const data = new Map<string, string>();
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string;
    const [name, joined] = splitWord(word);
    const option: OptionDescription = OPTIONS[name];
    if (option.value === undefined) {
      if (joined !== undefined)
        throw new UserError(`${name} takes no value; found ${JSON.stringify(joined)}.`);
      given.set(name, "");
      continue;
    }
    const value = joined ?? argv[++index];
    if (value === undefined || (joined === undefined && value.startsWith("--")))
      throw new UserError(`${name} needs a value: ${name} ${option.value}`);
    if (name === "--data") bindData(value, data, program);
    else if (given.has(name)) throw new UserError(`${name} is given twice.`);
    else given.set(name, value);
  }
  if (given.has("--tta") && program.views !== true)
    throw new UserError("This run names no views of a classified picture to average over.", [
      "Write for example `predict: average(crops(28, from: 32) then flip(w))` in the run.",
    ]);
  return given.has("--help")
    ? { kind: "help", text: helpText(program) }
    : { kind: "run", options: optionsOf(given, data) };
}

function splitWord(word: string): readonly [name: OptionName, value: string | undefined] {
  const [, name = word, value] = /^(--[^=]*)=(.*)$/s.exec(word) ?? [];
  const known = Object.keys(OPTIONS);
  if (name === "-h") return ["--help", value];
  if (Object.hasOwn(OPTIONS, name)) return [name as OptionName, value];
  if (!name.startsWith("-"))
    throw new UserError(`An option is expected; found ${JSON.stringify(word)}.`, [
      "All options: --help",
    ]);
  const near = nearest(name, known);
  throw new UserError(`There is no option ${name}.`, [
    near === undefined ? "All options: --help" : `Did you mean ${near}?`,
  ]);
}

function bindData(value: string, data: Map<string, string>, program: ProgramDescription): void {
  const [, name, path] = /^([^=]+)=(.+)$/s.exec(value) ?? [];
  if (name === undefined || path === undefined)
    throw new UserError(`--data takes Name=path; found ${JSON.stringify(value)}.`);
  if (!program.data.includes(name)) {
    throw new UserError(`There are no data called ${name} here.`, [
      `There is: ${program.data.join(", ")}.`,
    ]);
  }
  data.set(name, path);
}

function optionsOf(
  given: ReadonlyMap<OptionName, string>,
  data: ReadonlyMap<string, string>,
): TrainerOptions {
  const [epochs, seed, runDirectory, evaluate] = [
    given.get("--epochs"),
    given.get("--seed"),
    given.get("--run-dir"),
    given.get("--evaluate"),
  ];
  const backend = oneOf("--backend", given.get("--backend") ?? "auto", [
    "auto",
    "gpu",
    "wasm",
    "cpu",
  ]);
  const threads = threadCount(given.get("--threads") ?? "auto");
  if (threads !== undefined && (backend === "gpu" || backend === "cpu"))
    throw new UserError(`--threads is for the backend wasm; found --backend ${backend}.`);
  return {
    backend,
    ...(threads === undefined ? {} : { threads }),
    ...(given.has("--calibrate") ? { calibrate: true } : {}),
    format: oneOf("--format", given.get("--format") ?? "pretty", ["pretty", "json"]),
    resume: given.has("--resume"),
    ...(given.has("--dry-run") ? { dryRun: true } : {}),
    ...(given.has("--tta") ? { views: true } : {}),
    data,
    ...(epochs === undefined ? {} : { epochs: wholeNumber("--epochs", epochs, 1) }),
    ...(seed === undefined ? {} : { seed: wholeNumber("--seed", seed, 0) }),
    ...(runDirectory === undefined ? {} : { runDirectory }),
    ...(evaluate === undefined ? {} : { evaluate }),
  };
}

function oneOf<Choice extends string>(
  name: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const near = nearest(value, choices);
  throw new UserError(
    `${name} takes ${choices.join(", ")}; found ${JSON.stringify(value)}.`,
    near === undefined ? [] : [`Did you mean ${near}?`],
  );
}

function wholeNumber(name: string, value: string, least: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
  throw new UserError(
    `${name} takes a whole number from ${least}; found ${JSON.stringify(value)}.`,
  );
}

function helpText(program: ProgramDescription): string {
  const options: [string, OptionDescription][] = Object.entries(OPTIONS);
  const lines = options.map(
    ([name, option]) =>
      [option.value === undefined ? name : `${name} ${option.value}`, option.about] as const,
  );
  const width = Math.max(...lines.map(([usage]) => usage.length));
  return [
    `${program.name}: ${program.summary}`,
    "",
    ...lines.map(([usage, about]) => `  ${usage.padEnd(width)}  ${about}`),
    "",
    `Data: ${program.data.join(", ")}`,
    "",
  ].join("\n");
}
