import type { Field } from "../../src/cardstream/fields.js";

/** A form as it stands in a page, its hidden fields in order. */
export interface PageForm {
  readonly action: string;
  readonly fields: Field[];
}

/** The first form of a page; undefined where it has none. Ten thousand pages are read, so only what our pages have. */
export function firstForm(html: string): PageForm | undefined {
  const form = /<form method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/s.exec(html);
  if (form?.[1] === undefined) return undefined;
  const inputs = (form[2] ?? "").matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return {
    action: decoded(form[1]),
    fields: [...inputs].map(([, name = "", value = ""]): Field => [decoded(name), decoded(value)]),
  };
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function decoded(text: string): string {
  return text.replaceAll(/&(?:([a-z]+)|#(\d+));/g, (whole, name?: string, code?: string) =>
    code === undefined ? (ENTITIES[name ?? ""] ?? whole) : String.fromCodePoint(Number(code)),
  );
}
