/**
 * Path templates of `google.api.http`:
 *
 *     Template  = "/" Segments [ Verb ]
 *     Segments  = Segment { "/" Segment }
 *     Segment   = "*" | "**" | LITERAL | Variable
 *     Variable  = "{" FieldPath [ "=" Segments ] "}"
 *     FieldPath = IDENT { "." IDENT }
 *     Verb      = ":" LITERAL
 *
 * A segment is all literal, all wildcard or all variable; `**` only stands last; variables do not nest. A
 * literal is made of unreserved characters and percent-escapes, and is kept decoded.
 */

/** One segment: a literal, any one segment (`*`), or all remaining segments (`**`). */
export type Segment = { readonly literal: string } | "*" | "**";

/** A variable, and the range of segments that it captures. */
export interface Variable {
  readonly fieldPath: readonly string[];
  readonly start: number;
  /** Index of the first segment after it; undefined where it captures all remaining ones. */
  readonly end: number | undefined;
  /** It may capture several segments: an escaped slash stays escaped, so that segments can be told apart. */
  readonly multi: boolean;
}

/** A parsed template. */
export interface Template {
  readonly segments: readonly Segment[];
  readonly variables: readonly Variable[];
  /** The verb after the colon; "" where there is none. */
  readonly verb: string;
}

/** Parses a template. Throws an Error that says what is wrong and where. */
export function parseTemplate(text: string): Template {
  const parser = new Parser(text);
  return parser.template();
}

const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
const LITERAL = /(?:[A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})+/y;

class Parser {
  readonly #text: string;
  #at = 0;
  readonly #segments: Segment[] = [];
  readonly #variables: Variable[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  template(): Template {
    this.#expect("/");
    this.#list(() => this.#segment());
    const verb = this.#skip(":") ? this.#literal() : "";
    if (this.#at < this.#text.length) throw this.#error("expected the end");
    return { segments: this.#segments, variables: this.#variables, verb };
  }

  #list(segment: () => void): void {
    do {
      if (this.#segments.at(-1) === "**") throw this.#error("nothing may follow `**`");
      segment();
    } while (this.#skip("/"));
  }

  #segment(): void {
    if (this.#text[this.#at] === "{") this.#variable();
    else this.#plainSegment();
  }

  #plainSegment(): void {
    if (this.#skip("**")) this.#segments.push("**");
    else if (this.#skip("*")) this.#segments.push("*");
    else this.#segments.push({ literal: this.#literal() });
  }

  #variable(): void {
    this.#expect("{");
    const fieldPath = this.#fieldPath();
    const start = this.#segments.length;
    if (this.#skip("=")) this.#list(() => this.#plainSegment());
    else this.#segments.push("*");
    this.#expect("}");
    const rest = this.#segments.at(-1) === "**";
    const end = rest ? undefined : this.#segments.length;
    this.#variables.push({ fieldPath, start, end, multi: rest || this.#segments.length - start > 1 });
  }

  #fieldPath(): string[] {
    const path = [this.#match(IDENT, "a field name")];
    while (this.#skip(".")) path.push(this.#match(IDENT, "a field name"));
    const twice = this.#variables.some((variable) => variable.fieldPath.join(".") === path.join("."));
    if (twice) throw this.#error(`the variable ${path.join(".")} stands twice`);
    return path;
  }

  #literal(): string {
    const literal = this.#match(LITERAL, "a segment");
    try {
      return decodeURIComponent(literal);
    } catch {
      // URIError says only "URI malformed".
      throw this.#error(`the escapes in ${literal} are not UTF-8`);
    }
  }

  #match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw this.#error(`expected ${what}`);
    this.#at += match[0].length;
    return match[0];
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw this.#error(`expected \`${text}\``);
  }

  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #error(what: string): Error {
    return new Error(
      `${what} at character ${this.#at + 1} of the path template ${JSON.stringify(this.#text)}`,
    );
  }
}
