import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gunzipSync } from "node:zlib";
import { equals, fromJsonString, type Message } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";
import { ScalarsSchema, type Scalars } from "../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { KeptConnection } from "./support/kept-connection.js";
import type { RawRequest } from "./support/raw-http.js";
import { serveStub } from "./support/serve.js";
import { wildRequest } from "./support/wild-requests.js";

/** `TAP_TIMEOUT=600 FUZZ_RUNS=100000 node dist/test/transcode/fuzz.test.js` takes the time that the suite has not. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2000);
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

t.test(
  "no request ends in a failure of the server, nor reaches a handler that ProtoJSON would keep it from",
  async (t) => {
    const { stub, port } = await serveStub(t, { limits: { requestBytesMax: 65_536 } });
    const connection = new KeptConnection(port);
    t.teardown(() => connection.close());
    const heap: number[] = [];
    let runs = 0;
    let called = 0;
    let echoed = 0;
    await fc.assert(
      fc.asyncProperty(wildRequest, async (request) => {
        if (runs++ % (RUNS / 3) < 1) heap.push(heapBytes());
        stub.prepare();
        const status = await connection.status(request);
        const { seen } = stub;
        if (seen !== undefined) called++;
        if (seen?.method.name === "EchoScalars" && request.body !== undefined) {
          echoed++;
          if (!isReadElsewhere(request, seen.message)) return false;
        }
        return status >= 200 && status < 500;
      }),
      { numRuns: RUNS, seed: 20_261_122, endOnFailure: true },
    );
    t.ok(
      called > RUNS / 10 && echoed > RUNS / 30,
      `${called} of ${RUNS} requests reached a handler, ${echoed} of them with a body of every kind`,
    );
    heap.push(heapBytes());
    const [, early = 0, , late = 0] = heap;
    t.ok(late - early < 8_000_000, `${late - early} bytes more after all than after a third`);
  },
);

/** What is read here only is explained where canonical-dialect is tested. */
function isReadElsewhere({ body, headers }: RawRequest, seen: Message): boolean {
  const bytes = headers?.["content-encoding"] === "gzip" ? gunzipSync(body ?? "") : Buffer.from(body ?? "");
  const json = bytes.toString();
  if (/3\.4028235e38|o_?[Ii]nner":null|fFloat|f_float|"1e2"/.test(json)) return true;
  return (
    json === "" ||
    equals(ScalarsSchema, fromJsonString(ScalarsSchema, json), seen as Scalars) ||
    json.includes("NaN")
  );
}

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
