import type { Field } from "../../src/cardstream/fields.js";

/** A form as it stands in a page, its hidden fields in order. */
export interface PageForm {
  readonly action: string;
  readonly fields: Field[];
}

/** The first form of a page; undefined where it has none. */
export function firstForm(html: string): PageForm | undefined {
  return formsOf(html)[0];
}

/** The forms of a page. Ten thousand pages are read, so only what our pages have. */
export function formsOf(html: string): PageForm[] {
  const forms = html.matchAll(/<form method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/gs);
  return [...forms].map(([, action = "", inside = ""]) => {
    const inputs = inside.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
    return {
      action: decoded(action),
      fields: [...inputs].map(([, name = "", value = ""]): Field => [decoded(name), decoded(value)]),
    };
  });
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function decoded(text: string): string {
  return text.replaceAll(/&(?:([a-z]+)|#(\d+));/g, (whole, name?: string, code?: string) =>
    code === undefined ? (ENTITIES[name ?? ""] ?? whole) : String.fromCodePoint(Number(code)),
  );
}
