import { create, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { HttpBodySchema, type HttpBody } from "../../../gen/google/api/httpbody_pb.js";

/** Whether a message is google.api.HttpBody: raw bytes with a content type. */
export function isHttpBody(desc: DescMessage | undefined): boolean {
  return desc?.typeName === HttpBodySchema.typeName;
}

/** Whether a field is a google.api.HttpBody. */
export function isHttpBodyField(field: DescField): boolean {
  return field.fieldKind === "message" && isHttpBody(field.message);
}

/** Makes an HttpBody of a raw request body. */
export function rawBody(contentType: string | undefined, data: Uint8Array): HttpBody {
  return create(HttpBodySchema, { contentType: contentType ?? "", data });
}

/** Content type and bytes of an HttpBody response; `application/octet-stream` by default. */
export function rawAnswer(message: Message | undefined): { contentType: string; data: Uint8Array } {
  const { contentType, data } = (message ?? create(HttpBodySchema)) as HttpBody;
  return { contentType: contentType === "" ? "application/octet-stream" : contentType, data };
}
