import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { fieldText, parseFields } from "../../src/cardstream/fields.js";
import { readBody } from "../../src/lib/http.js";
import type { Conversation } from "./conversation.js";

/** The way from the gateway to the service: a load balancer that keeps a record, and loses nothing by itself. */
export interface Relay {
  readonly url: string;
  /** Callbacks about this session are this conversation's from now on. */
  join(conversation: Conversation): void;
  /** Callbacks about direct charges go this way; it answers the status that the gateway gets. */
  bringCharges(bring: (body: Buffer) => Promise<number>): void;
  /** How many callbacks are under way. */
  readonly underWay: number;
  close(): void;
}

export async function openRelay(): Promise<Relay> {
  const conversations = new Map<string, Conversation>();
  let bringCharge: ((body: Buffer) => Promise<number>) | undefined;
  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, BODY_BYTES_MAX);
    const fields = parseFields(body);
    const order = fieldText(fields, "orderRef");
    const conversation = conversations.get(order);
    conversation?.note(
      `the gateway sends a callback: transaction ${fieldText(fields, "transactionID")}, ` +
        `code ${fieldText(fields, "responseCode")}`,
    );
    const answer = order.startsWith("pi_") ? bringCharge?.(body) : conversation?.callBack(body);
    response.writeHead((await answer) ?? 404).end();
  };
  let underWay = 0;
  const server = createServer((request, response) => {
    underWay++;
    void relay(request, response).finally(() => underWay--);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    join: (conversation) => conversations.set(conversation.sessionId, conversation),
    bringCharges: (bring) => void (bringCharge = bring),
    get underWay() {
      return underWay;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const BODY_BYTES_MAX = 256 * 1024;
