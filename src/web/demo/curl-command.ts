/** A call of the API, as a merchant's server makes it. */
interface ApiCall {
  readonly url: string;
  /** The JSON to post. Undefined for a call that only reads. */
  readonly body?: string;
}

/**
 * The command that makes a call, to be pasted into a POSIX shell; the key is left for its reader to fill in. The
 * operator's public URL may have characters that mean something to a shell, as `&` or `'`, and so may a body.
 */
export function curlCommand({ url, body }: ApiCall): string {
  const parts =
    body === undefined
      ? [`curl ${shellWord(url)}`, AUTHORIZATION]
      : [`curl -X POST ${shellWord(url)}`, AUTHORIZATION, JSON_TYPE, `-d ${quoted(body)}`];
  return parts.join(" \\\n  ");
}

const AUTHORIZATION = '-H "Authorization: Bearer sk_test_..."';
const JSON_TYPE = '-H "Content-Type: application/json"';

/** A text as one word of a POSIX shell, quoted only where a shell would read it otherwise: most addresses are not. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : quoted(text);
}

/** Between single quotes everything stands for itself, except for one of them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
