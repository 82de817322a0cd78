import type { Card, CardFunding, BillingAddress, BillingDetails } from "../domain/gateway-result.js";
import { type Field, fieldText, readableField } from "./fields.js";

/**
 * The card of a result. A part is null if the gateway did not send it or sent an impossible value: card
 * details never keep a payment from being recorded.
 */
export function readCard(fields: readonly Field[]): Card {
  return {
    brand: brandOf(fieldText(fields, "cardSchemeCode"), fieldText(fields, "cardTypeCode")),
    last4: /\d{4}$/.exec(fieldText(fields, "cardNumberMask"))?.[0] ?? null,
    expMonth: monthOf(fieldText(fields, "cardExpiryMonth")),
    expYear: yearOf(fieldText(fields, "cardExpiryYear")),
    funding: fundingOf(fieldText(fields, "cardTypeCode"), fieldText(fields, "cardType")),
    country: countryOf(fieldText(fields, "cardIssuerCountryCode")) ?? null,
  };
}

/** What cards that look alike have in common: mask, expiry and issuer. Null without a mask. */
export function readCardLook(fields: readonly Field[]): string | null {
  const mask = fieldText(fields, "cardNumberMask").trim();
  const { expMonth, expYear } = readCard(fields);
  const issuer = fieldText(fields, "cardIssuer").trim();
  return mask === "" ? null : JSON.stringify([mask, expMonth, expYear, issuer]);
}

/** Card types and schemes of Cardstream guide A-10, in the API's words. */
const BRANDS: ReadonlyMap<string, string> = new Map([
  ["AM", "amex"],
  ["CC", "unionpay"],
  ["CD", "unionpay"],
  ["CU", "unionpay"],
  ["DC", "diners"],
  ["DI", "diners"],
  ["DS", "discover"],
  ["EL", "visa"],
  ["JC", "jcb"],
  ["MA", "mastercard"],
  ["MC", "mastercard"],
  ["MD", "mastercard"],
  ["MI", "mastercard"],
  ["MP", "mastercard"],
  ["MU", "mastercard"],
  ["VA", "visa"],
  ["VC", "visa"],
  ["VD", "visa"],
  ["VP", "visa"],
]);

function brandOf(schemeCode: string, typeCode: string): string | null {
  if (schemeCode === "" && typeCode === "") return null;
  return BRANDS.get(schemeCode) ?? BRANDS.get(typeCode) ?? "unknown";
}

/**
 * Card types of guide A-10 that are known to be credit or debit. For JCB, Discover and UnionPay's CU the
 * guide does not say.
 */
const FUNDINGS: ReadonlyMap<string, CardFunding> = new Map([
  ["AM", "credit"],
  ["CC", "credit"],
  ["CD", "debit"],
  ["DC", "credit"],
  ["DI", "credit"],
  ["EL", "debit"],
  ["MA", "debit"],
  ["MC", "credit"],
  ["MD", "debit"],
  ["MI", "credit"],
  ["MP", "credit"],
  ["MU", "debit"],
  ["VA", "debit"],
  ["VC", "credit"],
  ["VD", "debit"],
  ["VP", "credit"],
]);

/** No code means prepaid, so the name of the card's type decides first. */
function fundingOf(typeCode: string, type: string): CardFunding | null {
  if (typeCode === "" && type === "") return null;
  if (/prepaid/i.test(type)) return "prepaid";
  return (
    FUNDINGS.get(typeCode) ?? (/debit/i.test(type) ? "debit" : /credit/i.test(type) ? "credit" : "unknown")
  );
}

function monthOf(text: string): number | null {
  const month = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return month >= 1 && month <= 12 ? month : null;
}

/** The gateway sends two digits; no card expires in another century. */
function yearOf(text: string): number | null {
  if (/^20\d{2}$/.test(text)) return Number(text);
  return /^\d{2}$/.test(text) ? 2000 + Number(text) : null;
}

/** The billing details that a result echoes. Null if it has none. */
export function readBillingDetails(fields: readonly Field[]): BillingDetails | null {
  const text = (name: string): string | null => textOf(readableField(fields, name));
  return withAnything({
    name: text("customerName"),
    email: text("customerEmail"),
    phone: text("customerPhone"),
    address: readAddress(text),
  });
}

/** Longer than any real name or street. */
const TEXT_MAX = 500;

function textOf(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === "" ? null : trimmed.slice(0, TEXT_MAX).toWellFormed();
}

/**
 * An address's lines arrive in one field. Requests may name the postcode differently, and results echo that
 * name.
 */
function readAddress(text: (name: string) => string | null): BillingAddress | null {
  const [line1 = null, ...rest] = (text("customerAddress") ?? "")
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return withAnything({
    line1,
    line2: rest.length === 0 ? null : rest.join(", "),
    city: text("customerTown"),
    state: text("customerCounty"),
    postalCode: text("customerPostcode") ?? text("customerPostCode"),
    country: countryOf(text("customerCountryCode") ?? "") ?? null,
  });
}

function withAnything<T extends object>(parts: T): T | null {
  return Object.values(parts).some((part) => part !== null) ? parts : null;
}

/**
 * A country's two letters of ISO 3166, for any of its three codes: `GB`, `GBR` or `826`. Undefined if it is
 * none, such as the three letters that gateways write for an unknown country.
 */
export function countryOf(code: string): string | undefined {
  return COUNTRIES.get(code.trim().toUpperCase());
}

/** ISO 3166-1 as of 2026: two letters, three letters, three digits. */
const CODES = `
  ADAND020 AEARE784 AFAFG004 AGATG028 AIAIA660 ALALB008 AMARM051 AOAGO024 AQATA010 ARARG032 ASASM016
  ATAUT040 AUAUS036 AWABW533 AXALA248 AZAZE031 BABIH070 BBBRB052 BDBGD050 BEBEL056 BFBFA854 BGBGR100
  BHBHR048 BIBDI108 BJBEN204 BLBLM652 BMBMU060 BNBRN096 BOBOL068 BQBES535 BRBRA076 BSBHS044 BTBTN064
  BVBVT074 BWBWA072 BYBLR112 BZBLZ084 CACAN124 CCCCK166 CDCOD180 CFCAF140 CGCOG178 CHCHE756 CICIV384
  CKCOK184 CLCHL152 CMCMR120 CNCHN156 COCOL170 CRCRI188 CUCUB192 CVCPV132 CWCUW531 CXCXR162 CYCYP196
  CZCZE203 DEDEU276 DJDJI262 DKDNK208 DMDMA212 DODOM214 DZDZA012 ECECU218 EEEST233 EGEGY818 EHESH732
  ERERI232 ESESP724 ETETH231 FIFIN246 FJFJI242 FKFLK238 FMFSM583 FOFRO234 FRFRA250 GAGAB266 GBGBR826
  GDGRD308 GEGEO268 GFGUF254 GGGGY831 GHGHA288 GIGIB292 GLGRL304 GMGMB270 GNGIN324 GPGLP312 GQGNQ226
  GRGRC300 GSSGS239 GTGTM320 GUGUM316 GWGNB624 GYGUY328 HKHKG344 HMHMD334 HNHND340 HRHRV191 HTHTI332
  HUHUN348 IDIDN360 IEIRL372 ILISR376 IMIMN833 ININD356 IOIOT086 IQIRQ368 IRIRN364 ISISL352 ITITA380
  JEJEY832 JMJAM388 JOJOR400 JPJPN392 KEKEN404 KGKGZ417 KHKHM116 KIKIR296 KMCOM174 KNKNA659 KPPRK408
  KRKOR410 KWKWT414 KYCYM136 KZKAZ398 LALAO418 LBLBN422 LCLCA662 LILIE438 LKLKA144 LRLBR430 LSLSO426
  LTLTU440 LULUX442 LVLVA428 LYLBY434 MAMAR504 MCMCO492 MDMDA498 MEMNE499 MFMAF663 MGMDG450 MHMHL584
  MKMKD807 MLMLI466 MMMMR104 MNMNG496 MOMAC446 MPMNP580 MQMTQ474 MRMRT478 MSMSR500 MTMLT470 MUMUS480
  MVMDV462 MWMWI454 MXMEX484 MYMYS458 MZMOZ508 NANAM516 NCNCL540 NENER562 NFNFK574 NGNGA566 NINIC558
  NLNLD528 NONOR578 NPNPL524 NRNRU520 NUNIU570 NZNZL554 OMOMN512 PAPAN591 PEPER604 PFPYF258 PGPNG598
  PHPHL608 PKPAK586 PLPOL616 PMSPM666 PNPCN612 PRPRI630 PSPSE275 PTPRT620 PWPLW585 PYPRY600 QAQAT634
  REREU638 ROROU642 RSSRB688 RURUS643 RWRWA646 SASAU682 SBSLB090 SCSYC690 SDSDN729 SESWE752 SGSGP702
  SHSHN654 SISVN705 SJSJM744 SKSVK703 SLSLE694 SMSMR674 SNSEN686 SOSOM706 SRSUR740 SSSSD728 STSTP678
  SVSLV222 SXSXM534 SYSYR760 SZSWZ748 TCTCA796 TDTCD148 TFATF260 TGTGO768 THTHA764 TJTJK762 TKTKL772
  TLTLS626 TMTKM795 TNTUN788 TOTON776 TRTUR792 TTTTO780 TVTUV798 TWTWN158 TZTZA834 UAUKR804 UGUGA800
  UMUMI581 USUSA840 UYURY858 UZUZB860 VAVAT336 VCVCT670 VEVEN862 VGVGB092 VIVIR850 VNVNM704 VUVUT548
  WFWLF876 WSWSM882 YEYEM887 YTMYT175 ZAZAF710 ZMZMB894 ZWZWE716
`;

const COUNTRIES: ReadonlyMap<string, string> = new Map(
  CODES.trim()
    .split(/\s+/)
    .flatMap((codes) => {
      const country = codes.slice(0, 2);
      return [country, codes.slice(2, 5), codes.slice(5)].map((code) => [code, country] as const);
    }),
);
