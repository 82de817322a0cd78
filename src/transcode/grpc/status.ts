import { create, toBinary } from "@bufbuild/protobuf";
import { base64Encode } from "@bufbuild/protobuf/wire";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import type { OutgoingHttpHeaders } from "node:http2";
import type { ConnectError } from "@connectrpc/connect";
import { StatusSchema } from "../../../gen/google/rpc/status_pb.js";
import { addMetadata } from "./metadata.js";

/** The trailers of a failed call: code, message, details if any, and metadata. */
export function errorStatus(error: ConnectError): OutgoingHttpHeaders {
  const { code, rawMessage, details } = error;
  const status: OutgoingHttpHeaders = {
    "grpc-status": String(code),
    "grpc-message": percentEncoded(rawMessage),
  };
  if (details.length > 0) {
    const whole = create(StatusSchema, { code, message: rawMessage, details: details.map(packed) });
    status["grpc-status-details-bin"] = base64Encode(toBinary(StatusSchema, whole), "std_raw");
  }
  return addMetadata(status, error.metadata);
}

type Detail = ConnectError["details"][number];

function packed(detail: Detail): Any | { typeUrl: string; value: Uint8Array<ArrayBuffer> } {
  if ("desc" in detail) return anyPack(detail.desc, create(detail.desc, detail.value));
  return { typeUrl: `type.googleapis.com/${detail.type}`, value: Uint8Array.from(detail.value) };
}

/**
 * Encodes a Status-Message of the gRPC protocol: UTF-8 in which only the percent sign, and bytes other than
 * visible ASCII, are escaped. Some clients decode nothing else and would show `%3A` of `encodeURIComponent`.
 * A space at either end is escaped as well, since HTTP/2 forbids it there.
 */
export function percentEncoded(text: string): string {
  return text.replaceAll(NEEDS_ENCODING, (part) =>
    [...Buffer.from(part, "utf8")].map((byte) => `%${HEX(byte)}`).join(""),
  );
}

/** Matches runs of characters, so that surrogate pairs stay together. */
const NEEDS_ENCODING = /[^\x20-\x7e]+|%|^ +| +$/g;

const HEX = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");
