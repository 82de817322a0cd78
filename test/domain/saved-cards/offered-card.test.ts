import t from "tap";

import {
  isOffered,
  mayOfferAt,
  type StoredCard,
  newestOfCards,
} from "../../../src/domain/saved-cards/offered-card.js";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 30);

const CARD: StoredCard = {
  allowRedisplay: "always",
  reusable: true,
  xrefSealed: Buffer.from("sealed"),
  xrefMadeAt: null,
  createdAt: NOW - DAY,
  expMonth: 11,
  expYear: 2026,
  fingerprint: "a",
};

t.test("a card is not offered without consent, or where it cannot be charged", async (t) => {
  const never: Partial<StoredCard>[] = [
    { allowRedisplay: "limited" },
    { allowRedisplay: null },
    { reusable: false },
    { xrefSealed: null },
    { expMonth: 10 },
    { createdAt: NOW - 395 * DAY },
    { createdAt: NOW - DAY, xrefMadeAt: NOW - 395 * DAY },
  ];
  for (const part of never) t.notOk(isOffered({ ...CARD, ...part }, NOW), JSON.stringify(part));
});

t.test("a card is offered until the end of its month, and with a token of this year", async (t) => {
  t.ok(isOffered(CARD, NOW + DAY - 1));
  t.notOk(isOffered(CARD, NOW + DAY));
  t.ok(isOffered({ ...CARD, expMonth: 12 }, Date.UTC(2026, 11, 31)));
  t.ok(isOffered({ ...CARD, expMonth: null }, NOW), "the gateway decides");
  t.ok(isOffered({ ...CARD, createdAt: NOW - 395 * DAY, xrefMadeAt: NOW - DAY }, NOW), "used since");
});

t.test("of cards that look alike the first is left; of those without a look all", async (t) => {
  const cards = ["a", null, "b", "a", null].map((fingerprint, id) => ({ id, fingerprint }));
  t.same(
    newestOfCards(cards).map(({ id }) => id),
    [0, 1, 2, 4],
  );
});

t.test("nobody tries cards for ever", async (t) => {
  t.ok(mayOfferAt(40));
  t.notOk(mayOfferAt(41));
});
