import type { Contender } from "../contender.js";
import type { Row } from "../row.js";
import { served } from "../served.js";
import { grpcLoad } from "./grpc-load.js";
import { createLoad, getLoad, type JsonLoad, lightCreateLoad } from "./json-load.js";

/** What costs nothing but CPU: no database behind it. */
export const memoryRows: readonly Row[] = [
  {
    kind: "pair",
    name: "gRPC unary",
    wanted: 1.2,
    open: async () => [
      await served({ name: "service", program: "memory-service", load: grpcLoad }),
      await served({ name: "@grpc/grpc-js", program: "grpc-js-peer", load: grpcLoad }),
    ],
  },
  { kind: "pair", name: "JSON POST", wanted: 0.9, open: () => bothOverJson(createLoad) },
  { kind: "pair", name: "JSON GET", wanted: 0.9, open: () => bothOverJson(getLoad) },
  {
    kind: "pair",
    name: "JSON GET, 1 000 rules against 10",
    wanted: 0.91,
    open: async () => [await withRules("1 000 rules", 1000), await withRules("10 rules", 10)],
  },
  {
    kind: "pair",
    name: "JSON POST, 2 replicas",
    wanted: 1.5,
    // What the load takes of the two cores, a second replica cannot have. With orders of one item that is a
    // fifth of a call, and two come to 1.6 of one at the very best: the row would measure the load.
    open: async () => [
      await served({ name: "2 processes", program: "memory-service", replicas: 2, load: lightCreateLoad }),
      await served({ name: "1 process", program: "memory-service", load: lightCreateLoad }),
    ],
  },
];

async function bothOverJson(load: JsonLoad): Promise<readonly [Contender, Contender]> {
  return [
    await served({ name: "service", program: "memory-service", load }),
    await served({ name: "fastify", program: "fastify-peer", load }),
  ];
}

/** The same calls at an address beside so many others: a call may cost a tenth more at most. */
async function withRules(name: string, otherRules: number): Promise<Contender> {
  return await served({ name, program: "memory-service", options: { otherRules }, load: getLoad });
}
