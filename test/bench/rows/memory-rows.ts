import { fromBinary } from "@bufbuild/protobuf";

import { CreateCheckoutSessionResponseSchema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import type { ServerProcess } from "../child.js";
import type { Contender } from "../contender.js";
import { grpcLanes } from "../load/grpc-lanes.js";
import type { Row } from "../row.js";
import { type Load, served } from "../served.js";
import { createLoad, getLoad, type JsonLoad } from "./json-load.js";
import { createMessage } from "./orders.js";

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
    open: async () => [
      await served({ name: "2 processes", program: "memory-service", replicas: 2, load: createLoad }),
      await served({ name: "1 process", program: "memory-service", load: createLoad }),
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

async function grpcLoad([server]: readonly ServerProcess[]): Promise<Load> {
  const open = () =>
    grpcLanes({
      port: server?.ports.grpc ?? 0,
      connections: 4,
      streams: 16,
      path: "/calmonypay.v1.CheckoutService/CreateCheckoutSession",
      message: createMessage(),
      isRight: isSessionMessage(),
    });
  return { open };
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
