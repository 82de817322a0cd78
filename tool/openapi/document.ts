import type { DescService, FileRegistry, JsonObject } from "@bufbuild/protobuf";

import { routeRules, type RouteRule } from "../../src/transcode/routing/http-rules.js";
import { errorResponses, errorSchema } from "./errors.js";
import { HEADERS, IDEMPOTENCY_KEY } from "./headers.js";
import { operationOf, tagOf } from "./operation.js";
import { openApiPath } from "./parameters.js";
import { Schemas } from "./schemas.js";
import { descriptionOf } from "./texts.js";

/**
 * The merchants' API as an OpenAPI 3.1 document: every method of our services that has an HTTP rule, in the
 * JSON that the transcoder's plain dialect speaks.
 *
 * Throws for anything that it cannot describe: readers would believe a document that omits it.
 */
export function createDocument(files: FileRegistry): JsonObject {
  const services = [...files].filter((type) => type.kind === "service").filter(isOurs);
  const schemas = new Schemas();
  const paths = pathsOf(
    services.flatMap(({ methods }) => routeRules(methods)),
    schemas,
  );
  return {
    openapi: "3.1.0",
    info: INFO,
    // Relative to where the document was fetched from, which a proxy may put below a path.
    servers: [
      {
        url: ".",
        description: "This service, local or in production: the key decides between live and test mode",
        "x-internal": false,
      },
    ],
    security: [{ api_key: [] }, { basic: [] }],
    tags: services.map((service) => ({ name: tagOf(service), description: descriptionOf(service) })),
    paths,
    components: {
      schemas: { ...schemas.components, Error: errorSchema() },
      responses: errorResponses(),
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY },
      headers: HEADERS,
      securitySchemes: { api_key: API_KEY, basic: BASIC },
    },
  };
}

const INFO = {
  title: "Calmony Pay: hosted checkout sessions",
  version: "v1",
  description:
    "A merchant's server creates a session, sends the shopper to its `url` to pay by card, and reads the session back. " +
    "Amounts are whole numbers of the currency's minor unit; times are in seconds since 1970-01-01T00:00:00Z. " +
    "A body may be JSON, or a form that names its parts in brackets (`line_items[0][quantity]=1`). " +
    "Test keys (`sk_test_...`) pay on a sandbox and see only test objects, live keys (`sk_live_...`) only live ones.",
  license: { name: "MIT", identifier: "MIT" },
};

const API_KEY = {
  type: "http",
  scheme: "bearer",
  description: "An API key, `sk_live_...` or `sk_test_...`. It is a secret of the merchant's server.",
};

const BASIC = {
  type: "http",
  scheme: "basic",
  description: "The API key as the user name, without a password: `curl -u sk_test_...:`.",
};

function isOurs({ typeName }: DescService): boolean {
  return typeName.startsWith("calmonypay.");
}

function pathsOf(rules: readonly RouteRule[], schemas: Schemas): JsonObject {
  const paths: Record<string, JsonObject> = {};
  const ids = new Set<string>();
  for (const rule of rules) {
    const operation = operationOf(rule, schemas);
    const id = rule.method.localName;
    if (ids.has(id)) throw new Error(`${id} has two HTTP rules: its operations need ids of their own`);
    ids.add(id);
    const path = openApiPath(rule);
    paths[path] = { ...paths[path], [rule.httpMethod.toLowerCase()]: operation };
  }
  return paths;
}
