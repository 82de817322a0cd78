/** A card that the vendor publishes for tests (Cardstream guide ). */
export interface TestCard {
  /** Digits only. */
  readonly number: string;
  readonly cvv: string;
  readonly kind: CardKind;
  /** The cardholder's address for the address check; "" if the card has none. */
  readonly address: string;
  /** True if its issuer declines it always, unless another outcome is chosen on the page. */
  readonly declines: boolean;
  /** True if it takes part in 3-D Secure, which the month decides in which it expires (guide ). */
  readonly authenticates: boolean;
}

/** Type and scheme as the gateway names them (guide A-10). */
interface CardKind {
  readonly typeCode: string;
  readonly type: string;
  readonly schemeCode: string;
  readonly scheme: string;
}

const VISA_CREDIT = kind("VC", "Visa Credit", "VC", "Visa");
const VISA_DEBIT = kind("VD", "Visa Debit", "VC", "Visa");
const ELECTRON = kind("EL", "Visa Electron", "VC", "Visa");
const MASTERCARD_CREDIT = kind("MC", "Mastercard Credit", "MC", "Mastercard");
const MASTERCARD_DEBIT = kind("MD", "Mastercard Debit", "MC", "Mastercard");
const MAESTRO = kind("MU", "Mastercard Domestic Maestro (UK)", "MC", "Mastercard");
const JCB = kind("JC", "JCB", "JC", "JCB");
const AMEX = kind("AM", "American Express", "AM", "American Express");
const DINERS = kind("DI", "Diners Club", "DI", "Diners Club");

/** The only card numbers that the sandbox reads; the one used by the documentation is first. */
export const TEST_CARDS: readonly TestCard[] = [
  card(
    VISA_CREDIT,
    "4929421234600821",
    "356",
    "Flat 6 Primrose Rise, 347 Lavender Road, Northampton NN17 8YG",
  ),
  card(VISA_CREDIT, "4543059999999982", "110", "76 Roseby Avenue, Manchester M63X 7TH"),
  card(
    VISA_CREDIT,
    "4543059999999990",
    "689",
    "23 Rogerham Mansions, 4578 Ermine Street, Borehamwood WD54 8TH",
  ),
  // The card of the vendor's samples for 3-D Secure.
  { ...card(VISA_CREDIT, "4012001037141112", "083", "16 Test Street, TE15 5ST"), authenticates: true },
  card(
    VISA_DEBIT,
    "4539791001730106",
    "289",
    "Unit 5 Pickwick Walk, 120 Uxbridge Road, Hatch End, Middlesex HA6 7HJ",
  ),
  card(VISA_DEBIT, "4462000000000003", "672", "Mews 57, Ladybird Drive, Denmark 65890"),
  card(ELECTRON, "4917480000000008", "009", "5-6 Ross Avenue, Birmingham B67 8UJ"),
  card(MASTERCARD_CREDIT, "5301250070000191", "419", "25 The Larches, Narborough, Leicester LE10 2RT"),
  card(MASTERCARD_CREDIT, "5413339000001000", "304", "Pear Tree Cottage, The Green, Milton Keynes MK11 7UY"),
  card(MASTERCARD_CREDIT, "5434849999999951", "470", "34a Rubbery Close, Cloisters Run, Rugby CV21 8JT"),
  card(MASTERCARD_CREDIT, "5434849999999993", "557", "4-7 The Hay Market, Grantham NG32 4HG"),
  card(MASTERCARD_DEBIT, "5573471234567898", "159", "Merevale Avenue, Leicester LE10 2BU"),
  card(MAESTRO, "6759015050123445002", "309", "Hull HU10 5OP"),
  card(MAESTRO, "6759016800000120097", "701", "Middlesex TW7 9FF"),
  card(JCB, "3540599999991047", "209", "2 Middle Wallop, Merideth-in-the-Wolds, Lincolnshire LN2 8HG"),
  card(AMEX, "374245455400001", "4887", "The Hunts Way, Southampton SO18 1GW"),
  card(DINERS, "36432685260294", "111", ""),
  // Not in the guide: tests of other clients use it as a card that is declined. The security code is the sandbox's.
  { ...card(VISA_CREDIT, "4000300011112220", "123", ""), declines: true },
];

/** The published card for a typed number; spaces and hyphens do not count. */
export function testCardOf(text: string): TestCard | undefined {
  const digits = text.replaceAll(/[\s-]/g, "");
  return TEST_CARDS.find(({ number }) => number === digits);
}

function card(cardKind: CardKind, number: string, cvv: string, address: string): TestCard {
  return { number, cvv, kind: cardKind, address, declines: false, authenticates: false };
}

function kind(typeCode: string, type: string, schemeCode: string, scheme: string): CardKind {
  return { typeCode, type, schemeCode, scheme };
}
