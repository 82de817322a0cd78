import { encodeFields } from "../../../src/cardstream/fields.js";
import { firstForm } from "../../simulation/page-form.js";
import { type HttpAnswer, HttpConnection, httpRequest } from "../load/http-connection.js";
import { untilDone } from "../load/drive.js";
import { type Contender, sampleOf } from "../contender.js";
import type { Row } from "../row.js";
import { seededSessions } from "./seeded-sessions.js";

/** Shoppers at a time. */
const CONCURRENCY = 32;

/**
 * Pages that are opened for the first time, each of a session of its own, and their forms sent on: a form is signed,
 * and noted as given out.
 */
export function payPageRows(server: () => Promise<string>): readonly Row[] {
  return [
    {
      kind: "pair",
      name: "pay page, server",
      wanted: 0.9,
      open: async () => [
        await opening(await server(), "service", "service"),
        await opening(await server(), "fastify + mysql2", "mysql-peer"),
      ],
    },
  ];
}

async function opening(server: string, name: string, program: string): Promise<Contender> {
  return await seededSessions({
    server,
    name,
    program,
    perSecond: SESSIONS_PER_SECOND,
    formsGiven: 0,
    measure: async (_place, process, ids) => {
      const left = [...ids];
      const open = () => HttpConnection.open(process.ports.http);
      const connections = await Promise.all(Array.from({ length: CONCURRENCY }, open));
      const lanes = connections.map((connection) => () => openAndSend(connection, left.pop()));
      const sample = await sampleOf([process], () => untilDone(lanes, ids.length));
      for (const connection of connections) connection.close();
      return sample;
    },
    // Each session has given out one form, and each has one attempt pending.
    left: (total) => ({ forms: total, pending: total }),
  });
}

/** About as many as are opened in a second. */
const SESSIONS_PER_SECOND = 1000;

/** Opens a session's page and sends its form on, but not to the gateway. Undefined: none is left. */
async function openAndSend(connection: HttpConnection, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  const shown = await connection.send(httpRequest("GET", `/pay/${id}`, {}));
  const isRight = shown.status === 200 && FORM.every((text) => shown.body.includes(text));
  if (!isRight) throw wrong(shown);
  const body = encodeFields(firstForm(shown.body)?.fields ?? []);
  const sent = await connection.send(httpRequest("POST", `/pay/${id}`, POSTED, body));
  if (sent.status !== 307) throw wrong(sent);
}

const POSTED = { "content-type": "application/x-www-form-urlencoded" };

function wrong({ status, body }: HttpAnswer): Error {
  return new Error(`A wrong answer: ${status} ${body.slice(0, 500)}`);
}

const FORM = ['<form method="post" action="http', 'name="amount" value="2999"', 'name="signature" value="'];
