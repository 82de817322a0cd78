import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

/**
 * Turns the test sources named on the command line into the compiled files that tap runs; a folder stands for the tests
 * below it. Options are tap's own and pass as they are.
 */
export function tapArguments(args: string[]): string[] {
  return args.flatMap((arg, index) => {
    if (arg.startsWith("-")) return [arg];
    const relative = path.relative("", arg);
    if (existsSync(relative)) return compiled(relative);
    // The value of an option before it, as in `-g pattern`.
    if (args[index - 1]?.startsWith("-")) return [arg];
    throw new Error(`There is no test file ${arg}.`);
  });
}

/** Whether there is a file among these arguments: without one tap runs all. */
export function namesFiles(args: readonly string[]): boolean {
  return args.some((arg) => arg.startsWith(`dist${path.sep}`));
}

function compiled(source: string): string[] {
  if (statSync(source).isDirectory()) {
    const tests = readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .flatMap((name) => compiled(path.join(source, name)));
    if (tests.length === 0) throw new Error(`There is no test file in ${source}.`);
    return tests;
  }
  if (source.startsWith(`dist${path.sep}`)) return [source];
  if (!source.endsWith(".test.ts")) throw new Error(`${source} is not a test file.`);
  return [path.join("dist", source.replace(/\.ts$/, ".js"))];
}
