import { fromBinary } from "@bufbuild/protobuf";

import { CreateCheckoutSessionResponseSchema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import type { ServerProcess } from "../child.js";
import type { Contender } from "../contender.js";
import { HttpConnection } from "../load/http-connection.js";
import { httpLanes } from "../load/http-lanes.js";
import { grpcLanes } from "../load/grpc-lanes.js";
import type { Lanes } from "../load/lane.js";
import type { Row } from "../row.js";
import { served } from "../served.js";
import { createMessage, createRequest, getRequest, isSession } from "./orders.js";

const CONNECTIONS = 32;

/** What costs nothing but CPU: no database behind it. */
export const memoryRows: readonly Row[] = [
  {
    kind: "pair",
    name: "gRPC unary",
    wanted: 1.2,
    open: async () => [
      await served({ name: "service", program: "memory-service", open: openGrpc }),
      await served({ name: "@grpc/grpc-js", program: "grpc-js-peer", open: openGrpc }),
    ],
  },
  { kind: "pair", name: "JSON POST", wanted: 0.9, open: () => bothOverJson(openPost) },
  { kind: "pair", name: "JSON GET", wanted: 0.9, open: () => bothOverJson(openGet) },
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
    open: async () => [
      await served({ name: "2 processes", program: "memory-service", replicas: 2, open: openPost }),
      await served({ name: "1 process", program: "memory-service", open: openPost }),
    ],
  },
];

async function bothOverJson(
  open: (servers: readonly ServerProcess[]) => Promise<Lanes>,
): Promise<readonly [Contender, Contender]> {
  return [
    await served({ name: "service", program: "memory-service", open }),
    await served({ name: "fastify", program: "fastify-peer", open }),
  ];
}

/** The same calls at an address beside so many others: a call may cost a tenth more at most. */
async function withRules(name: string, otherRules: number): Promise<Contender> {
  return await served({ name, program: "memory-service", options: { otherRules }, open: openGet });
}

async function openGrpc([server]: readonly ServerProcess[]): Promise<Lanes> {
  return await grpcLanes({
    port: server?.ports.grpc ?? 0,
    connections: 4,
    streams: 16,
    path: "/calmonypay.v1.CheckoutService/CreateCheckoutSession",
    message: createMessage(),
    isRight: isSessionMessage(),
  });
}

/** The first answer is decoded; later ones are as long and have the same text in the same place. */
function isSessionMessage(): (answer: Buffer) => boolean {
  let length = 0;
  return (answer) => {
    if (length > 0) return answer.length === length && answer.includes("checkout.session");
    ({ length } = answer);
    const { checkoutSession } = fromBinary(CreateCheckoutSessionResponseSchema, answer.subarray(5));
    return checkoutSession?.amountTotal === 2999n && checkoutSession.id.startsWith("cs_");
  };
}

async function openPost(servers: readonly ServerProcess[]): Promise<Lanes> {
  const request = createRequest();
  const ports = servers.map((server) => server.ports.http);
  return await httpLanes({ ports, count: CONNECTIONS, next: () => request, isRight: isSession });
}

async function openGet([server]: readonly ServerProcess[]): Promise<Lanes> {
  const port = server?.ports.http ?? 0;
  const connection = await HttpConnection.open(port);
  const requests: Buffer[] = [];
  for (let made = 0; made < 100; made++) {
    const { body } = await connection.send(createRequest());
    requests.push(getRequest((JSON.parse(body) as { id: string }).id));
  }
  connection.close();
  let next = 0;
  return await httpLanes({
    ports: [port],
    count: CONNECTIONS,
    next: () => requests[next++ % requests.length],
    isRight: isSession,
  });
}
