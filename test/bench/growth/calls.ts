import { paidMessage, signedBody } from "../../support/gateway.js";
import { type Sample, sampleOf } from "../contender.js";
import { closedLoop, untilDone } from "../load/drive.js";
import { type HttpAnswer, httpRequest } from "../load/http-connection.js";
import { httpLanes } from "../load/http-lanes.js";
import { createRequest, getRequest, isSession } from "../rows/orders.js";
import type { FilledPlace } from "./filled-place.js";

/** A kind of call that must not get slower. */
export interface Call {
  readonly name: string;
  measure(filled: FilledPlace, seconds: number): Promise<Sample>;
}

/** Calls under way at a time: enough to keep both the service and the database at work. */
const CONCURRENCY = 8;

export const CALLS: readonly Call[] = [
  {
    name: "create",
    measure: repeated(({ key }) => createRequest({ authorization: `Bearer ${key}` }), isSession),
  },
  {
    name: "get, recent",
    measure: repeated(({ key }, { newSession }) => getRequest(newSession(), authorized(key)), isSession),
  },
  {
    name: "get, of any age",
    measure: repeated(({ key }, { anySession }) => getRequest(anySession(), authorized(key)), isSession),
  },
  {
    name: "list, newest",
    measure: repeated(
      list(() => "limit=10"),
      isPage,
    ),
  },
  {
    name: "list, from any page",
    measure: repeated(
      list(({ anySession }) => `starting_after=${anySession()}`),
      isPage,
    ),
  },
  {
    name: "list, of a customer",
    measure: repeated(
      list(({ anyCustomer }) => `customer=${anyCustomer()}`),
      isPage,
    ),
  },
  {
    name: "list, paid",
    measure: repeated(
      list(() => "status=complete"),
      isPage,
    ),
  },
  { name: "completion", measure: complete },
];

type Request = (place: FilledPlace["place"], filled: FilledPlace) => Buffer;

function authorized(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

function list(query: (filled: FilledPlace) => string): Request {
  return ({ key }, filled) => httpRequest("GET", `/v1/checkout/sessions?${query(filled)}`, authorized(key));
}

function isPage({ status, body }: HttpAnswer): boolean {
  return status === 200 && body.startsWith('{"object":"list"') && body.includes('"amount_total":2999,');
}

/** Whatever is asked for again and again. */
function repeated(request: Request, isRight: (answer: HttpAnswer) => boolean): Call["measure"] {
  return async (filled, seconds) => {
    const { place, service } = filled;
    const next = (): Buffer => request(place, filled);
    const opened = await httpLanes({ ports: [service.ports.http], count: CONCURRENCY, next, isRight });
    const sample = await sampleOf([service], () => closedLoop(opened.lanes, seconds));
    opened.close();
    return sample;
  };
}

/** About as many as are completed in a second. */
const COMPLETIONS_PER_SECOND = 400;

async function complete({ place, service }: FilledPlace, seconds: number): Promise<Sample> {
  const ids = (await service.ask({
    seed: Math.ceil(seconds * COMPLETIONS_PER_SECOND),
    formsGiven: 1,
  })) as string[];
  const requests = ids.map((id) => {
    const body = signedBody(
      paidMessage({ id, amount_total: 2999 }, place.gatewayMerchantId),
      place.gatewaySecret,
    );
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return httpRequest("POST", "/callbacks/cardstream", headers, body);
  });
  const opened = await httpLanes({
    ports: [service.ports.http],
    count: CONCURRENCY,
    next: () => requests.pop(),
    isRight: ({ status, body }) => status === 200 && body === "ok\n",
  });
  const sample = await sampleOf([service], () => untilDone(opened.lanes, ids.length));
  opened.close();
  return sample;
}
