import { gzipSync } from "node:zlib";
import t from "tap";
import { errorOf, serveStub } from "../support/serve.js";

const LIMIT = 1000;
const JSON_BODY = `{"title":"T"}`;

t.test("an encoding other than gzip is refused, and the answer says what would do", async (t) => {
  const { stub, post } = await serveStub(t);
  for (const coding of ["nope", "br", "deflate", "gzip, gzip", "gzip;q=1", "gzip br"]) {
    const response = await post("/v1/items", JSON_BODY, { "content-encoding": coding });
    t.equal(response.status, 415, coding);
    t.equal(errorOf(response).reason, "encoding_unsupported");
    t.equal(response.headers["accept-encoding"], "gzip, identity");
  }
  t.equal(stub.seen, undefined);
});

t.test("gzip that is broken, cut off or not JSON inside is refused", async (t) => {
  const { stub, post } = await serveStub(t);
  const whole = gzipSync(JSON_BODY);
  for (const body of [
    Buffer.from("not gzip"),
    whole.subarray(0, 15),
    whole.subarray(0, -1),
    gzipSync(""),
    gzipSync("{"),
  ]) {
    const response = await post("/v1/items", body, { "content-encoding": "gzip" });
    t.equal(response.status, 400);
    t.equal(errorOf(response).reason, "body_malformed");
  }
  t.equal(stub.seen, undefined);
});

t.test(
  "the limit holds for what comes out of gzip, and a little that becomes much is never held whole",
  async (t) => {
    const { stub, post } = await serveStub(t, { limits: { requestBytesMax: LIMIT } });
    for (const size of [LIMIT + 1, 100_000_000]) {
      const response = await post("/v1/items", gzipSync(Buffer.alloc(size, " ")), {
        "content-encoding": "gzip",
      });
      t.equal(response.status, 413);
      t.equal(errorOf(response).reason, "body_too_large");
    }
    t.equal(stub.seen, undefined);
    const exact = gzipSync(JSON_BODY.padEnd(LIMIT));
    t.equal((await post("/v1/items", exact, { "content-encoding": "gzip" })).status, 200);
  },
);

t.test("gzip under any of its spellings, and none at all, are undone", async (t) => {
  const { stub, post } = await serveStub(t);
  for (const coding of ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip "]) {
    t.equal(
      (await post("/v1/items", gzipSync(JSON_BODY), { "content-encoding": coding })).status,
      200,
      coding,
    );
    t.match(stub.seen?.message, { title: "T" });
    stub.prepare();
  }
  for (const coding of ["identity", "Identity", ""]) {
    t.equal((await post("/v1/items", JSON_BODY, { "content-encoding": coding })).status, 200, coding);
  }
  t.equal(
    (await post("/v1/items", undefined, { "content-encoding": "nope" })).status,
    200,
    "nothing is not encoded",
  );
});
