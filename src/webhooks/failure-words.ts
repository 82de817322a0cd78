import { HostRefused } from "../lib/hosts/host-addresses.js";

/** Why no answer came, for the merchant, who sees no more than what a client of that address would. */
export function failureInWords(error: unknown): string {
  if (error instanceof HostRefused) return error.message;
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: "", message: "" };
  const known = WORDS[code ?? ""];
  if (known !== undefined) return known;
  if (code?.startsWith("HPE_")) return "the answer is not HTTP";
  return message === "" ? "the connection failed" : message;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was closed before an answer came",
  EPIPE: "the connection was closed before an answer came",
  EHOSTUNREACH: "the host could not be reached",
  ENETUNREACH: "the host could not be reached",
  ETIMEDOUT: "the host could not be reached in time",
  CERT_HAS_EXPIRED: "the certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is not signed by a trusted authority",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not signed by a trusted authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not signed by a trusted authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another host",
};
