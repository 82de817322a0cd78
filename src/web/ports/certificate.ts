import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";

import type { Tls } from "./ports.js";

/** Throws where no TLS can be spoken with these two, in words that name the variable. */
export function checkCertificate({ cert, key }: Tls): void {
  const certificate = readOrRefuse("TLS_CERT is no certificate in PEM", () => new X509Certificate(cert));
  const privateKey = readOrRefuse("TLS_KEY is no private key in PEM without a passphrase", () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) throw new Error("TLS_KEY is not the key of TLS_CERT.");
  // Knows more: a chain that is broken off, or a key that is too short to be safe.
  readOrRefuse("TLS_CERT and TLS_KEY are refused", () => createSecureContext({ cert, key }));
}

/**
 * What clients will say of the certificate at this time; undefined where it is valid. No reason not to start:
 * some clients do not care, and all others are told as clearly.
 */
export function validityProblem({ cert }: Tls, now: number): string | undefined {
  const { validFrom, validTo } = new X509Certificate(cert);
  if (now > Date.parse(validTo)) return `it has expired on ${validTo}`;
  if (now < Date.parse(validFrom)) return `it is valid only from ${validFrom} on`;
  return undefined;
}

function readOrRefuse<T>(problem: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${problem} (${reason}).`, { cause: error });
  }
}
