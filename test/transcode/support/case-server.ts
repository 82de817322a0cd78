import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { createJsonDialect } from "../../../src/transcode/json/dialect.js";
import { parseTemplate } from "../../../src/transcode/routing/template.js";
import { createTranscoder } from "../../../src/transcode/http/transcoder.js";
import { CASE_BODY_BYTES_MAX, type Stub } from "./cases.js";
import { RecordingStub, type Seen } from "./recording-stub.js";

/** Serves the cases on one port, and then what prepares and reports them on another. */
export async function startCaseServer(port: number, controlPort: number): Promise<Server[]> {
  const stub = new RecordingStub();
  const limits = { requestBytesMax: CASE_BODY_BYTES_MAX };
  const cases = await listening(port, createTranscoder({ routes: stub.routes, limits }));
  const control = await listening(controlPort, controlOf(stub)).catch((error: unknown) => {
    cases.close();
    throw error;
  });
  return [cases, control];
}

/** On every address: `localhost` is 127.0.0.1 to one client and ::1 to another. */
async function listening(port: number, listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  server.listen(port);
  await once(server, "listening");
  return server;
}

function controlOf(stub: RecordingStub): RequestListener {
  return (request, response) => {
    controlAnswer(stub, request).then(
      (json) => response.writeHead(json === undefined ? 204 : 200, JSON_HEADERS).end(json),
      (error: Error) => response.writeHead(400).end(`${error.message}\n`),
    );
  };
}

const JSON_HEADERS = { "content-type": "application/json" };

async function controlAnswer(stub: RecordingStub, request: IncomingMessage): Promise<string | undefined> {
  const body = await text(request);
  switch (`${request.method} ${request.url}`) {
    case "POST /next":
      stub.prepare(JSON.parse(body === "" ? "{}" : body) as Stub);
      return undefined;
    case "GET /seen":
      return stub.seen === undefined ? "null" : seenJson(stub.seen);
    case "POST /template":
      return JSON.stringify({ valid: isTemplate((JSON.parse(body) as { template: string }).template) });
    default:
      throw new Error("POST /next, GET /seen or POST /template");
  }
}

/** ProtoJSON as the case file has it: what has its default is left out. */
const { message: codecOf } = createJsonDialect({ ...canonicalStyle, defaults: "omit" });

function seenJson({ method, message, metadata }: Seen): string {
  const rpc = JSON.stringify(`${method.parent.typeName}/${method.name}`);
  const headers = JSON.stringify(Object.fromEntries(metadata));
  return `{"rpc":${rpc},"request_json":${codecOf(method.input).write(message)},"metadata":${headers}}`;
}

function isTemplate(template: string): boolean {
  try {
    parseTemplate(template);
    return true;
  } catch {
    return false; // Why not is the parser's own test's business.
  }
}
