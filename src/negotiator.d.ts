/** The one part of negotiator that is used: what `Accept-Encoding` says, weighed by its q values. */
declare module "negotiator/lib/encoding.js" {
  /** Those of `provided` that are accepted, the best first; those in `preferred` come first among equals. */
  export function preferredEncodings(
    accept: string,
    provided: readonly string[],
    preferred: readonly string[],
  ): string[];
}
