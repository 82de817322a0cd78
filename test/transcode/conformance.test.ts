import { createServer } from "node:http";
import t from "tap";
import { createTranscoder } from "../../src/transcode/transcoder.js";
import { differences, mustNotCall } from "./support/case-check.js";
import { CASE_BODY_BYTES_MAX, caseFile } from "./support/cases.js";
import { listen, sendRaw } from "./support/raw-http.js";
import { RecordingStub } from "./support/recording-stub.js";

t.test("every case of the reference comes out as expected, byte for byte over a socket", async (t) => {
  const stub = new RecordingStub();
  const limits = { requestBytesMax: CASE_BODY_BYTES_MAX };
  const server = createServer(createTranscoder({ routes: stub.routes, limits }));
  const port = await listen(server);
  t.teardown(() => server.close());

  for (const one of caseFile.cases) {
    stub.prepare(one.stub);
    const { body, body_base64: base64 } = one.http;
    const response = await sendRaw(port, {
      ...one.http,
      body: base64 === undefined ? body : Buffer.from(base64, "base64"),
    });
    const strict =
      one.alternatives?.filter(({ who }) => who.includes("strict")).map(({ expect }) => expect) ?? [];
    const outcomes = [one.expect, ...strict].map((expect) => differences(expect, response, stub.seen));
    t.ok(
      outcomes.some((found) => found.length === 0),
      one.name,
      { outcomes },
    );
    if (mustNotCall(one)) t.equal(stub.seen, undefined, `${one.name}: no handler is called`);
  }
  t.equal(caseFile.cases.length, 216);
});
