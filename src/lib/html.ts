/**
 * Markup that is safe to send. Pages make it with `html`, which escapes every value; `new Html` is for
 * constant markup of our own, such as a style or a script, never for input.
 */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[] | undefined;

/**
 * Template tag that escapes every interpolated value which is not Html itself. Undefined writes nothing.
 *
 * The escaping is safe between tags and in quoted attributes, not in a script, a style or an unquoted
 * attribute.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  // One text after the other: `String.raw` takes four times as long, and pages have dozens of these.
  let markup = parts[0] ?? "";
  for (const [index, value] of values.entries()) markup += markupOf(value) + (parts[index + 1] ?? "");
  return new Html(markup);
}

/**
 * A text of other people, such as a name, that cannot turn what stands around it: isolated, and without the characters
 * that control the direction of writing, of which one could end the isolation.
 */
export function isolated(text: string): Html {
  return html`<bdi>${withoutControls(text)}</bdi>`;
}

/** The same text for where no markup can stand, such as a title. */
export function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, "");
}

function markupOf(value: Value): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map(markupOf).join("");
  const text = String(value);
  return SPECIAL.test(text) ? text.replaceAll(EACH_SPECIAL, escapeOf) : text;
}

/** Line breaks too: a browser reads a bare carriage return in the markup as a line feed. */
const SPECIAL = /[&<>"'\r\n]/;
const EACH_SPECIAL = new RegExp(SPECIAL, "g");

function escapeOf(character: string): string {
  return ESCAPES[character] ?? character;
}

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\r": "&#13;",
  "\n": "&#10;",
};
