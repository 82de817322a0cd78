import { type DescField, type JsonObject, ScalarType } from "@bufbuild/protobuf";

/** The schema of a scalar in the plain dialect. */
export function scalarSchema(field: DescField): JsonObject {
  const schema = field.scalar === undefined ? undefined : SCHEMAS[field.scalar];
  if (schema === undefined) throw new Error(`There is no schema for the type of ${field.toString()} yet`);
  return schema;
}

/** The dialect writes 64-bit integers as numbers and refuses what a JSON number cannot hold exactly. */
const INT64 = {
  type: "integer",
  format: "int64",
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};

/** The types in use. */
const SCHEMAS: Partial<Record<ScalarType, JsonObject>> = {
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.INT32]: { type: "integer", format: "int32" },
  [ScalarType.INT64]: INT64,
};
