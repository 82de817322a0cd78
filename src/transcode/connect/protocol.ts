import { Code, ConnectError } from "@connectrpc/connect";
import { isPacking, packings, type Packing } from "../http/content-encoding.js";
import type { TimeoutHeader } from "../call/deadline.js";

/** What a request's content type says of the protocol that it speaks. */
export interface Protocol {
  readonly contentType: string;
  /** Messages as JSON, or else in protobuf's binary format. */
  readonly json: boolean;
  /** Each message stands behind a prefix of five bytes. */
  readonly enveloped: boolean;
  readonly timeoutHeader: TimeoutHeader;
  /** The header that names how messages are packed. */
  readonly packingHeader: string;
  /** The header that names what the client can unpack, and in an answer what the server can. */
  readonly acceptHeader: string;
}

/** The protocol of a content type; undefined for one that is none of gRPC's, gRPC-Web's or Connect's. */
export function protocolOf(contentType: string): Protocol | undefined {
  for (const [pattern, protocol] of PROTOCOLS) {
    const match = pattern.exec(contentType);
    if (match !== null) return { ...protocol, contentType, json: match[1] !== undefined };
  }
  return undefined;
}

/**
 * As Connect has them. gRPC-Web in base64 (`application/grpc-web-text`) is none of them: no client needs it
 * any more.
 */
const PROTOCOLS: readonly (readonly [RegExp, Omit<Protocol, "json" | "contentType">])[] = [
  [
    /^application\/grpc(?:-web)?(?:\+(?:(json)(?:; ?charset=utf-?8)?|proto))?$/i,
    {
      enveloped: true,
      timeoutHeader: "grpc-timeout",
      packingHeader: "grpc-encoding",
      acceptHeader: "grpc-accept-encoding",
    },
  ],
  [
    /^application\/connect\+(?:(json)(?:; ?charset=utf-?8)?|proto)$/i,
    {
      enveloped: true,
      timeoutHeader: "connect-timeout-ms",
      packingHeader: "connect-content-encoding",
      acceptHeader: "connect-accept-encoding",
    },
  ],
  [
    /^application\/(?:(json)(?:; ?charset=utf-?8)?|proto)$/i,
    {
      enveloped: false,
      timeoutHeader: "connect-timeout-ms",
      packingHeader: "content-encoding",
      acceptHeader: "accept-encoding",
    },
  ],
];

/** The packing of a name. Throws for one that is not known, with those that are, as the protocols want it. */
export function packingOf(name: string | undefined, acceptHeader: string): Packing | undefined {
  if (name === undefined || name === "" || name === "identity") return undefined;
  if (isPacking(name)) return name;
  const text = `The messages are packed in a way that is not supported: send ${packings.join(" or ")}, or none.`;
  throw new ConnectError(text, Code.Unimplemented, { [acceptHeader]: packings.join(",") });
}
