import t, { type Test } from "tap";

import { eachEngine, type TestEngine, until } from "../support/database.js";
import { type Message, paidMessage, signedBody } from "../support/gateway.js";
import { openHostileStand } from "../support/hostile-stand.js";
import { anOrder } from "../support/orders.js";
import { callback, type Session } from "../support/results.js";
import { OFFERS } from "../support/saved-cards.js";

// A gateway that does with a saved card what none should. Each session ends truthfully, and is paid once at most.

const SESSIONS = "/v1/checkout/sessions";
const CUSTOMER = "cus_abc123";

/** A live merchant whose customer has a saved card, at a gateway that does what a test says. */
async function openStand(t: Test, engine: TestEngine) {
  const stand = await openHostileStand(t, engine);
  const { app, call } = stand;
  const { gatewayMerchantId, secret } = stand.account;
  const create = async (): Promise<Session> => {
    const order = anOrder({ customer: CUSTOMER, saved_payment_method_options: OFFERS });
    return (await call("POST", SESSIONS, order)).json as Session;
  };
  const first = await create();
  await callback(app, signedBody(paidMessage(first, gatewayMerchantId), secret));
  const { payment_method } = (await call("GET", `${SESSIONS}/${first.id}`)).json;
  await call("POST", `/v1/payment_methods/${payment_method}`, { allow_redisplay: "always" });
  const post = async (path: string, fields: Record<string, string>): Promise<string> =>
    await (
      await fetch(`${app.local}/pay/${path}`, { method: "POST", body: new URLSearchParams(fields) })
    ).text();
  return {
    ...stand,
    create,
    payment_method,
    sales: () => stand.requests.filter(({ fields }) => fields["action"] === "SALE"),
    choose: (id: string, attempt = 1) => post(`${id}/card`, { payment_method, attempt: String(attempt) }),
    comeBack: (id: string) => post(`${id}-2/challenge`, { cres: "eyJ9" }),
    post,
    read: async (id: string) => (await call("GET", `${SESSIONS}/${id}`)).json,
    says: (session: Session, changes: Message = {}): Message =>
      paidMessage(session, gatewayMerchantId, {
        transactionID: session.id.slice(3),
        xref: `X${session.id.slice(-20)}`,
        // The page's form is the first attempt.
        transactionUnique: `${session.id}-2`,
        ...changes,
      }),
  };
}

type Stand = Awaited<ReturnType<typeof openStand>>;

/** The transaction waits for the shopper. */
const waits = (stand: Stand, session: Session, changes: Message = {}): Message =>
  stand.says(session, {
    responseCode: "65802",
    responseStatus: "2",
    state: "received",
    amountReceived: "0",
    threeDSRef: `ref ${session.id}`,
    threeDSURL: "https://acs.example/challenge",
    "threeDSRequest[creq]": "eyJ0IjoxfQ",
    ...changes,
  });

const untilUnpaid = (stand: Stand, id: string) =>
  until("it has ended", async () => (await stand.read(id)).last_payment_error !== null);

await eachEngine(t, "an authentication of a saved card that never ends is ended", async (t, engine) => {
  const stand = await openStand(t, engine);
  const session = await stand.create();
  let count = 0;
  stand.answer(() => waits(stand, session, { threeDSRef: `ref ${count++}` }));
  await stand.choose(session.id);
  for (let round = 0; round < 20; round++) await stand.comeBack(session.id);
  await untilUnpaid(stand, session.id);
  t.equal(stand.sales().length, 6, "one charge, and five answers to challenges");
  t.match(await stand.read(session.id), {
    payment_status: "unpaid",
    last_payment_error: { decline_code: "authentication_required" },
  });
});

await eachEngine(
  t,
  "a challenge of another session, or at no address for a browser, is never shown",
  async (t, engine) => {
    const stand = await openStand(t, engine);
    const other = await stand.create();
    const wrong: ((session: Session) => Message)[] = [
      () => waits(stand, other),
      (session) => waits(stand, session, { threeDSURL: "javascript:alert(1)" }),
      (session) => waits(stand, session, { threeDSURL: "http://acs.example/" }),
      (session) => waits(stand, session, { amount: "1" }),
    ];
    for (const script of wrong) {
      const session = await stand.create();
      stand.answer(({ action }) => (action === "SALE" ? script(session) : "hang up"));
      t.notMatch(await stand.choose(session.id), /acs\.example|javascript:/);
      t.match(await stand.read(session.id), { status: "open", payment_status: "processing" });
      const before = stand.sales().length;
      await stand.comeBack(session.id);
      t.equal(stand.sales().length, before, "there is nothing to carry on");
    }
  },
);

await eachEngine(
  t,
  "a success of another session pays that one, and this one stays in doubt",
  async (t, engine) => {
    const stand = await openStand(t, engine);
    const [mine, other] = [await stand.create(), await stand.create()];
    const said = stand.says(other, { transactionUnique: `${other.id}-1` });
    stand.answer(({ action }) => (action === "SALE" ? said : "hang up"));
    await stand.choose(mine.id);
    t.match(await stand.read(mine.id), { status: "open", payment_status: "processing" });
    t.match(await stand.read(other.id), { status: "complete" });
    await stand.choose(mine.id);
    t.equal(stand.sales().length, 1, "nothing is sent again");
  },
);

await eachEngine(t, "a gateway that says nothing is not asked to charge for ever", async (t, engine) => {
  const stand = await openStand(t, engine);
  stand.answer(() => "hang up");
  const sessions = await Promise.all(Array.from({ length: 7 }, () => stand.create()));
  const pages: string[] = [];
  for (const { id } of sessions) pages.push(await stand.choose(id));
  t.match(pages[0], /Your payment is being checked/);
  t.match(pages.at(-1), /Saved cards cannot be used just now.*Nothing was charged/s);
  t.match(await stand.read(sessions.at(-1)?.id ?? ""), { payment_status: "unpaid" });
  t.equal(stand.sales().length, 5);
});
