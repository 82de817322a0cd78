import path from "node:path";

/**
 * Test files of `npm run test:proofs`, which `.ci/run` runs and `npm test` leaves out: random runs of whole systems, as
 * `npm run prove`, `storm`, `fuzz` and `bench` make them, and the conformance suite of protobuf. Each behaviour has a
 * story in `npm test`; these look for what nobody has thought of, take a third of the time of all, and are not what one
 * waits for after each change.
 */
export const PROOFS: readonly string[] = [
  "simulation/server",
  "simulation/embedded",
  "simulation/planted/found-bugs",
  "bench/bench",
  "stress/stress",
  "fuzz/fuzz",
  "transcode/protobuf-conformance",
].map((name) => path.join("dist", "test", `${name}.test.js`));

/** Of these compiled tests those that `npm test` runs where no file is named. */
export function withoutProofs(files: readonly string[]): string[] {
  return files.filter((file) => !PROOFS.includes(file));
}
