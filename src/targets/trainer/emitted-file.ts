/** A file of the generated folder. */
export interface EmittedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly text: string;
}
