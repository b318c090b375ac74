import { lints } from "../../src/compiler/lints/lints.ts";

/** For tests of what is told of names, shapes and settings alone. */
export const lintsOff: ReadonlyMap<string, "off"> = new Map(lints.map(({ name }) => [name, "off"]));
