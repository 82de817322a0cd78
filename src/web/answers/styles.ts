/**
 * Style sheet of every page that a shopper sees, the sandbox gateway's included: light or dark as the browser
 * prefers, in the system's font, usable from a width of 320 pixels. The contrast of every text is at least
 * 4.5 to 1.
 */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ink: #1b2333; --soft: #5a6478; --line: #d9deea; --paper: #fff; --ground: #f3f5fa; --field: #8790a3;
  --accent: #3347c4; --accent-strong: #26369c; --link: #3347c4; --shade: #1b23330f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #eceff6; --soft: #aab3c5; --line: #353d4f; --paper: #1b2130; --ground: #11151e; --field: #7a859b;
    --accent: #4a5fdb; --accent-strong: #3f53cc; --link: #a5b4ff; --shade: #0000;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1, h2, p, ul { margin: 0; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }

main { flex: 1; width: 100%; max-width: 62rem; margin: 0 auto; padding: 1.25rem 1rem 2rem; }
.sheet {
  min-width: 0; padding: 1.5rem 1.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem;
  box-shadow: 0 1px 2px var(--shade), 0 8px 24px var(--shade);
}
.narrow { max-width: 30rem; margin: 2rem auto 0; text-align: center; }
.narrow h1 { font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
.narrow p { margin-top: .75rem; text-wrap: balance; overflow-wrap: anywhere; }

button, .button {
  display: grid; place-items: center; width: 100%; min-height: 3.25rem; margin-top: 1.25rem; padding: .5rem 1.25rem;
  border: 0; border-radius: .5rem; background: var(--accent); color: #fff; font: inherit; font-size: 1.0625rem;
  font-weight: 600; text-decoration: none; cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-strong); }
.other button { border: 1px solid var(--field); background: var(--paper); color: var(--link); }
.other button:hover { background: var(--ground); }
.card .expiry { font-size: .875rem; font-weight: 400; }
.tick { float: left; width: 1.25rem; height: 1.25rem; margin: 1.5rem 0 0; accent-color: var(--accent); }
.ticked { display: block; margin-top: 1.375rem; padding-left: 2rem; text-align: left; }
.tick:checked ~ .plain, .tick:not(:checked) ~ .saving { display: none; }

.test-band { padding: .5rem 1rem; background: #ffd75e; color: #3d2f00; text-align: center; text-wrap: balance; font-size: .9375rem; }
.test-band strong { padding: .1rem .5rem; margin-right: .35rem; border-radius: .25rem; background: #3d2f00; color: #ffd75e; letter-spacing: .08em; }

.facts { margin: 1.25rem 0 0; text-align: left; border-top: 1px solid var(--line); }
.facts div { display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
.facts dt { flex: none; color: var(--soft); }
.facts dd { min-width: 0; margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.facts .amount { font-weight: 600; }
.ordered { margin-top: .75rem; text-align: left; }
.ordered summary { width: fit-content; padding: .25rem 0; color: var(--link); cursor: pointer; text-decoration: underline; text-underline-offset: .2em; }
.ordered ul { padding: 0; list-style: none; }
.ordered li { display: flex; justify-content: space-between; gap: 1rem; padding: .375rem 0; }
.ordered li > :first-child { min-width: 0; overflow-wrap: anywhere; }
.ordered li > :last-child { flex: none; font-variant-numeric: tabular-nums; }

@media (min-width: 52rem) {
  main { padding-top: 2.5rem; }
  .sheet { padding: 2rem; }
}
`;
