import { encodeFields, type Field } from "../cardstream/fields.js";
import { type HttpResponse, send } from "../lib/http.js";

/** One answer of the sandbox gateway, ready to be sent. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** An answer to a program in the gateway's own encoding. Whatever the gateway says of a request, the status is 200. */
export function formReply(fields: readonly Field[]): Reply {
  return { status: 200, body: encodeFields(fields), headers: { "content-type": FORM_TYPE } };
}

/** An answer to a program that its request never reached the gateway's own code. */
export function textReply(status: number, text: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    body: `${text}\n`,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  };
}

export function sendReply(response: HttpResponse, { status, body, headers }: Reply): void {
  send(response, status, body, headers);
}

const FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8";
