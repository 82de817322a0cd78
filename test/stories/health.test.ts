import { credentials, type ServiceError, status } from "@grpc/grpc-js";
import t, { type Test } from "tap";

import { startTestApp, type TestApp, testConfig } from "../support/app.js";
import { eachEngine, onMysql, until } from "../support/database.js";
import { openDatabaseRelay } from "../support/database-relay.js";
import { type Loose, standardProto } from "../support/reflection.js";

await eachEngine(t, "health is told to anybody, of all services and of each", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  const health = await connect(t, app);
  const { error } = await health.check("calmonypay.v1.UnknownService");
  t.equal(error?.code, status.NOT_FOUND);
  for (const service of ["", "calmonypay.v1.CheckoutService", "grpc.health.v1.Health"]) {
    t.same((await health.check(service)).answer, { status: "SERVING" }, service);
  }
  const { statuses } = (await health.list()).answer;
  t.same(statuses[""], { status: "SERVING" });
  t.same(statuses["calmonypay.v1.CheckoutService"], { status: "SERVING" });
  t.equal((await app.call("GET", "/readyz", undefined)).status, 200);
  t.same(
    app.logged.filter((line) => line.includes('"level":30') && line.includes("Health")),
    [],
  );
});

await eachEngine(
  t,
  "whoever watches is told that the service closes, and does not hold it up",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine));
    const health = await connect(t, app);
    const known = health.watch("calmonypay.v1.CheckoutService");
    const unknown = health.watch("calmonypay.v1.UnknownService");
    await until("both are told the state of now", () => known.told.length + unknown.told.length === 2);
    t.same([known.told, unknown.told], [["SERVING"], ["SERVICE_UNKNOWN"]]);
    await app.close();
    await until("the streams end, and are not cut", () => known.ended && unknown.ended);
    t.same([known.told, unknown.told], [["SERVING", "NOT_SERVING"], ["SERVICE_UNKNOWN"]]);
  },
);

await onMysql(t, "whoever watches is told that the database goes, and comes back", async (t, engine) => {
  const relay = await openDatabaseRelay(t, engine.place.url ?? "");
  const app = await startTestApp(t, testConfig(engine, { databaseUrl: relay.url }));
  const health = await connect(t, app);
  const { told } = health.watch("");
  await until("the state of now is told", () => told.length === 1);
  await relay.cut();
  await until("the change is told", () => told.length === 2);
  t.same((await health.check("")).answer, { status: "NOT_SERVING" });
  const readiness = await app.call("GET", "/readyz", undefined);
  t.match([readiness.status, readiness.text], [503, "not ready"]);
  t.match(readiness.headers.get("content-type"), /^text\/plain/);
  t.equal((await app.call("GET", "/healthz", undefined)).status, 200);
  await relay.mend();
  await until("the change back is told", () => told.length === 3);
  t.same(told, ["SERVING", "NOT_SERVING", "SERVING"]);
  t.same((await health.check("")).answer, { status: "SERVING" });
});

/** A client of `grpc.health.v1` by a gRPC stack that is not ours. It sends no key. */
async function connect(t: Test, app: TestApp) {
  const { grpc } = await standardProto("grpc/health/v1/health.proto");
  const client = new grpc.health.v1.Health(app.urls.grpc, credentials.createInsecure());
  t.teardown(() => client.close());
  const call = (method: string, request: object) =>
    new Promise<{ error?: ServiceError; answer: Loose }>((resolve) => {
      client[method](request, (error: ServiceError | null, answer: Loose) =>
        resolve(error === null ? { answer } : { error, answer }),
      );
    });
  return {
    check: async (service: string) => await call("Check", { service }),
    list: async () => await call("List", {}),
    watch: (service: string) => watch(client.Watch({ service })),
  };
}

function watch(stream: Loose) {
  const watched = { told: [] as string[], ended: false };
  stream.on("data", (answer: Loose) => watched.told.push(answer.status));
  stream.on("end", () => (watched.ended = true));
  return watched;
}
