/**
 * A field's path as the name of a form's parameter: `line_items[0].price_data.currency` as
 * `line_items[0][price_data][currency]`, and `metadata["a.b"]` as `metadata[a.b]`. A name with brackets only stays.
 */
export function parameterName(path: string): string {
  return path.replaceAll(STEP, (_, key?: string, element?: string, member?: string) => {
    return `[${key ?? element ?? member ?? ""}]`;
  });
}

/** A key of a map in quotes, an element or a key without them, a member of a message. */
const STEP = /\["(.*?)"\](?=$|[.[])|\[(.*?)\](?=$|[.[])|\.([^.[]+)/gs;
