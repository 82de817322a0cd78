import path from "node:path";
import type { Source } from "./source-tree.js";

const INDEX = "docs/decisions/README.md";
const RECORD = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/;

const HEADINGS = ["Status", "Date", "Context", "Decision", "What else was considered"];
const STATUS = /^(accepted|superseded by \[\d{4}\]\([^)]+\))$/;
const DATE = /^\d{4}-\d{2}-\d{2}(; amended \d{4}-\d{2}-\d{2})*$/;

/** Records without their title, or whose five headings are missing, empty or in another order. */
export function malformedRecords(sources: Source[]): string[] {
  return recordsIn(sources).flatMap(({ path: file, text }) => {
    const problem = problemOf(text);
    return problem ? [`${file}: ${problem}`] : [];
  });
}

function problemOf(text: string): string | undefined {
  if (titleOf(text) === undefined) return "no title in the first line";
  const parts = text.split(/^## /m).slice(1);
  const headings = parts.map((part) => part.split("\n", 1)[0]);
  if (headings.join() !== HEADINGS.join()) return `the headings are ${headings.join(", ")}`;
  const [status = "", date = "", ...rest] = parts.map((part) => part.slice(part.indexOf("\n")).trim());
  if (!STATUS.test(status)) return `the status is "${status}"`;
  if (!DATE.test(date)) return `the date is "${date}"`;
  return rest.every((said) => said !== "") ? undefined : "a heading without a text";
}

function titleOf(text: string): string | undefined {
  return /^# (.+)\n/.exec(text)?.[1];
}

/** Files of the folder that are no record, and records whose number is not one more than that of the record before. */
export function numbersOutOfTurn(sources: Source[]): string[] {
  const files = sources
    .map((text) => text.path)
    .filter((file) => path.posix.dirname(file) === "docs/decisions");
  const records = files.filter((file) => file !== INDEX).sort();
  return records.filter((file, index) => Number(RECORD.exec(file)?.[1]) !== index + 1);
}

/** Records that the index does not list exactly once, by their number, file and title. */
export function recordsNotListed(sources: Source[]): string[] {
  const index = sources.find((text) => text.path === INDEX)?.text ?? "";
  const rows = index.split("\n").filter((line) => line.startsWith("|"));
  return recordsIn(sources).flatMap(({ path: file, text }) => {
    const name = path.posix.basename(file);
    const listed = rows.filter((row) => row.includes(`](${name})`)).map((row) => row.replaceAll(/ +/g, " "));
    const row = `| [${name.slice(0, 4)}](${name}) | ${titleOf(text)} |`;
    return listed.length === 1 && listed[0] === row ? [] : [row];
  });
}

function recordsIn(sources: Source[]): Source[] {
  return sources.filter((text) => RECORD.test(text.path));
}

const DOCUMENT = /^(docs\/.+|[^/]+|.+\/README)\.md$/;

/** What code shows is no link. */
const CODE = /```[\s\S]*?```|`[^`\n]*`/g;
const LINK = /\]\(([^)\s]+)\)/g;

/** Links of the documents to a file of the project, or to a heading in one, that is not there. */
export function deadLinks(sources: Source[]): string[] {
  const texts = new Map(sources.map((text) => [text.path, text.text]));
  return sources
    .filter((text) => DOCUMENT.test(text.path))
    .flatMap(({ path: file, text }) =>
      [...text.replaceAll(CODE, "").matchAll(LINK)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(texts, file, target))
        .map((target) => `${file}: ${target}`),
    );
}

function leadsSomewhere(texts: ReadonlyMap<string, string>, from: string, target: string): boolean {
  const [name = "", anchor] = target.split("#");
  const file = name === "" ? from : path.posix.join(path.posix.dirname(from), name);
  const text = texts.get(file);
  if (anchor !== undefined) return text !== undefined && anchorsOf(text).includes(anchor);
  return (
    text !== undefined || [...texts.keys()].some((other) => other.startsWith(`${file.replace(/\/$/, "")}/`))
  );
}

/** The names that GitHub gives the headings of a document. */
function anchorsOf(text: string): string[] {
  return [...text.replaceAll(/```[\s\S]*?```/g, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
