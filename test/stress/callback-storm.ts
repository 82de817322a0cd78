import { encodeFields } from "../../src/cardstream/fields.js";
import { firstForm } from "../simulation/page-form.js";
import { apiCall, type WebAnswer, webCall } from "../simulation/web-call.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { countDeadlocks, type SharedDatabase, numberOf } from "./shared-database.js";
import { each, type StormReport, Tally, unlike } from "./stress.js";

/** Sessions that are stormed at the same time: both replicas have several in hand. */
const AT_ONCE = 12;

/**
 * Pays so many live sessions. Of each payment four equal callbacks and the browser's return come at once,
 * spread over all replicas; each has to be answered as if it were alone, and each payment recorded once.
 */
export async function callbackStorm(
  shared: SharedDatabase,
  sessions: number,
  onProgress: (done: number) => void,
): Promise<StormReport> {
  const begun = Date.now();
  const deadlocks = await countDeadlocks(shared);
  const answers = { callbacks: new Tally(), returns: new Tally() };
  const findings: string[] = [];
  let done = 0;
  await each(sessions, AT_ONCE, async (number) => {
    findings.push(...(await stormOne(shared, number, answers)));
    onProgress(++done);
  });
  const stored = await countStored(shared);
  const sparks = (await countDeadlocks(shared)) - deadlocks;
  return {
    name: `callback storm: ${sessions} sessions, 4 equal callbacks and a return each at once`,
    seconds: (Date.now() - begun) / 1000,
    counts: [
      `callbacks answered  ${answers.callbacks.text()}`,
      `returns answered    ${answers.returns.text()}`,
      ...Object.entries(stored).map(([what, count]) => `${what.padEnd(18)}  ${count}`),
      `deadlocks           ${sparks}`,
    ],
    findings: [...findings, ...unlike(stored, sessions)],
  };
}

async function stormOne(
  { replicas, merchant }: SharedDatabase,
  number: number,
  answers: { readonly callbacks: Tally; readonly returns: Tally },
): Promise<string[]> {
  const at = (index: number): string => replicas[(number + index) % replicas.length]?.url ?? "";
  const created = await apiCall(`${at(0)}/v1/checkout/sessions`, merchant.liveKey, anOrder());
  const session = JSON.parse(created.text) as { id: string; amount_total: number };
  const page = await sendForm(`${at(1)}/pay/${session.id}`);
  const body = signedBody(paidMessage(session, merchant.live.gatewayMerchantId), merchant.live.secret);
  const callback = (index: number): Promise<WebAnswer> => webCall(`${at(index)}/callbacks/cardstream`, body);
  // The browser is on its way between two callbacks and two more.
  const [one, two, returned, three, four] = await Promise.all([
    callback(0),
    callback(1),
    webCall(`${at(1)}/pay/${session.id}/return`, body),
    callback(2),
    callback(3),
  ]);
  const called = [one, two, three, four];
  called.forEach(({ status }) => answers.callbacks.add(String(status)));
  answers.returns.add(`${returned.status} to ${returned.location ?? "nowhere"}`);
  const wrong = called.filter(({ status }) => status !== 200).map(({ status, text }) => `${status} ${text}`);
  if (page.status !== 307) wrong.push(`its page answers ${page.status}`);
  const isBack = returned.status === 303 && returned.location === SUCCESS_URL;
  if (!isBack) wrong.push(`its browser gets ${returned.status} ${returned.location ?? returned.text}`);
  return wrong.map((what) => `${session.id}: ${what}`);
}

/** Opens a session's page and sends its form on, but not to the gateway. */
async function sendForm(payPage: string): Promise<WebAnswer> {
  const form = firstForm((await webCall(payPage)).text);
  return await webCall(payPage, encodeFields(form?.fields ?? []));
}

const SUCCESS_URL = anOrder()["success_url"];

/** Each of these is the number of sessions, where every payment was recorded once and nothing else was. */
async function countStored(shared: SharedDatabase): Promise<Record<string, number>> {
  const count = async (what: string): Promise<number> => await numberOf(shared, `select count(${what}`);
  return {
    "sessions complete": await count("*) from checkout_session where status = 'complete'"),
    "payment intents": await count("*) from payment_intent"),
    "paid sessions": await count("distinct session_id) from payment_intent where status = 'succeeded'"),
    "payment methods": await count("*) from payment_method"),
    "gateway results": await count("*) from gateway_result"),
    "successes among": await count("*) from gateway_result where outcome = 'completed'"),
    "completed events": await count("*) from event where type = 'checkout.session.completed'"),
    "succeeded events": await count("*) from event where type = 'payment_intent.succeeded'"),
  };
}
