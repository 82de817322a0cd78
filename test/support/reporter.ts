import { inspect } from "node:util";
import { Parser, type Result } from "tap-parser";
import { type FileMark, readFileMark } from "./file-mark.js";

/** Reads what tap writes, tells what became of each file, and keeps the counts. */
export interface Reporter {
  /** Where tap's output goes. */
  input: Parser;
  /** Assertions, not tests: a test that stops half-way must not count like a whole one. */
  passed: number;
  failed: number;
  /** Every failure in full, for the end of a run whose beginning is out of sight by then. */
  readonly failures: readonly string[];
}

/** Writes one line a test file, as it ends, and every failure in full. */
export function createReporter(write: (text: string) => void): Reporter {
  const failures: string[] = [];
  const reporter: Reporter = { input: new Parser(), passed: 0, failed: 0, failures };
  let file = { passed: 0, filtered: 0, failures: [] as Result[] };
  let told = { files: 0, failed: 0 };
  let closing: Result | undefined;

  const tell = (name: string, ms: number): void => {
    write(fileLine(name, ms, file.passed, file.failures.length));
    const texts = file.failures.map((failure) => failureText(name, failure));
    for (const text of texts) write(text);
    failures.push(...texts);
    reporter.passed += file.passed;
    reporter.failed += file.failures.length;
    told = { files: told.files + 1, failed: told.failed + file.failures.length };
    file = { passed: 0, filtered: 0, failures: [] };
  };
  reporter.input.on("result", (result: Result) => {
    // The parser tells of a file that ended badly twice, this time after its end.
    if (result === closing) return;
    if (isPassed(result)) file.passed++;
    else if (isFiltered(result)) file.filtered++;
    else file.failures.push(result);
  });
  // A process that runs several files marks the end of each.
  onMarks(reporter.input, ({ file, ms }) => tell(file, ms));
  // At the outermost level an assertion is a process: of one file, or what is left of one that marked several.
  reporter.input.on("assert", (result: Result) => {
    closing = result;
    // Ended badly without a failed assertion: timed out, crashed at its end, or asserted nothing at all.
    const silent = file.passed + file.filtered + told.files === 0;
    if (file.failures.length + told.failed === 0 && (!result.ok || silent)) file.failures.push(result);
    const whole = told.files > 0 && file.passed + file.failures.length === 0;
    if (!whole) tell(result.name, result.time ?? 0);
    told = { files: 0, failed: 0 };
  });
  passOn(reporter.input, write);
  return reporter;
}

/** Skipped and to-do tests are failures: a run that says "passed" has run everything. */
function isPassed(result: Result): boolean {
  return result.ok && !result.skip && !result.todo;
}

/** Left out because the caller asked for other tests, by `--grep` or `--only`. */
function isFiltered(result: Result): boolean {
  return typeof result.skip === "string" && result.skip.startsWith("filter");
}

function onMarks(parser: Parser, tell: (mark: FileMark) => void): void {
  parser.on("child", (process: Parser) =>
    process.on("comment", (comment: string) => {
      const mark = readFileMark(comment);
      if (mark) tell(mark);
    }),
  );
}

function fileLine(name: string, ms: number, passed: number, failed: number): string {
  const seconds = (ms / 1000).toFixed(1);
  const counts = failed > 0 ? `${passed} passed, ${failed} failed` : `${passed} passed`;
  return `${failed > 0 ? "FAILED" : "ok    "} ${sourceName(name)}  ${counts}, ${seconds} s\n`;
}

function sourceName(name: string): string {
  return name.replace(/^dist\//, "").replace(/\.js$/, ".ts");
}

/** How tap called the file, and where the stack begins once more. */
const NOISE = new Set(["args", "at", "command", "cwd", "externalID", "jobId", "stdio", "tapCaught"]);

function failureText(file: string, failure: Result): string {
  const [, ...names] = failure.fullname.split(" > ");
  const reason = failure.skip ? "  (skipped)" : failure.todo ? "  (left to do)" : "";
  const details = Object.entries((failure.diag ?? {}) as Record<string, unknown>)
    .filter(([name]) => !NOISE.has(name))
    .map(detailText);
  return `\n  ${[sourceName(file), ...names].join(" > ")}${reason}\n${details.join("")}\n`;
}

function detailText([name, value]: [string, unknown]): string {
  const text = typeof value === "string" ? value.trimEnd() : inspect(value, { depth: 8, breakLength: 100 });
  return text.includes("\n") ? `    ${name}:\n${indent(text)}\n` : `    ${name}: ${text}\n`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "      ");
}

/** What a test file prints beside its results. */
function passOn(parser: Parser, write: (text: string) => void): void {
  parser.on("extra", write);
  parser.on("bailout", (reason: string) => write(`Bail out! ${reason}\n`));
  parser.on("child", (child: Parser) => passOn(child, write));
}
