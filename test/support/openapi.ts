import { readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

import { memoize } from "../../src/lib/memoize.js";
import type { Loose } from "./reflection.js";

/** The committed document. */
export const openApi: Loose = JSON.parse(readFileSync("gen/openapi.json", "utf8"));

/** An operation of a document, with everything that belongs to it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: Loose;
}

export function operationsOf(document: Loose): Operation[] {
  return Object.entries<Loose>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
}

/** Follows a reference into the document, where there is one. */
function resolved(document: Loose, part: Loose): Loose {
  if (part.$ref === undefined) return part;
  return part.$ref
    .slice("#/".length)
    .split("/")
    .reduce((place: Loose, name: string) => place[name], document);
}

/** What a value breaks of a schema of the document; empty where it fits. */
export function complaints(document: Loose, schema: Loose, value: unknown): string[] {
  const validate = validators(document)(schema);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** A schema's check takes longer to compile than a call takes; that of a shared schema is compiled once for all. */
const validators = memoize((document: Loose) => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true, formats: FORMATS });
  ajv.addSchema({ $id: COMPONENTS, $defs: withReferences(document.components.schemas) });
  return memoize((schema: Loose): ValidateFunction => ajv.compile(withReferences(schema)));
});

/** The name by which schemas refer to the document's shared ones. */
const COMPONENTS = "components";

/** A reference is that to a whole document otherwise, which is no JSON schema. */
function withReferences(schema: Loose): Loose {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", `${COMPONENTS}#/$defs/`));
}

/** OpenAPI's own: the limits beside them say what they mean. */
const FORMATS = { int32: true, int64: true } as const;

/** The schema and the example of a request body, an answer, or a line of a stream. */
export function jsonOf(document: Loose, part: Loose): Loose {
  const { content } = resolved(document, part);
  return content["application/json"] ?? content[NDJSON];
}

/** Whether an operation answers with a stream of lines. */
export function isStream({ responses }: Loose): boolean {
  return responses[200].content?.[NDJSON] !== undefined;
}

const NDJSON = "application/x-ndjson";
