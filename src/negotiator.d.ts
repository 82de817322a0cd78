/** The parts of negotiator that are used. What `Accept-Encoding` says, weighed by its q values. */
declare module "negotiator/lib/encoding.js" {
  /** Those of `provided` that are accepted, the best first; those in `preferred` come first among equals. */
  export function preferredEncodings(
    accept: string,
    provided: readonly string[],
    preferred: readonly string[],
  ): string[];
}

/** What `Accept` says, weighed by its q values. */
declare module "negotiator/lib/mediaType.js" {
  /** Those of `provided` that are accepted, the best first, and among equals as they are provided or asked for. */
  export function preferredMediaTypes(accept: string, provided: readonly string[]): string[];
}
