import { HostRefused } from "../lib/hosts/host-addresses.js";

/** Why no answer came, for the merchant, who sees no more than what a client of that address would. */
export function failureInWords(error: unknown): string {
  if (error instanceof HostRefused) return error.message;
  const { name, code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { name: "", code: "", message: "" };
  if (UNASKED.has(message)) return "the answer is a 100 or a 101, which was not asked for";
  return WORDS[code ?? name] ?? (message === "" ? "the connection failed" : message);
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was closed before an answer came",
  EPIPE: "the connection was closed before an answer came",
  UND_ERR_SOCKET: "the connection was closed before an answer came",
  EHOSTUNREACH: "the host could not be reached",
  ENETUNREACH: "the host could not be reached",
  ETIMEDOUT: "the host could not be reached in time",
  HTTPParserError: "the answer is not HTTP",
  UND_ERR_HEADERS_OVERFLOW: "the headers of the answer are too long",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is not HTTP",
  CERT_HAS_EXPIRED: "the certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is not signed by a trusted authority",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not signed by a trusted authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not signed by a trusted authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another host",
};

/** The library gives both the code of a connection that was closed. */
const UNASKED = new Set(["bad response", "bad upgrade"]);
