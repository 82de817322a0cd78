import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";

import type { Tls } from "./ports.js";

/** Throws an Error that names the variable where certificate and key cannot be used for TLS. */
export function checkCertificate({ cert, key }: Tls): void {
  const certificate = readOrRefuse("TLS_CERT is not a certificate in PEM", () => new X509Certificate(cert));
  const privateKey = readOrRefuse("TLS_KEY is not a private key in PEM without a passphrase", () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) throw new Error("TLS_KEY is not the key of TLS_CERT.");
  // OpenSSL also detects a broken chain, or a key that is too short.
  readOrRefuse("TLS_CERT and TLS_KEY are refused", () => createSecureContext({ cert, key }));
}

/**
 * What is wrong with the certificate's dates at `now` (in milliseconds); undefined where it is valid. The
 * service starts all the same: some clients ignore the dates, and the others report them.
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
