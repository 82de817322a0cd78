import { staticFile } from "../answers/static-file.js";

/** `GET /favicon.ico`: browsers ask for it at every page. A card of 32 by 32 pixels. */
export const favicon = staticFile({
  type: "image/x-icon",
  cacheControl: "public, max-age=86400",
  read: () => Promise.resolve(Buffer.from(ICON.join(""), "base64")),
});

const ICON = [
  "AAABAAEAICAAAAEAAgCYAAAAFgAAAIlQTkcNChoKAAAADUlIRFIAAAAgAAAAIAIDAAAADhSSZwAAAAlQTFRFAAAAM0fE////Es9H",
  "2QAAAAF0Uk5TAEDm2GYAAAA9SURBVHjaY2BgDQWCAAYGxlAwcIAIgIREIYwQLIxQKMDGiFoFBEuxMsjTFTU1FJ1BjhV4vAP3MjwQ",
  "YMECAGX8YXAniBlZAAAAAElFTkSuQmCC",
];
