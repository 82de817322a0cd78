/** A command's output, by field name. */
export type Fields = Record<string, string | null>;

/** Prints a command's output: with `--json` one JSON object on one line, otherwise one line per field. */
export function print(fields: Fields, json: boolean): void {
  if (json) return write(JSON.stringify(fields));
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  for (const [name, value] of Object.entries(fields)) write(`${name.padEnd(width)}  ${show(value)}`);
}

/** Prints a list: with `--json` `{"data": [...]}`, otherwise a table. */
export function printList(rows: readonly Fields[], json: boolean): void {
  if (json) return write(JSON.stringify({ data: rows }));
  const [first] = rows;
  if (first === undefined) return write("(none)");
  const names = Object.keys(first);
  const table = [names, ...rows.map((row) => names.map((name) => show(row[name])))];
  const widths = names.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  for (const cells of table)
    write(
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

/** Formats a time (milliseconds since 1970) in ISO 8601. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Writes a line to standard output. */
export function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Ends the process quietly where its output is no longer read, as with `| head`. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

function show(value: string | null | undefined): string {
  return value ?? "-";
}
