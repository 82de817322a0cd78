/** One style sheet for all pages, inside each of them. Light, in the reader's own font, usable from 320 pixels on. */
export const STYLE = `
:root {
  --ink: #1b2333; --soft: #5a6478; --line: #d9deea; --paper: #fff; --ground: #f3f5fa;
  --accent: #3347c4; --accent-dark: #26369c; --wrong: #b3261e; --test: #ffd75e; --test-ink: #3d2f00;
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
h1, h2, p, ul { margin: 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

.test-band { padding: .5rem 1rem; background: var(--test); color: var(--test-ink); text-align: center; text-wrap: balance; font-size: .9375rem; }
.test-band strong { padding: .1rem .5rem; margin-right: .35rem; border-radius: .25rem; background: var(--test-ink); color: var(--test); letter-spacing: .08em; }

main { flex: 1; width: 100%; max-width: 62rem; margin: 0 auto; padding: 1.25rem 1rem 2rem; }
.two { display: grid; gap: 1.25rem; align-content: start; }
.sheet { min-width: 0; padding: 1.5rem 1.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; box-shadow: 0 1px 2px #1b23330a, 0 8px 24px #1b23330f; }
.narrow { max-width: 30rem; margin: 2rem auto 0; text-align: center; }
.narrow h1 { font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
.narrow p { margin-top: .75rem; text-wrap: balance; }
footer { padding: 1rem; text-align: center; color: var(--soft); font-size: .8125rem; }

.merchant { display: flex; align-items: center; gap: .75rem; font-weight: 600; overflow-wrap: anywhere; }
.initial { flex: none; display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: .75rem; background: var(--accent); color: #fff; font-size: 1.125rem; }
.order h1 { margin-top: 1.25rem; font-size: 2.25rem; line-height: 1.15; letter-spacing: -.02em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.order h1 span { display: block; margin-bottom: .125rem; color: var(--soft); font-size: .9375rem; font-weight: 400; letter-spacing: 0; line-height: 1.5; }
.items { margin-top: 1.25rem; padding: 0; list-style: none; }
.items li { display: flex; justify-content: space-between; gap: 1rem; padding: .625rem 0; border-top: 1px solid var(--line); }
.items li > :first-child { min-width: 0; overflow-wrap: anywhere; }
.items li > :last-child { flex: none; font-variant-numeric: tabular-nums; }
.items small { display: block; color: var(--soft); font-size: .8125rem; }
.items .total { font-weight: 600; }

h2 { font-size: 1.25rem; letter-spacing: -.01em; }
fieldset { min-width: 0; margin: 1.25rem 0 0; padding: 0; border: 0; }
label, legend { display: block; padding: 0; font-size: .9375rem; font-weight: 600; }
.field { margin-top: 1.125rem; }
.hint { color: var(--soft); font-size: .875rem; }
input, select {
  width: 100%; min-height: 3rem; margin-top: .25rem; padding: .5rem .75rem; color: var(--ink); background: var(--paper);
  border: 1px solid #8790a3; border-radius: .5rem; font: inherit; font-variant-numeric: tabular-nums;
}
::placeholder { color: #6e7789; opacity: 1; }
select {
  appearance: none; padding-right: 2rem; font-size: .9375rem; text-overflow: ellipsis; background-repeat: no-repeat;
  background-image: linear-gradient(45deg, transparent 50%, var(--soft) 50%), linear-gradient(-45deg, transparent 50%, var(--soft) 50%);
  background-position: right 1.1rem center, right .75rem center; background-size: .4rem .4rem;
}
input[aria-invalid] { border: 2px solid var(--wrong); background: #fff7f6; }
.triple { display: grid; grid-template-columns: 1fr 1fr 1.3fr; gap: .75rem; }
.triple label { font-weight: 400; font-size: .875rem; }
.wrong { margin-top: .375rem; color: var(--wrong); font-size: .875rem; font-weight: 600; }
.alert { margin-top: 1rem; padding: .75rem 1rem; border-left: 4px solid var(--wrong); border-radius: .375rem; background: #fdecea; }
.choice .hint { margin-top: .5rem; }
.choice { margin-top: 1.25rem; padding: .75rem; border: 1px dashed #b58a00; border-radius: .75rem; background: #fffaeb; }

button { min-height: 3rem; padding: .5rem 1.25rem; border: 0; border-radius: .5rem; background: var(--accent); color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
button:hover { background: var(--accent-dark); }
.pay { width: 100%; margin-top: 1.25rem; min-height: 3.25rem; font-size: 1.0625rem; }
.quiet { width: 100%; margin-top: .5rem; background: none; color: var(--soft); font-weight: 400; text-decoration: underline; text-underline-offset: .2em; }
.quiet:hover { background: var(--ground); color: var(--ink); }
.agree { margin-top: 1rem; }

details { margin-top: .5rem; }
summary { width: fit-content; padding: .25rem 0; color: var(--accent); font-size: .9375rem; cursor: pointer; text-decoration: underline; text-underline-offset: .2em; }
.cards { margin-top: .5rem; max-height: 22rem; overflow-y: auto; padding: 0 .875rem; border: 1px solid var(--line); border-radius: .5rem; list-style: none; }
.cards li { padding: .625rem 0; font-size: .875rem; line-height: 1.45; }
.cards li > :first-child { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.cards li + li { border-top: 1px solid var(--line); }
.cards code { font: 600 .9375rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; user-select: all; }
.cards .hint { font-size: .8125rem; }

@media (min-width: 52rem) {
  main { padding-top: 2.5rem; }
  .two { grid-template-columns: 5fr 6fr; gap: 2.5rem; align-items: start; }
  .sheet { padding: 2rem; }
  .order { padding-top: .5rem; }
}
`;
