import * as fc from "fast-check";
import t from "tap";

import {
  currencyByCode,
  currencyOfGateway,
  decimalAmount,
  displayAmount,
  TOTAL_MAX,
  TOTAL_MIN,
  totalOf,
  localAmount,
} from "../../src/domain/money.js";
import { Refusal } from "../../src/domain/refusal.js";
import { currency } from "../support/currency.js";

/** ISO 4217 list one: currencies that people pay with and whose minor unit is not a hundredth. */
const WITHOUT_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" ");
const IN_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND".split(" ");

/**
 * Where Intl counts no minor unit but ISO 4217 does: Unicode's data say what is customary in shops, and the minor units
 * of these have lost their worth. MGA has fifths in life (1 ariary is 5 iraimbilanja), two digits in ISO 4217.
 */
const CUSTOMARY_IN_INTL = new Set(
  "AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SOS SYP YER".split(" "),
);

/** Every three-letter code that there could be. */
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
const allCodes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
const known = allCodes.flatMap((code) => currencyByCode(code) ?? []);

t.test("what is no currency has no entry", async (t) => {
  for (const code of ["", "gb", "gbpp", "zzz", "826", "constructor", " gbp", "£"]) {
    t.equal(currencyByCode(code), undefined, code);
  }
  for (const text of ["", "0", "82", "0826", "000", "8 26", "826.0", "zzz"]) {
    t.equal(currencyOfGateway(text), undefined, text);
  }
});

t.test("metals, test codes, funds and units of account are no money to pay with", async (t) => {
  const metalsAndTests = "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split(" ");
  const funds = "BOV CHE CHW CLF COU MXV USN UYI UYW".split(" ");
  for (const code of [...metalsAndTests, ...funds]) t.equal(currencyByCode(code), undefined, code);
});

t.test("the Caribbean guilder has the number of the Antillean one, which it replaced", async (t) => {
  t.strictSame(currencyByCode("XCG"), { code: "xcg", number: "532", exponent: 2 });
  t.equal(currencyOfGateway("532"), currencyByCode("XCG"));
  t.equal(currencyByCode("ANG"), undefined);
});

t.test("shared currencies whose code begins with X are", async (t) => {
  const shared = "XAF XCD XCG XOF XPF".split(" ");
  for (const code of shared) t.equal(currencyByCode(code)?.code, code.toLowerCase());
});

t.test("the exponents are those of ISO 4217", async (t) => {
  const zero = known.filter(({ exponent }) => exponent === 0).map(({ code }) => code.toUpperCase());
  const three = known.filter(({ exponent }) => exponent === 3).map(({ code }) => code.toUpperCase());
  const two = known.filter(({ exponent }) => exponent === 2);
  t.strictSame(zero.toSorted(), WITHOUT_MINOR_UNIT);
  t.strictSame(three.toSorted(), IN_THOUSANDTHS);
  t.equal(two.length, known.length - zero.length - three.length, "all others in hundredths");
  t.ok(two.length > 120, "which is most of the world");
});

t.test("the exponents agree with Intl but for the named exceptions", async (t) => {
  for (const { code, exponent } of known) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency: code });
    const digits = format.resolvedOptions().maximumFractionDigits;
    if (CUSTOMARY_IN_INTL.has(code.toUpperCase())) t.ok(exponent >= 2, code);
    else t.equal(exponent, digits, code);
  }
});

t.test("every currency is found by its letters in either case and by its own three digits", async (t) => {
  const numbers = new Set<string>();
  for (const currency of known) {
    t.match(currency, { code: /^[a-z]{3}$/, number: /^\d{3}$/ });
    t.equal(currencyByCode(currency.code.toUpperCase()), currency);
    t.equal(currencyByCode(currency.code), currency);
    t.equal(currencyOfGateway(currency.number), currency);
    t.equal(currencyOfGateway(currency.code.toUpperCase()), currency);
    numbers.add(currency.number);
  }
  t.equal(numbers.size, known.length);
});

t.test("numbers are those of ISO 4217, zeros in front included", async (t) => {
  const facts = { ALL: "008", AUD: "036", EUR: "978", GBP: "826", JPY: "392", KWD: "414", USD: "840" };
  for (const [code, number] of Object.entries(facts)) t.equal(currencyByCode(code)?.number, number, code);
});

const anItem = fc.record({ unitAmount: fc.nat(99_999_999), quantity: fc.integer({ min: 1, max: 999_999 }) });
const aSmallItem = fc.record({ unitAmount: fc.nat(9999), quantity: fc.integer({ min: 1, max: 99 }) });
const anOrder = fc.oneof(
  fc.array(anItem, { maxLength: 100 }),
  fc.array(aSmallItem, { maxLength: 100 }),
  fc.array(fc.record({ unitAmount: fc.constant(0), quantity: fc.constant(1) }), { maxLength: 3 }),
);

t.test("a total outside the range is refused, naming the items", async (t) => {
  t.match(refusalOf([]), { reason: "AMOUNT_TOO_SMALL", violations: [{ field: "line_items" }] });
  t.match(refusalOf([{ unitAmount: 0, quantity: 5 }]), {
    reason: "AMOUNT_TOO_SMALL",
    violations: [{ field: "line_items" }],
  });
  t.match(refusalOf([{ unitAmount: TOTAL_MAX + 1, quantity: 1 }]), { reason: "AMOUNT_TOO_LARGE" });
  const most = Array.from({ length: 100 }, () => ({ unitAmount: 99_999_999, quantity: 999_999 }));
  t.match(refusalOf(most), { reason: "AMOUNT_TOO_LARGE", violations: [{ field: "line_items" }] });
});

t.test("a fraction of a minor unit is a bug of ours, not a refusal", async (t) => {
  t.throws(() => totalOf([{ unitAmount: 0.5, quantity: 2 }]), RangeError);
});

t.test("the smallest and the largest total are allowed", async (t) => {
  t.equal(TOTAL_MIN, 1);
  t.equal(TOTAL_MAX, 99_999_999_999);
  t.equal(totalOf([{ unitAmount: 1, quantity: 1 }]), TOTAL_MIN);
  t.equal(
    totalOf([
      { unitAmount: 99_999_999, quantity: 1000 },
      { unitAmount: 999, quantity: 1 },
    ]),
    TOTAL_MAX,
  );
});

t.test("a total is the exact sum, or refused", async () => {
  fc.assert(
    fc.property(anOrder, (items) => {
      let sum = 0n;
      for (const { unitAmount, quantity } of items) sum += BigInt(unitAmount) * BigInt(quantity);
      try {
        return BigInt(totalOf(items)) === sum && sum >= 1n && sum <= 99_999_999_999n;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return error.reason === (sum < 1n ? "AMOUNT_TOO_SMALL" : "AMOUNT_TOO_LARGE");
      }
    }),
  );
});

t.test("amounts for operators have a code behind them", async (t) => {
  t.equal(shown(2999, "GBP"), "29.99 GBP");
  t.equal(shown(5, "GBP"), "0.05 GBP");
  t.equal(shown(50, "GBP"), "0.50 GBP");
  t.equal(shown(100, "GBP"), "1.00 GBP");
  t.equal(shown(0, "GBP"), "0.00 GBP");
  t.equal(shown(2999, "JPY"), "2999 JPY");
  t.equal(shown(1, "KWD"), "0.001 KWD");
  t.equal(shown(1234, "KWD"), "1.234 KWD");
  t.equal(shown(TOTAL_MAX, "GBP"), "999999999.99 GBP");
});

t.test("a displayed amount loses nothing", async () => {
  fc.assert(
    fc.property(fc.nat(TOTAL_MAX), fc.constantFrom(...known), (amount, money) => {
      const [, whole = "", fraction = "", code] =
        /^(0|[1-9]\d*)(?:\.(\d+))? ([A-Z]{3})$/.exec(displayAmount(amount, money)) ?? [];
      const sameDigits = BigInt(whole + fraction) === BigInt(amount);
      return sameDigits && fraction.length === money.exponent && code === money.code.toUpperCase();
    }),
  );
});

t.test("amounts read as people write them, in their language", async (t) => {
  t.equal(written(2999, "GBP"), "£29.99");
  t.equal(written(4200, "JPY"), "¥4,200");
  t.equal(written(1, "KWD"), "KWD 0.001");
  t.equal(written(2999, "EUR", "de"), "29,99 €");
  t.equal(written(123_456_789, "INR", "en-IN"), "₹12,34,567.89");
  for (const unknown of [null, "", "auto", "x", "de-", "-", "zz-zzzzzzzzz"])
    t.equal(written(2999, "GBP", unknown), "£29.99", String(unknown));
});

t.test("a written amount loses nothing, in whatever currency and however large", async () => {
  fc.assert(
    fc.property(fc.nat(TOTAL_MAX), fc.constantFrom(...known), (amount, money) => {
      const [fraction = ""] = money.exponent === 0 ? [""] : (/\d+$/.exec(localAmount(amount, money)) ?? []);
      const digits = localAmount(amount, money).replaceAll(/[^\d]/g, "");
      return BigInt(digits) === BigInt(amount) && fraction.length === money.exponent;
    }),
  );
});

function refusalOf(items: { unitAmount: number; quantity: number }[]): unknown {
  try {
    return totalOf(items);
  } catch (error) {
    return error;
  }
}

function written(amount: number, code: string, locale?: string | null): string {
  return localAmount(amount, currency(code), locale).replaceAll("\u00a0", " ");
}

function shown(amount: number, code: string): string {
  return displayAmount(amount, currency(code));
}

t.test("an amount below zero keeps its sign and its digits", async (t) => {
  t.equal(decimalAmount(-5, currency("gbp")), "-0.05");
  t.equal(decimalAmount(-1234, currency("kwd")), "-1.234");
  t.equal(decimalAmount(-7, currency("jpy")), "-7");
});
