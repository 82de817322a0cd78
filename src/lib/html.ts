/**
 * Markup that is safe to send. A page makes it by `html`, and so cannot forget to escape; `new Html` is for
 * constant markup of our own, such as a style or a script, never for a text from outside.
 */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[] | undefined;

/**
 * A template whose every interpolated value is escaped, unless it is already Html. Undefined writes nothing.
 *
 * The escapes hold between tags and in attributes with quotes around them, not in a script, a style or a bare
 * attribute.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: parts }, ...values.map(markupOf)));
}

function markupOf(value: Value): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map(markupOf).join("");
  return String(value).replaceAll(/[&<>"'\r\n]/g, (character) => ESCAPES[character] ?? character);
}

/** Line breaks too: a browser reads a bare carriage return in the markup as a line feed. */
const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\r": "&#13;",
  "\n": "&#10;",
};
