import { requestError } from "../errors/request-error.js";

/** Whether a content type says that the body is a form, in whatever character set. */
export function isFormType(contentType: string | undefined): boolean {
  return contentType !== undefined && contentType !== JSON_TYPE && typeOf(contentType) === FORM_TYPE;
}

/** Throws a ConnectError for a content type other than JSON in UTF-8. A missing one counts as JSON. */
export function checkJsonType(contentType: string | undefined, formsToo = false): void {
  if (contentType === undefined || contentType === "" || contentType === JSON_TYPE) return;
  if (typeOf(contentType) !== JSON_TYPE) throw unsupported(typeOf(contentType), formsToo);
  checkCharset(contentType, formsToo);
}

/**
 * Throws a ConnectError for a form in another character set than UTF-8, and for JSON that is sent as a form: curl calls
 * everything a form unless it is told otherwise.
 */
export function checkForm(contentType: string | undefined, body: string): void {
  checkCharset(contentType ?? "", true);
  if (!/^\s*[{[]/.test(body)) return;
  const text = `The request body looks like JSON, but its content-type says that it is a form.${CURL}`;
  throw requestError("media_type_unsupported", text, undefined, acceptOf(true));
}

function typeOf(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

function checkCharset(contentType: string, formsToo: boolean): void {
  const parameters = contentType.toLowerCase().split(";").slice(1);
  if (!parameters.map((parameter) => parameter.trim()).some(isOtherCharset)) return;
  const text = "The request body must be in UTF-8.";
  throw requestError("media_type_unsupported", text, undefined, acceptOf(formsToo));
}

function isOtherCharset(parameter: string): boolean {
  return parameter.startsWith("charset") && !/^charset\s*=\s*"?utf-?8"?$/.test(parameter);
}

function unsupported(type: string, formsToo: boolean): Error {
  const accept = acceptOf(formsToo);
  // The default of `curl -d`.
  const hint = type === FORM_TYPE || type === "multipart/form-data" ? CURL : "";
  const types = formsToo ? `${JSON_TYPE} or ${FORM_TYPE}` : JSON_TYPE;
  return requestError(
    "media_type_unsupported",
    `The request body must be ${types}.${hint}`,
    undefined,
    accept,
  );
}

function acceptOf(formsToo: boolean): Record<string, string> {
  return { accept: formsToo ? `${JSON_TYPE}, ${FORM_TYPE}` : JSON_TYPE };
}

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const CURL = " With curl, add -H 'content-type: application/json'.";
