/**
 * Returns a statement with its values in place of its question marks: every question mark stands for one
 * value.
 *
 * No value can be read as SQL, whatever the server's `sql_mode`, character set and language: a quoted text
 * holds no character that any of them gives a meaning to, and every other text is sent in hexadecimal. mysql2
 * escapes with backslashes, which NO_BACKSLASH_ESCAPES makes plain characters.
 */
export function formatSql(sql: string, values: readonly unknown[] | undefined): string {
  if (values === undefined || values.length === 0) return sql;
  let formatted = "";
  let from = 0;
  for (const value of values) {
    const mark = sql.indexOf("?", from);
    if (mark === -1) throw new Error(`More values than question marks: ${sql}`);
    formatted += sql.slice(from, mark) + literal(value);
    from = mark + 1;
  }
  if (sql.includes("?", from)) throw new Error(`More question marks than values: ${sql}`);
  return formatted + sql.slice(from);
}

function literal(value: unknown): string {
  if (typeof value === "string") return textLiteral(value);
  if (Number.isFinite(value) || typeof value === "bigint") return String(value);
  if (value === null) return "NULL";
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value instanceof Uint8Array) return bytesLiteral(value);
  throw new TypeError(`A server cannot keep this ${typeof value} as it is`);
}

function textLiteral(text: string): string {
  if (text !== "" && !NOT_PLAIN.test(text)) return `'${text}'`;
  // Its collation yields to the column's, as a quoted text's does.
  return `_utf8mb4 X'${Buffer.from(text, "utf8").toString("hex")}'`;
}

/**
 * Anything but printable ASCII without single quote, backslash, backtick and semicolon. Empty text is not
 * plain either: EMPTY_STRING_IS_NULL makes '' null.
 */
const NOT_PLAIN = /[^ -&(-:<-[\]-_a-~]/;

/** Bytes of plain text, as the bodies of most webhooks are, are sent as they are: half as many as in hexadecimal. */
function bytesLiteral(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("latin1");
  if (text !== "" && !NOT_PLAIN.test(text)) return `_binary'${text}'`;
  return `X'${buffer.toString("hex")}'`;
}
