import { create, fromBinary, type DescMessage, type Message } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import type { ConnectError } from "@connectrpc/connect";
import * as errorDetails from "../../../gen/google/rpc/error_details_pb.js";
import { anyJson } from "./any-json.js";
import { canonicalDialect } from "./canonical-dialect.js";
import type { ErrorAnswer, ErrorContext } from "../errors/connect-error.js";

/** The default renderer: `google.rpc.Status` in ProtoJSON, `{"code": 5, "message": "...", "details": [...]}`. */
export function renderStatus(error: ConnectError, context: ErrorContext): ErrorAnswer {
  const details = error.details.map(detailJson).join(",");
  const message = JSON.stringify(error.rawMessage);
  return {
    status: context.status,
    body: `{"code":${error.code},"message":${message},"details":[${details}]}`,
  };
}

type Detail = ConnectError["details"][number];

/**
 * A detail as ProtoJSON of Any. A detail that cannot be written as JSON keeps its type only; one of an
 * unknown type keeps its bytes.
 */
function detailJson(detail: Detail): string {
  try {
    if ("desc" in detail) return packed(detail.desc, create(detail.desc, detail.value));
    const desc = KNOWN.get(detail.type);
    if (desc !== undefined) return packed(desc, fromBinary(desc, detail.value));
  } catch {
    // Losing a detail is better than losing its error.
  }
  return bytesJson(detail);
}

function bytesJson(detail: Detail): string {
  if ("desc" in detail) return JSON.stringify({ "@type": typeUrl(detail.desc.typeName) });
  return JSON.stringify({ "@type": typeUrl(detail.type), value: base64Encode(detail.value) });
}

function packed(desc: DescMessage, message: Message): string {
  return anyJson(typeUrl(desc.typeName), desc, canonicalDialect.message(desc).write(message));
}

function typeUrl(typeName: string): string {
  return `type.googleapis.com/${typeName}`;
}

/** The standard details, which an error of another server carries as bytes. */
const KNOWN = new Map<string, DescMessage>(
  errorDetails.file_google_rpc_error_details.messages.map((desc) => [desc.typeName, desc]),
);
