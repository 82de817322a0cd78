import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { JsonDialect } from "../json/dialect.js";
import { isHttpBody, isHttpBodyField, rawAnswer } from "./http-body.js";
import type { RouteRule } from "../routing/http-rules.js";
import { getField } from "../descriptors/message-fields.js";

/** A response body and its content type. */
export interface Written {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** Writes a response by its rule. Throws for a message without JSON, which is the handler's bug. */
export type WriteAnswer = (message: Message) => Written;

/** Compiles the writer of a rule's responses. */
export function compileAnswer({ method, responseBody }: RouteRule, dialect: JsonDialect): WriteAnswer {
  return responseBody === undefined
    ? wholeAnswer(method.output, dialect)
    : fieldAnswer(responseBody, dialect);
}

function wholeAnswer(desc: DescMessage, dialect: JsonDialect): WriteAnswer {
  if (isHttpBody(desc)) return raw;
  const { write } = dialect.message(desc);
  return (message) => ({ contentType: JSON_TYPE, body: write(message) });
}

function fieldAnswer(field: DescField, dialect: JsonDialect): WriteAnswer {
  if (isHttpBodyField(field)) return (message) => raw(getField(message, field) as Message | undefined);
  const { write } = dialect.field(field);
  return (message) => ({ contentType: JSON_TYPE, body: write(message) });
}

function raw(message: Message | undefined): Written {
  const { contentType, data } = rawAnswer(message);
  return { contentType, body: data };
}

/** JSON is UTF-8 by definition; its media type has no charset. */
const JSON_TYPE = "application/json";
