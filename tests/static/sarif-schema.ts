/**
 * What a value must look like: the part of JSON Schema that the published schema of SARIF 2.1.0 (OASIS, `Schemata/sarif-schema-2.1.0.json`)
 * uses for the objects that nnspec writes. Written out by hand from the definitions of sarifLog, toolComponent, reportingDescriptor, result,
 * physicalLocation, region, artifactLocation, message, multiformatMessageString, fix, artifactChange, replacement and artifactContent: their
 * types, required properties, known properties (there, too, no others are allowed), enumerations, minima, least lengths and uniqueness.
 * Where several properties may stand for each other there (a region by lines, characters or bytes) the one that nnspec writes is required.
 */
interface Shape {
  readonly type: "object" | "array" | "string" | "integer";
  readonly required?: readonly string[];
  /** Properties that are known; as in the published schema, no others are allowed. */
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly uniqueItems?: true;
  readonly minimum?: number;
  readonly enum?: readonly string[];
  readonly pattern?: RegExp;
}

const text: Shape = { type: "string" };
const uri: Shape = { type: "string", pattern: /^[^\s\\<>"{}|^`]+$/ };
const place: Shape = { type: "integer", minimum: 1 };
const message: Shape = { type: "object", required: ["text"], properties: { text, markdown: text } };
const artifactLocation: Shape = { type: "object", properties: { uri, uriBaseId: text } };
const region: Shape = {
  type: "object",
  required: ["startLine"],
  properties: { startLine: place, startColumn: place, endLine: place, endColumn: place },
};
const physicalLocation: Shape = {
  type: "object",
  required: ["artifactLocation"],
  properties: { artifactLocation, region },
};
const location: Shape = {
  type: "object",
  properties: { id: { type: "integer", minimum: -1 }, physicalLocation, message },
};
const replacement: Shape = {
  type: "object",
  required: ["deletedRegion"],
  properties: { deletedRegion: region, insertedContent: { type: "object", properties: { text } } },
};
const fix: Shape = {
  type: "object",
  required: ["artifactChanges"],
  properties: {
    description: message,
    artifactChanges: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: {
        type: "object",
        required: ["artifactLocation", "replacements"],
        properties: {
          artifactLocation,
          replacements: { type: "array", minItems: 1, items: replacement },
        },
      },
    },
  },
};
const result: Shape = {
  type: "object",
  required: ["message"],
  properties: {
    ruleId: text,
    ruleIndex: { type: "integer", minimum: -1 },
    level: { type: "string", enum: ["none", "note", "warning", "error"] },
    message,
    locations: { type: "array", items: location },
    relatedLocations: { type: "array", uniqueItems: true, items: location },
    fixes: { type: "array", uniqueItems: true, items: fix },
  },
};
const rule: Shape = {
  type: "object",
  required: ["id"],
  properties: { id: text, shortDescription: message, fullDescription: message, help: message },
};
const driver: Shape = {
  type: "object",
  required: ["name"],
  properties: {
    name: text,
    version: text,
    semanticVersion: { type: "string", pattern: /^\d+\.\d+\.\d+/ },
    rules: { type: "array", uniqueItems: true, items: rule },
  },
};
const run: Shape = {
  type: "object",
  required: ["tool"],
  properties: {
    tool: { type: "object", required: ["driver"], properties: { driver } },
    columnKind: { type: "string", enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    results: { type: "array", items: result },
  },
};
const log: Shape = {
  type: "object",
  required: ["version", "runs"],
  properties: {
    $schema: uri,
    version: { type: "string", enum: ["2.1.0"] },
    runs: { type: "array", items: run },
  },
};

/** Where a log departs from the published schema of SARIF 2.1.0, in the parts that nnspec writes. */
export function sarifFaults(value: unknown): readonly string[] {
  return faultsOf(value, log, "$");
}

function faultsOf(value: unknown, shape: Shape, path: string): readonly string[] {
  switch (shape.type) {
    case "string":
      if (typeof value !== "string") return [`${path} is no string`];
      if (shape.enum && !shape.enum.includes(value)) return [`${path} is ${value}`];
      return shape.pattern && !shape.pattern.test(value) ? [`${path} is ${value}`] : [];
    case "integer":
      return Number.isInteger(value) && (value as number) >= (shape.minimum ?? -Infinity)
        ? []
        : [`${path} is ${String(value)}`];
    case "array":
      if (!Array.isArray(value)) return [`${path} is no array`];
      if (value.length < (shape.minItems ?? 0)) return [`${path} has ${value.length} items`];
      if (
        shape.uniqueItems &&
        new Set(value.map((item) => JSON.stringify(item))).size < value.length
      )
        return [`${path} has an item twice`];
      return value.flatMap((item, index) => faultsOf(item, shape.items!, `${path}[${index}]`));
    case "object":
      return faultsOfObject(value, shape, path);
  }
}

function faultsOfObject(
  value: unknown,
  { required = [], properties = {} }: Shape,
  path: string,
): readonly string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [`${path} is no object`];
  return [
    ...required.filter((key) => !Object.hasOwn(value, key)).map((key) => `${path} has no ${key}`),
    ...Object.entries(value).flatMap(([key, each]) =>
      Object.hasOwn(properties, key)
        ? faultsOf(each, properties[key]!, `${path}.${key}`)
        : [`${path}.${key} is not known`],
    ),
  ];
}
