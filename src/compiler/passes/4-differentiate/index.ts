export { differentiate } from "./differentiate.ts";
