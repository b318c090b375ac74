import { UserError } from "./errors.ts";
import { own } from "./own.ts";
import { nearest } from "./suggest.ts";
import { threadCount } from "./thread-count.ts";

/** What the trainer was asked on its command line. */
export interface TrainerOptions {
  readonly backend: "auto" | "gpu" | "wasm" | "cpu";
  /** How many threads of the module; as many as are faster where nothing is said. */
  readonly threads?: number | undefined;
  /** With auto: measure the backends again. */
  readonly calibrate?: boolean;
  readonly epochs?: number | undefined;
  readonly seed?: number | undefined;
  /** Data → file that takes the place of its source. */
  readonly data: ReadonlyMap<string, string>;
  readonly runDirectory?: string | undefined;
  readonly resume: boolean;
  /** With resume: settings that may be others than those of the state. */
  readonly accept?: ReadonlySet<string>;
  /** Ask everything that could refuse the training, and train nothing. */
  readonly dryRun?: boolean;
  readonly format: "pretty" | "json";
  /** A file of weights to be measured instead of training. */
  readonly evaluate?: string | undefined;
  /** `--tta`: measure the mean prediction over the views of the spec besides. */
  readonly views?: boolean;
  /** In an ensemble: which member this is, from 1. */
  readonly member?: number;
  /** Where the rows are divided into folds: which of them validates, from 1. */
  readonly fold?: number;
}

/** An option of a command line: what follows it (nothing follows a switch), and what it is for. */
interface OptionDescription {
  readonly value?: string;
  readonly about?: string;
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
    about: "read this instead, which is of the same kind",
  },
  "--run-dir": { value: "folder", about: "where weights, state and metrics go" },
  "--resume": { about: "go on from the state in the run folder" },
  "--accept": {
    value: "names",
    about: "with --resume: settings that may be others than before (batch,rate,schedule)",
  },
  "--dry-run": { about: "ask everything that could refuse the training, and train nothing" },
  "--evaluate": { value: "file", about: "measure these weights on the test part; train nothing" },
  "--tta": { about: "with --evaluate: measure the mean over the views of `predict` as well" },
  "--format": { value: "pretty|json", about: "for people (default), or one JSON object a line" },
  "--help": { about: "this text" },
} satisfies Record<string, OptionDescription>;

/** The words of a command line: each option with what follows it, and all other words. */
interface Words {
  readonly given: ReadonlyMap<string, string>;
  readonly others: readonly string[];
}

/** Sorts the words after the program's name. `--option value` and `--option=value` are alike. */
export function readWords(
  argv: readonly string[],
  options: Readonly<Record<string, OptionDescription>>,
): Words {
  const given = new Map<string, string>();
  const others: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    const [, written = word, joined] = /^(--[^=]*)=(.*)$/s.exec(word) ?? [];
    const name = written === "-h" ? "--help" : written;
    if (!name.startsWith("-") || name === "-") {
      others.push(word);
      continue;
    }
    const option = own(options, name);
    if (option === undefined) throw unknownOption(name, options);
    if (given.has(name)) throw new UserError(`${name} is given twice.`);
    if (option.value === undefined && joined !== undefined)
      throw new UserError(`${name} takes no value; found ${JSON.stringify(joined)}.`);
    const value = option.value === undefined ? "" : (joined ?? argv[++index]);
    if (value === undefined || (joined === undefined && value.startsWith("--")))
      throw new UserError(`${name} needs a value: ${name} ${option.value}`);
    given.set(name, value);
  }
  return { given, others };
}

function unknownOption(name: string, options: object): UserError {
  const near = nearest(name, Object.keys(options));
  const advice = near === undefined ? "All options: --help" : `Did you mean ${near}?`;
  return new UserError(`There is no option ${name}.`, [advice]);
}

/** What the help says of the program; `data` is the name that `--data` can bind. */
interface ProgramDescription {
  readonly name: string;
  readonly summary: string;
  readonly data: string;
  /** Whether the spec names views to average over. */
  readonly views?: boolean;
}

/** The options of a training; or the help, where that is asked for. */
export function parseArguments(
  argv: readonly string[],
  program: ProgramDescription,
): TrainerOptions | string {
  const { given, others } = readWords(argv, OPTIONS);
  if (others.length > 0)
    throw new UserError(`An option is expected; found ${JSON.stringify(others[0])}.`, [
      "All options: --help",
    ]);
  if (given.has("--help")) return helpText(program);
  if (given.has("--tta") && program.views !== true)
    throw new UserError("This run names no views of a classified picture to average over.", [
      "Write for example `predict: average(crops(28, from: 32) then flip(w))` in the run.",
    ]);
  return {
    ...placeOf(given),
    calibrate: given.has("--calibrate"),
    epochs: wholeNumber(given, "--epochs", 1),
    seed: wholeNumber(given, "--seed", 0),
    data: boundData(given.get("--data"), program.data),
    runDirectory: given.get("--run-dir"),
    resume: given.has("--resume"),
    ...acceptedIn(given),
    dryRun: given.has("--dry-run"),
    format: oneOf(given, "--format", ["pretty", "json"]),
    evaluate: given.get("--evaluate"),
    views: given.has("--tta"),
  };
}

/** Where to compute. */
export function placeOf(
  given: ReadonlyMap<string, string>,
): Pick<TrainerOptions, "backend" | "threads"> {
  const backend = oneOf(given, "--backend", ["auto", "gpu", "wasm", "cpu"]);
  const threads = threadCount(given.get("--threads"));
  if (threads !== undefined && (backend === "gpu" || backend === "cpu"))
    throw new UserError(`--threads is for the backend wasm; found --backend ${backend}.`);
  return { backend, threads };
}

function boundData(binding: string | undefined, data: string): ReadonlyMap<string, string> {
  if (binding === undefined) return new Map();
  const [, name, path] = /^([^=]+)=(.+)$/s.exec(binding) ?? [];
  if (name === undefined || path === undefined)
    throw new UserError(`--data takes Name=path; found ${JSON.stringify(binding)}.`);
  if (name === data) return new Map([[name, path]]);
  throw new UserError(`There are no data called ${name} here.`, [`There is: ${data}.`]);
}

/** What is said anew on the command line is meant. */
function acceptedIn(given: ReadonlyMap<string, string>): Pick<TrainerOptions, "accept"> {
  const names = (given.get("--accept") ?? "").split(",").map((name) => name.trim());
  if (given.has("--accept") && !given.has("--resume"))
    throw new UserError("--accept goes with --resume.");
  if (given.has("--epochs")) names.push("epochs");
  const accept = new Set(names.filter((name) => name !== ""));
  return accept.size > 0 ? { accept } : {};
}

/** One of the choices; the first of them where nothing is said. */
function oneOf<Choice extends string>(
  given: ReadonlyMap<string, string>,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const value = given.get(name) ?? choices[0];
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const near = nearest(value, choices);
  throw new UserError(
    `${name} takes ${choices.join(", ")}; found ${JSON.stringify(value)}.`,
    near === undefined ? [] : [`Did you mean ${near}?`],
  );
}

export function wholeNumber(
  given: ReadonlyMap<string, string>,
  name: string,
  least: number,
): number | undefined {
  const text = given.get(name);
  const number = Number(text);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new UserError(`${name} takes a whole number from ${least}; found ${JSON.stringify(text)}.`);
}

function helpText({ name, summary, data }: ProgramDescription): string {
  const options: [string, OptionDescription][] = Object.entries(OPTIONS);
  const lines = options.map(([option, { value, about }]) => [
    value === undefined ? option : `${option} ${value}`,
    about,
  ]);
  const width = Math.max(...lines.map(([usage]) => usage!.length));
  const described = lines.map(([usage, about]) => `  ${usage!.padEnd(width)}  ${about}`);
  return [`${name}: ${summary}`, "", ...described, "", `Data: ${data}`, ""].join("\n");
}
