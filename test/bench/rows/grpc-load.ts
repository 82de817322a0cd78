import { fromBinary } from "@bufbuild/protobuf";

import { CreateCheckoutSessionResponseSchema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import type { ServerProcess } from "../child.js";
import type { Driven } from "../load/drive.js";
import { GrpcConnection } from "../load/grpc-connection.js";
import { grpcLanes } from "../load/grpc-lanes.js";
import { h2loadCalls } from "../load/h2load.js";
import type { Load } from "../served.js";
import { CREATE_METHOD, createMessage } from "./orders.js";

/** Creates sessions by unary calls of gRPC. */
export async function grpcLoad([server]: readonly ServerProcess[]): Promise<Load> {
  const work = {
    port: server?.ports.grpc ?? 0,
    connections: 4,
    streams: 16,
    path: CREATE_METHOD,
    message: createMessage(),
  };
  const answerBytes = await lengthOfAnswer(work.port);
  const isRight = (answer: Buffer): boolean =>
    answer.length === answerBytes && answer.includes("checkout.session");
  return {
    open: () => grpcLanes({ ...work, isRight }),
    loop: forSeconds((calls) => h2loadCalls({ ...work, answerBytes }, calls)),
  };
}

/** The first answer is decoded; later ones are as long: ids and times have the same length. */
async function lengthOfAnswer(port: number): Promise<number> {
  const connection = await GrpcConnection.open(port, CREATE_METHOD, createMessage());
  const answer = await connection.call();
  connection.close();
  const { checkoutSession } = fromBinary(CreateCheckoutSessionResponseSchema, answer.subarray(5));
  const isSession = checkoutSession?.amountTotal === 2999n && checkoutSession.id.startsWith("cs_");
  if (!isSession) throw new Error("A wrong answer.");
  return answer.length;
}

/** As many calls as took that long the last time; a few thousand in the first second. */
function forSeconds(drive: (calls: number) => Promise<Driven>): (seconds: number) => Promise<Driven> {
  let rate = FIRST_RATE;
  return async (seconds) => {
    const driven = await drive(Math.ceil(rate * seconds));
    rate = driven.calls / driven.seconds;
    return driven;
  };
}

const FIRST_RATE = 5000;
