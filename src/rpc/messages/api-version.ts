/** The version of the API in whose words events are written. There is one so far. */
export const API_VERSION = "v1";
