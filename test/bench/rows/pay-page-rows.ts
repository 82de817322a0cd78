import { httpRequest } from "../load/http-connection.js";
import { httpLanes } from "../load/http-lanes.js";
import { untilDone } from "../load/drive.js";
import { type Contender, sampleOf } from "../contender.js";
import type { Row } from "../row.js";
import { seededSessions } from "./seeded-sessions.js";

/** Shoppers at a time. */
const CONCURRENCY = 32;

/** Pages that are opened for the first time, each of a session of its own: a form is signed, and noted as given out. */
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
      const requests = ids.map((id) => httpRequest("GET", `/pay/${id}`, {}));
      const opened = await httpLanes({
        ports: [process.ports.http],
        count: CONCURRENCY,
        next: () => requests.pop(),
        isRight: ({ status, body }) => status === 200 && FORM.every((text) => body.includes(text)),
      });
      const sample = await sampleOf([process], () => untilDone(opened.lanes, ids.length));
      opened.close();
      return sample;
    },
    // Each session has given out one form, and each has one attempt pending.
    left: (total) => ({ forms: total, pending: total }),
  });
}

/** About as many as are opened in a second. */
const SESSIONS_PER_SECOND = 1500;

const FORM = [
  '<form method="post" action="https://gateway.example/hosted/"',
  'name="amount" value="2999"',
  'name="signature" value="',
];
