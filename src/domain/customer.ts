import type { BillingAddress } from "./gateway-result.js";
import type { MerchantScope } from "./merchant-scope.js";
import { isCustomerId } from "../lib/ids.js";
import { mergedMetadata, type Metadata, type MetadataChange } from "./metadata.js";
import { Refusal } from "./refusal.js";

/**
 * A merchant's customer. A deleted one is a tombstone: past payments keep its id, and no other customer can
 * get it.
 */
export interface Customer extends MerchantScope {
  /** Unique per merchant and mode; the merchant may choose it. */
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  /** What the merchant notes about it. */
  readonly description: string | null;
  readonly address: BillingAddress | null;
  readonly metadata: Metadata;
  readonly createdAt: number;
  readonly deletedAt: number | null;
}

/** The fields of a customer to change. An undefined field keeps its value, an empty text removes it. */
export interface CustomerChange extends MetadataChange {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly phone?: string | undefined;
  readonly description?: string | undefined;
  /** The whole new address. */
  readonly address?: BillingAddress | undefined;
  readonly clearAddress?: boolean;
}

/** The details of a customer of whom nothing is known. */
export const NO_DETAILS = {
  email: null,
  name: null,
  phone: null,
  description: null,
  address: null,
  metadata: {},
} as const;

/** The customer with the change made. Throws a Refusal that names the wrong field. */
export function changed(customer: Customer, change: CustomerChange): Customer {
  const { email, name, phone, description, address, clearAddress } = change;
  return {
    ...customer,
    email: email === undefined ? customer.email : checkedEmail(email),
    name: name === undefined ? customer.name : checkedName(name),
    phone: phone === undefined ? customer.phone : emptyAsNull(phone),
    description: description === undefined ? customer.description : emptyAsNull(description),
    address: address ?? (clearAddress === true ? null : customer.address),
    metadata: mergedMetadata(customer.metadata, change),
  };
}

/**
 * The name and email address that a shopper entered, as far as a customer may have them: invalid ones are
 * dropped, since a payment never fails for them.
 */
export function customerFrom(given: { readonly name: string | null; readonly email: string | null } | null) {
  const name = (given?.name ?? "").replaceAll(/\p{Cc}+/gu, " ").trim();
  return {
    name: /^[^]{1,256}/u.exec(name)?.[0] ?? null,
    email: isEmail(given?.email ?? "") ? (given?.email ?? null) : null,
  };
}

/** What remains of a deleted customer. */
export function tombstone(customer: Customer, deletedAt: number): Customer {
  return { ...customer, ...NO_DETAILS, deletedAt };
}

/** An id that the merchant chose. Throws a Refusal if it is not valid. */
export function checkedCustomerId(id: string): string {
  if (isCustomerId(id)) return id;
  throw new Refusal("PARAMETER_INVALID", "A customer id is cus_ and up to 60 letters, digits, _ or -.", "id");
}

function emptyAsNull(text: string): string | null {
  return text === "" ? null : text;
}

function checkedEmail(email: string): string | null {
  if (email === "") return null;
  if (isEmail(email)) return email;
  throw new Refusal(
    "PARAMETER_INVALID",
    "An email address has one @, no spaces, and at most 320 characters.",
    "email",
  );
}

function isEmail(text: string): boolean {
  return /^.{1,320}$/u.test(text) && /^[^\s@]+@[^\s@]+$/.test(text);
}

function checkedName(name: string): string | null {
  if (name === "") return null;
  if (/^\P{Cc}{1,256}$/u.test(name)) return name;
  throw new Refusal(
    "PARAMETER_INVALID",
    "A name has at most 256 characters, none of them a control character.",
    "name",
  );
}
