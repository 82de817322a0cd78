import { Code, ConnectError } from "@connectrpc/connect";
import { isPacking, packings, type Packing } from "../http/content-encoding.js";
import type { TimeoutHeader } from "../call/deadline.js";

/** The protocol of a request, from its content type. */
export interface Protocol {
  readonly contentType: string;
  /** Whether messages are JSON instead of protobuf's binary format. */
  readonly json: boolean;
  /** Whether each message has a prefix of five bytes. */
  readonly enveloped: boolean;
  readonly timeoutHeader: TimeoutHeader;
  /** The header that names the messages' compression. */
  readonly packingHeader: string;
  /**
   * The header that lists the compressions that the client accepts, in a response those that the server
   * accepts.
   */
  readonly acceptHeader: string;
}

/** The protocol of a content type; undefined for one that is not of gRPC, gRPC-Web or Connect. */
export function protocolOf(contentType: string): Protocol | undefined {
  for (const [pattern, protocol] of PROTOCOLS) {
    const match = pattern.exec(contentType);
    if (match !== null) return { ...protocol, contentType, json: match[1] !== undefined };
  }
  return undefined;
}

/**
 * Those that Connect supports. gRPC-Web in base64 (`application/grpc-web-text`) is unsupported: current
 * clients do not need it.
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

/**
 * The compression of a name. Throws a ConnectError for an unknown one, with a list of the supported ones, as
 * the protocols require.
 */
export function packingOf(name: string | undefined, acceptHeader: string): Packing | undefined {
  if (name === undefined || name === "" || name === "identity") return undefined;
  if (isPacking(name)) return name;
  const text = `The messages are packed in a way that is not supported: send ${packings.join(" or ")}, or none.`;
  throw new ConnectError(text, Code.Unimplemented, { [acceptHeader]: packings.join(",") });
}
