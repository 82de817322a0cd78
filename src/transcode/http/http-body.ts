import { create, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { HttpBodySchema, type HttpBody } from "../../../gen/google/api/httpbody_pb.js";

/** Whether a message is raw bytes with a content type of its own, and no JSON. */
export function isHttpBody(desc: DescMessage | undefined): boolean {
  return desc?.typeName === HttpBodySchema.typeName;
}

/** Whether a field is one. */
export function isHttpBodyField(field: DescField): boolean {
  return field.fieldKind === "message" && isHttpBody(field.message);
}

/** A request's body as it came. */
export function rawBody(contentType: string | undefined, data: Uint8Array): HttpBody {
  return create(HttpBodySchema, { contentType: contentType ?? "", data });
}

/** What is sent for an HttpBody; bytes that nobody gave a type are just bytes. */
export function rawAnswer(message: Message | undefined): { contentType: string; data: Uint8Array } {
  const { contentType, data } = (message ?? create(HttpBodySchema)) as HttpBody;
  return { contentType: contentType === "" ? "application/octet-stream" : contentType, data };
}
