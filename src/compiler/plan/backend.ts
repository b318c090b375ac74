import type { Plan } from "./plan.ts";

/** The plans of a run, by their names. */
export type Plans = Readonly<Partial<Record<Plan["name"], Plan>>>;

/** Something that computes plans: it knows them, and nothing of the networks that they were made from. */
export interface Backend<Module, Options = undefined> {
  readonly name: string;
  /** All that some plans compute, in the form that this backend's device takes. */
  module(plans: Plans, options?: Options): Module;
}
