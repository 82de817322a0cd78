import { requestError } from "../errors/request-error.js";

/** Throws a ConnectError for a content type other than JSON in UTF-8. A missing one counts as JSON. */
export function checkJsonType(contentType: string | undefined): void {
  if (contentType === undefined || contentType === "" || contentType === "application/json") return;
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  if (type.trim() !== "application/json") throw unsupported(type.trim());
  if (parameters.map((parameter) => parameter.trim()).some(isOtherCharset)) {
    throw requestError("media_type_unsupported", "The request body must be in UTF-8.", undefined, ACCEPT);
  }
}

function isOtherCharset(parameter: string): boolean {
  return parameter.startsWith("charset") && !/^charset\s*=\s*"?utf-?8"?$/.test(parameter);
}

function unsupported(type: string): Error {
  // The default of `curl -d`.
  const form = type === "application/x-www-form-urlencoded" || type === "multipart/form-data";
  const hint = form ? " With curl, add -H 'content-type: application/json'." : "";
  return requestError(
    "media_type_unsupported",
    `The request body must be application/json.${hint}`,
    undefined,
    ACCEPT,
  );
}

const ACCEPT = { accept: "application/json" };
