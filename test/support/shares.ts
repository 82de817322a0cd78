import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** More than run at a time, so that the last ones end at about the same time; each one has the service to load. */
const SHARES = 8;

/** Where the programs of the shares are written. */
const FOLDER = path.join("dist", "together");

/**
 * Files that need a process of their own: those that take longest, which then run beside each other, and those with a
 * browser, a server or a timer that lasts as long as the file. Longest first.
 */
export const ALONE = [
  "prove/mariadb",
  "prove/embedded",
  "prove/planted/planted-bugs",
  "bench/bench",
  "stories/start",
  "stories/operator",
  "stories/return-in-sandbox",
  "stories/attempts",
  "stories/browser-detours",
  "stories/browser",
  "stories/database-away",
  "stories/refund-answers-lost",
  "storm/storm",
  "tool/openapi",
  "tidy",
  "rooms",
  "lib/background-job",
  "db/unusable-connections",
].map((name) => path.join("dist", "test", `${name}.test.js`));

/** The programs that run these compiled tests: a file that needs its own process is its own, the others share a few. */
export function writeShares(files: readonly string[]): string[] {
  const { alone, shares } = shared(files);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return [...alone, ...shares.map(writeShare)];
}

/** Every test that was compiled. */
export function compiledTests(): string[] {
  return readdirSync(path.join("dist", "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => path.join("dist", "test", name))
    .toSorted();
}

/** Deals the files like cards: neighbours do much the same, so every share gets something of everything. */
export function shared(files: readonly string[]): { alone: string[]; shares: string[][] } {
  const alone = ALONE.filter((file) => files.includes(file));
  const shares: string[][] = Array.from({ length: SHARES }, () => []);
  files.filter((file) => !ALONE.includes(file)).forEach((file, index) => shares[index % SHARES]?.push(file));
  return { alone, shares: shares.filter((share) => share.length > 0) };
}

function writeShare(files: readonly string[], index: number): string {
  const program = path.join(FOLDER, `share-${index + 1}.js`);
  const list = JSON.stringify(files, null, 2);
  writeFileSync(
    program,
    `import { runTogether } from "../test/support/together.js";\n\nawait runTogether(${list});\n`,
  );
  return program;
}
