import type { Details, DiagnosticKind } from "../base/diagnostics/diagnostic.ts";
import type { Span } from "../base/source.ts";
import type { ArgumentSpecification, ArgumentTable } from "../library/arguments.ts";
import type { ValueOf, ValuesOf } from "../library/define.ts";
import type { DefinitionKind } from "../library/definition.ts";
import type { TypedAugment, TypedViews } from "../typed/augment.ts";
import type {
  LossExpression,
  SchedulePart,
  StopCondition,
  Teacher,
  TypedData,
  TypedMetric,
  TypedRun,
} from "../typed/program.ts";

declare const settingName: unique symbol;

/** The name of a setting as its definition has it; who wants to know of a setting imports the definition. */
export type SettingName = string & { readonly [settingName]: true };

/** What a run or one of its recipes writes for a setting. */
export interface Written {
  /** The setting with its name, and its value alone. */
  readonly span: Span;
  readonly value: Span;
  /** Whose it is: `run Mlp`, `recipe Common`. */
  readonly from: string;
}

/** What stands in a language of its own, and what it comes to: the pass has a reader for each. */
export interface Languages {
  readonly loss: LossExpression;
  readonly metrics: readonly TypedMetric[];
  readonly optimizer: TypedRun["optimizer"];
  readonly schedule: {
    readonly parts: readonly SchedulePart[];
    readonly origin: TypedRun["schedule"]["origin"];
  };
  /** Held against the schedule; one that does not keep it is reported. */
  readonly guarantee: true;
  readonly augment: { readonly steps: TypedAugment | undefined };
  readonly inputs: ReadonlyMap<string, string>;
  readonly teacher: Teacher;
  /** Metrics compared and joined by `or` and `and`. */
  readonly condition: StopCondition;
  readonly views: TypedViews;
}

/** `ema(0.999)`: which of some calls was written, with its arguments, and where each stands. */
export type Call<Choices extends Readonly<Record<string, ArgumentTable>>> = {
  readonly [Name in keyof Choices & string]: {
    readonly name: Name;
    readonly values: ValuesOf<Choices[Name]>;
    readonly spanOf: (argument: string) => Span;
  };
}[keyof Choices & string];

/** All that a setting sees of the pass that reads it. What gives `undefined` has reported why, where anything is written. */
export interface Reading {
  /** Absent where the run and its recipes are silent: then the default holds. */
  readonly written: Written | undefined;
  readonly data: TypedData;
  readonly argument: <const Specification extends ArgumentSpecification>(
    specification: Specification,
  ) => ValueOf<Specification> | undefined;
  /** The one word that the value is, where nothing of the file has that name. */
  readonly word: () => string | undefined;
  /** The name of what is called, whatever it is. */
  readonly called: () => string | undefined;
  readonly call: <const Choices extends Readonly<Record<string, ArgumentTable>>>(
    choices: Choices,
    refuse?: Refusal,
  ) => Call<Choices> | undefined;
  /** The same, joined by `then`. */
  readonly calls: <const Choices extends Readonly<Record<string, ArgumentTable>>>(
    choices: Choices,
  ) => readonly Call<Choices>[] | undefined;
  /** Which is better of a number that the run measures, if it does and a rule may go by it. */
  readonly monitor: (name: string, at: Span) => "higher" | "lower" | undefined;
  readonly read: <Language extends keyof Languages>(
    language: Language,
  ) => Languages[Language] | undefined;
  /** What another setting gives the run. */
  readonly of: <Members>(setting: Setting<Members>) => Members | undefined;
  readonly refuse: (choices: readonly string[]) => undefined;
  readonly report: Report;
}

/** How anything but one of the calls is refused: by examples of them, or as another name of a kind of thing, of which there are `more`. */
export type Refusal =
  | { readonly examples: readonly string[] }
  | { readonly kind: string; readonly one: string; readonly more: readonly string[] };

export type Report = <Parameters>(
  of: DiagnosticKind<Parameters>,
  at: Span,
  parameters: Parameters,
  details?: Details,
) => undefined;

/** A run that is whole, to be asked whether a setting may stand in it. */
export interface Checking {
  readonly setting: SettingName;
  /** Absent where the default holds. */
  readonly written: Written | undefined;
  readonly report: Report;
  /** Batches of an epoch, where the data is made and so its size is known. */
  readonly batches: number | undefined;
}

/** A number that the loop of a trainer is told, by its name in `TrainingDefinition`. */
export interface Told {
  readonly name: string;
  readonly value: number;
  readonly about?: string;
}

/**
 * A setting of a run and of a recipe: all that is known of it. Inference, what is shown of runs and compared between them, the
 * manual, completion and suggestions are made from it. `Members` is what it gives a run; its file declares them as members of
 * `TypedRun`.
 */
export interface Setting<Members = Partial<TypedRun>> {
  readonly name: SettingName;
  /** One sentence. */
  readonly summary: string;
  /** What may be written, and what holds where nothing is: cells of the table in the manual. */
  readonly takes: string;
  readonly otherwise: string;
  /** The calls that it is one of. */
  readonly calls?: Readonly<Record<string, ArgumentTable>>;
  /** The kind of items of the library that its value is made of. */
  readonly items?: DefinitionKind;
  /** A line or two of the language. */
  readonly example: string;
  /** More than the summary says: Markdown. */
  readonly details?: string;
  /** Other names that people know it by. */
  readonly synonyms?: readonly string[];
  /** Names of an argument of its value that people write as a setting. */
  readonly argumentsOfIts?: readonly string[];
  /** Set where this version checks it and does not run it. */
  readonly later?: boolean;
  /** What it gives the run: as written, or by default; undefined where it was reported. */
  readonly infer: (reading: Reading) => Members | undefined;
  /** How many batches one update of the weights takes, where that is not one. */
  readonly gathers?: (members: Partial<TypedRun>) => number;
  /** As it would be written, defaults included; undefined where there is nothing to be said. */
  readonly show?: (run: TypedRun) => string | undefined;
  /** Where the run has that from, if that is not where the setting was written. */
  readonly origin?: (run: TypedRun) => TypedRun["optimizer"]["origin"];
  /** Set where a training that was interrupted may go on with another value of it, if that is asked for. */
  readonly mayChange?: boolean;
  /** Set where it changes nothing of what is trained. */
  readonly outsideTraining?: boolean;
  /** Reports what it does not go together with, and what makes it pointless. */
  readonly check?: (run: TypedRun, checking: Checking) => void;
  readonly told?: (run: TypedRun) => readonly Told[];
}

/** Here alone a text becomes the name of a setting. */
export function defineSetting<Members extends Partial<TypedRun>>(
  setting: Omit<Setting<Members>, "name"> & { readonly name: string },
): Setting<Members> {
  return { ...setting, name: setting.name as SettingName };
}
