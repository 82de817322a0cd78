import type { JsonObject } from "@bufbuild/protobuf";

/** The request header that makes a call safe to send again; `src/rpc/interceptors/idempotency-key.ts` validates it. */
export const IDEMPOTENCY_KEY: JsonObject = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "Makes it safe to send the call again: the same key with the same parameters gets the first answer, and does " +
    "nothing twice. Of printable ASCII; a space neither begins nor ends it. Kept for at least 24 hours.",
  schema: {
    type: "string",
    minLength: 1,
    maxLength: 255,
    pattern: "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$",
  },
};

/** Response headers. */
export const HEADERS: JsonObject = {
  RequestId: {
    description: "Id of this request. Quote it when you ask us about it.",
    schema: { type: "string" },
  },
  IdempotentReplayed: {
    description: "`true` where this is the first answer to the `Idempotency-Key` again. Absent otherwise.",
    schema: { type: "string", const: "true" },
  },
};

/** Headers of every response. */
export const REQUEST_ID: JsonObject = { "Request-Id": { $ref: "#/components/headers/RequestId" } };

/** Headers of the responses to calls that take an `Idempotency-Key`. */
export const REPLAYED: JsonObject = {
  "Idempotent-Replayed": { $ref: "#/components/headers/IdempotentReplayed" },
};
