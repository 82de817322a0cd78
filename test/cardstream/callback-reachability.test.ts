import t from "tap";

import { callbackProblem } from "../../src/cardstream/callback-reachability.js";

const GATEWAY = "https://gateway.cardstream.com";

t.test("the gateway in the internet reaches no private host, and none without TLS", async (t) => {
  const here = ["http://localhost:8080", "https://localhost", "https://10.0.0.1", "https://[fd00::1]:8443"];
  for (const url of [...here, "https://pay", "https://pay.internal/base"]) {
    t.equal(callbackProblem(url, GATEWAY), `the gateway cannot reach PUBLIC_URL, which is ${url}`);
  }
  t.equal(
    callbackProblem("http://pay.example.com", GATEWAY),
    "PUBLIC_URL is not https: http://pay.example.com",
  );
});

t.test("it reaches a public host with TLS, at any port and path", async (t) => {
  for (const url of ["https://pay.example.com", "https://pay.example.com:8443/base", "https://8.8.8.8"]) {
    t.equal(callbackProblem(url, GATEWAY), undefined, url);
  }
});

t.test("a gateway on this machine or in this network reaches what is there", async (t) => {
  for (const gateway of ["http://127.0.0.1:9000", "http://gateway:9000/base", "https://gateway.example"]) {
    t.equal(callbackProblem("http://localhost:8080", gateway), undefined, gateway);
  }
});
