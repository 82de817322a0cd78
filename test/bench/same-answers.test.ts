import { fromBinary, toJson } from "@bufbuild/protobuf";
import t, { type Test } from "tap";

import { CreateCheckoutSessionResponseSchema } from "../../gen/calmonypay/v1/checkout_service_pb.js";
import { type Ports, startServer } from "./child.js";
import { GrpcConnection } from "./load/grpc-connection.js";
import { HttpConnection } from "./load/http-connection.js";
import { CREATE_METHOD, createMessage, createRequest, getRequest } from "./rows/orders.js";

/** A peer that answers less than the service does less work. */
t.test("a peer answers all that the service answers", async (t) => {
  const [service, fastify, grpcJs] = await Promise.all(
    ["memory-service", "fastify-peer", "grpc-js-peer"].map((program) => portsOf(t, program)),
  );
  t.same(await jsonAnswers(fastify), await jsonAnswers(service), "as JSON, created and read");
  t.same(await grpcAnswer(grpcJs), await grpcAnswer(service), "as a message of gRPC");
});

async function portsOf(t: Test, program: string): Promise<Ports> {
  const server = await startServer(program);
  t.teardown(() => server.stop());
  return server.ports;
}

async function jsonAnswers(ports: Ports | undefined): Promise<object[]> {
  const connection = await HttpConnection.open(ports?.http ?? 0);
  const created = JSON.parse((await connection.send(createRequest())).body) as { id: string };
  const read = JSON.parse((await connection.send(getRequest(created.id))).body) as object;
  connection.close();
  return [withoutItsOwn(created), withoutItsOwn(read)];
}

async function grpcAnswer(ports: Ports | undefined): Promise<object> {
  const connection = await GrpcConnection.open(ports?.grpc ?? 0, CREATE_METHOD, createMessage());
  const answer = await connection.call();
  connection.close();
  const response = fromBinary(CreateCheckoutSessionResponseSchema, answer.subarray(5));
  const { checkoutSession } = toJson(CreateCheckoutSessionResponseSchema, response) as {
    readonly checkoutSession: object;
  };
  return withoutItsOwn(checkoutSession);
}

/** The answer without what no two sessions have alike: whether they have it is compared, not what it is. */
function withoutItsOwn(session: object): object {
  const own = new Set(["id", "url", "created", "expires_at", "expiresAt"]);
  return Object.fromEntries(Object.entries(session).map(([name, value]) => [name, own.has(name) || value]));
}
