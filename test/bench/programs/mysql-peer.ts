// The peer with a database: fastify and mysql2 without a layer between them. It writes the rows that the
// service writes, by the statements that the service's own code would seem to need, one after the other, and
// makes the same checks.
import { fastify } from "fastify";
import mysql from "mysql2/promise";

import { fieldText, parseFields } from "../../../src/cardstream/fields.js";
import { createSealer } from "../../../src/lib/seal.js";
import type { BenchPlace } from "../bench-place.js";
import { orderSchema, pathSchema, sessionSchema } from "./fastify-schemas.js";
import { completeByCallback } from "./peer-completion.js";
import { givePeerForm, showPeerPage } from "./peer-pay-page.js";
import { peerAnswer, type PeerOrder } from "./peer-session.js";
import { findOwner, findSession, storeSession } from "./peer-statements.js";
import { listening, options, ready } from "./ready.js";
import { answerSeed, openBeside, type SeedQuestion } from "./seed.js";

const place = options() as BenchPlace;
const pool = mysql.createPool({ uri: place.url ?? "", connectionLimit: 16, supportBigNumbers: true });
const sealer = createSealer(Buffer.from(place.secretsKey, "base64"));
const app = fastify({ ajv: { customOptions: { removeAdditional: false, strictTypes: false } } });

app.post<{ Body: PeerOrder }>(
  "/v1/checkout/sessions",
  { schema: { body: orderSchema, response: { 200: sessionSchema } } },
  async ({ headers, body }, reply) => {
    const owner = await findOwner(pool, headers.authorization);
    if (owner === undefined) return await reply.code(401).send();
    const session = await storeSession(pool, owner, body);
    return session === undefined ? await reply.code(400).send() : peerAnswer(session);
  },
);

app.get<{ Params: { id: string } }>(
  "/v1/checkout/sessions/:id",
  { schema: { params: pathSchema, response: { 200: sessionSchema } } },
  async ({ headers, params }, reply) => {
    const owner = await findOwner(pool, headers.authorization);
    if (owner === undefined) return await reply.code(401).send();
    const session = await findSession(pool, owner, params.id);
    return session === undefined ? await reply.code(404).send() : peerAnswer(session);
  },
);

app.get<{ Params: { id: string } }>(
  "/pay/:id",
  { schema: { params: pathSchema } },
  async (request, reply) => {
    const page = await showPeerPage(pool, sealer, request.params.id);
    if (page === undefined) return await reply.code(410).send();
    return await reply
      .headers({ ...PAGE_HEADERS, "content-security-policy": page.policy })
      .type("text/html; charset=utf-8")
      .send(page.html);
  },
);

/** Those that the service sends with a page. */
const PAGE_HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

app.addContentTypeParser(
  "application/x-www-form-urlencoded",
  { parseAs: "buffer" },
  (_request, body, done) => {
    done(null, body);
  },
);
app.post<{ Params: { id: string }; Body: Buffer }>(
  "/pay/:id",
  { schema: { params: pathSchema } },
  async ({ params, body }, reply) => {
    const signature = fieldText(parseFields(body), "signature");
    const url = await givePeerForm(pool, sealer, params.id, signature);
    if (url === undefined) return await reply.code(410).send();
    return await reply.headers(PAGE_HEADERS).redirect(url, 307);
  },
);
app.post<{ Body: Buffer }>("/callbacks/cardstream", async ({ body }, reply) => {
  const isRight = await completeByCallback(pool, sealer, body);
  return await reply.code(isRight ? 200 : 400).send(isRight ? "ok\n" : "not verified\n");
});

const beside = await openBeside(place);
process.on("message", (question: SeedQuestion) => {
  void answerSeed(beside, place, question).then((answer) => process.send?.(answer));
});
await app.ready();
ready({ http: await listening(app.server) });
