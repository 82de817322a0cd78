/** Writes a line of comma-separated values (RFC 4180); null is an empty value. */
export function csvLine(values: readonly (string | number | null)[]): string {
  return values.map((value) => quoted(String(value ?? ""))).join(",");
}

/**
 * Reads the lines of a text with comma-separated values, each by the names in the first line. A quoted value may hold
 * commas, quotes and line ends. Throws where a line has more or fewer values than the first.
 */
export function* readCsv(text: string): Generator<Record<string, string>> {
  const lines = linesOf(text.replace(/^\uFEFF/, ""));
  const { value: names } = lines.next();
  if (names === undefined) return;
  let number = 1;
  for (const values of lines) {
    number += 1;
    if (values.length === 1 && values[0] === "") continue; // An empty line, as at the end.
    if (values.length !== names.length) {
      throw new Error(
        `Line ${number} has ${values.length} values, and the first line names ${names.length}.`,
      );
    }
    yield Object.fromEntries(names.map((name, at) => [name.trim(), values[at] ?? ""]));
  }
}

/** A spreadsheet would take a text that begins so for a formula. */
const FORMULA = /^[=+@\t\r]/;

function quoted(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function* linesOf(text: string): Generator<string[], undefined> {
  const part = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|\n|\r|$)/y;
  let line: string[] = [];
  while (part.lastIndex < text.length) {
    const at = part.lastIndex;
    const [, value = "", end] = part.exec(text) ?? [];
    if (end === undefined)
      throw new Error(`A quote at character ${at + 1} is not closed, or stands inside a value.`);
    line.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === ",") {
      if (part.lastIndex === text.length) line.push("");
      continue;
    }
    yield line;
    line = [];
  }
  if (line.length > 0) yield line;
}
