import { once } from "node:events";
import { connect } from "node:net";
import t from "tap";
import { bodyTooLarge, reasonOf } from "../../../src/transcode/errors/request-error.js";
import { errorOf, serveStub } from "../support/serve.js";

const LIMIT = 1000;
const limits = { requestBytesMax: LIMIT };

t.test("a body over the limit is refused, whether its length was told or not", async (t) => {
  const { stub, post, port } = await serveStub(t, { limits });
  const told = await post("/v1/items", " ".repeat(LIMIT + 1));
  const chunk = `${(LIMIT + 1).toString(16)}\r\n${" ".repeat(LIMIT + 1)}\r\n0\r\n\r\n`;
  const untold = await answerTo(port, `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk}`);
  t.equal(told.status, 413);
  t.match(errorOf(told), {
    code: 8,
    reason: "body_too_large",
    message: "The request body is larger than 1000 bytes.",
  });
  t.match(untold, /^HTTP\/1\.1 413 /);
  t.equal(stub.seen, undefined);
  t.equal(reasonOf(bodyTooLarge(5)), "body_too_large");
});

t.test("a body that is told to be too large is refused before it is sent", async (t) => {
  const { port } = await serveStub(t, { limits });
  t.match(await answerTo(port, `${HEAD}content-length: 1000000000\r\n\r\n`), /^HTTP\/1\.1 413 /);
});

t.test("a body of exactly the limit is read, in however many pieces it comes", async (t) => {
  const { stub, post, port } = await serveStub(t, { limits });
  t.equal((await post("/v1/items", `{"title":"T"}`.padEnd(LIMIT))).status, 200);
  const pieces = Array.from(`{"title":"T"}`).map((character) => `1\r\n${character}\r\n`);
  t.match(
    await answerTo(port, `${HEAD}transfer-encoding: chunked\r\n\r\n${pieces.join("")}0\r\n\r\n`),
    /^HTTP\/1\.1 200 /,
  );
  t.match(stub.seen?.message, { title: "T" });
});

t.test("a body of no bytes is none, however that is said", async (t) => {
  const { stub, port } = await serveStub(t);
  for (const framing of ["", "content-length: 0\r\n", "transfer-encoding: chunked\r\n"]) {
    const end = framing.startsWith("transfer") ? "0\r\n\r\n" : "";
    t.match(await answerTo(port, `${HEAD}${framing}\r\n${end}`), /^HTTP\/1\.1 200 /, framing);
    t.ok(stub.seen);
    stub.prepare();
  }
});

t.test("a body that does not arrive in time is not waited for", async (t) => {
  const { stub, port } = await serveStub(t, { limits: { timeoutMsMax: 30 } });
  const answer = await answerTo(port, `${HEAD}content-length: 100\r\n\r\n{"title":`);
  t.match(answer, /^HTTP\/1\.1 504 .*The request body took too long to arrive\./s);
  t.equal(stub.seen, undefined);
});

t.test("a client that breaks off in the middle of its body calls nobody", async (t) => {
  const { stub, get, port } = await serveStub(t);
  const socket = connect(port, "127.0.0.1");
  socket.write(`${HEAD}content-length: 100\r\n\r\n{"title":`);
  await once(socket, "ready");
  socket.destroy();
  await once(socket, "close");
  t.equal((await get("/v1/nope")).status, 404, "the server goes on");
  t.equal(stub.seen, undefined);
});

const HEAD =
  "POST /v1/items HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";

/** The first bytes that come back. */
async function answerTo(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  const [first] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return first.toString();
}
