import { openPlace } from "../bench-place.js";
import type { Contender } from "../contender.js";
import type { Row } from "../row.js";
import { served } from "../served.js";
import { createLoad, getLoad, type JsonLoad } from "./json-load.js";

/** Whole requests of merchants with a database server behind them. */
export function databaseRows(server: () => Promise<string>): readonly Row[] {
  return [
    {
      kind: "pair",
      name: "create session, server",
      wanted: 0.9,
      open: async () => both(await server(), createLoad),
    },
    {
      kind: "pair",
      name: "get session, server",
      wanted: 0.9,
      open: async () => both(await server(), getLoad),
    },
  ];
}

async function both(server: string, load: JsonLoad): Promise<readonly [Contender, Contender]> {
  return [
    await withPlace(server, "service", "service", load),
    await withPlace(server, "fastify + mysql2", "mysql-peer", load),
  ];
}

async function withPlace(server: string, name: string, program: string, load: JsonLoad): Promise<Contender> {
  const place = await openPlace(server);
  const contender = await served({
    name,
    program,
    options: place,
    load: (servers) => load(servers, { authorization: `Bearer ${place.key}` }),
  });
  return {
    ...contender,
    close: async () => {
      await contender.close();
      await place.remove();
    },
  };
}
