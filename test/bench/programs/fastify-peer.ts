// The peer over JSON: fastify with a schema for the body and one for the answer, as its documentation advises.
import { fastify } from "fastify";

import { orderSchema, pathSchema, sessionSchema } from "./fastify-schemas.js";
import { MemorySessions } from "./memory-sessions.js";
import { newPeerSession, peerAnswer, type PeerOrder, type PeerSession } from "./peer-session.js";
import { listening, ready } from "./ready.js";

const sessions = new MemorySessions<PeerSession | undefined>();
// Unknown fields are refused here as they are by the service; fastify's default drops them in silence.
const app = fastify({ ajv: { customOptions: { removeAdditional: false, strictTypes: false } } });

app.post<{ Body: PeerOrder }>(
  "/v1/checkout/sessions",
  { schema: { body: orderSchema, response: { 200: sessionSchema } } },
  async ({ body }, reply) => {
    const session = sessions.add((id, now) => newPeerSession(body, id, now));
    return session === undefined ? await reply.code(400).send() : peerAnswer(session);
  },
);

app.get<{ Params: { id: string } }>(
  "/v1/checkout/sessions/:id",
  { schema: { params: pathSchema, response: { 200: sessionSchema } } },
  async ({ params }, reply) => {
    const session = sessions.find(params.id);
    return session === undefined ? await reply.code(404).send() : peerAnswer(session);
  },
);

await app.ready();
ready({ http: await listening(app.server) });
