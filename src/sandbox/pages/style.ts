import { STYLES } from "../../web/answers/styles.js";

/** One style sheet, inlined in every page: the shared look, and that of the card page. */
export const STYLE = `${STYLES}
:root {
  --wrong: #b3261e; --wrong-ground: #fdecea; --wrong-field: #fff7f6; --choice: #fffaeb; --choice-line: #b58a00;
  --placeholder: #667083;
}
@media (prefers-color-scheme: dark) {
  :root {
    --wrong: #ffb4ab; --wrong-ground: #3a1c1e; --wrong-field: #2a1a20; --choice: #262214; --choice-line: #8f7420;
    --placeholder: #8e98ac;
  }
}

.two { display: grid; gap: 1.25rem; align-content: start; }
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
  border: 1px solid var(--field); border-radius: .5rem; font: inherit; font-variant-numeric: tabular-nums;
}
::placeholder { color: var(--placeholder); opacity: 1; }
select {
  appearance: none; padding-right: 2rem; font-size: .9375rem; text-overflow: ellipsis; background-repeat: no-repeat;
  background-image: linear-gradient(45deg, transparent 50%, var(--soft) 50%), linear-gradient(-45deg, transparent 50%, var(--soft) 50%);
  background-position: right 1.1rem center, right .75rem center; background-size: .4rem .4rem;
}
input[aria-invalid] { border: 2px solid var(--wrong); background: var(--wrong-field); }
.triple { display: grid; grid-template-columns: 1fr 1fr 1.3fr; gap: .75rem; }
.triple label { font-weight: 400; font-size: .875rem; }
.wrong { margin-top: .375rem; color: var(--wrong); font-size: .875rem; font-weight: 600; }
.alert { margin-top: 1rem; padding: .75rem 1rem; border-left: 4px solid var(--wrong); border-radius: .375rem; background: var(--wrong-ground); }
.faults label { margin-top: .75rem; }
.choice .hint { margin-top: .5rem; }
.choice { margin-top: 1.25rem; padding: .75rem; border: 1px dashed var(--choice-line); border-radius: .75rem; background: var(--choice); }

.quiet { width: 100%; margin-top: .5rem; background: none; color: var(--soft); font-weight: 400; text-decoration: underline; text-underline-offset: .2em; }
.quiet:hover { background: var(--ground); color: var(--ink); }
.agree { margin-top: 1rem; }

details { margin-top: .5rem; }
summary { width: fit-content; padding: .25rem 0; color: var(--link); font-size: .9375rem; cursor: pointer; text-decoration: underline; text-underline-offset: .2em; }
.cards { margin-top: .5rem; max-height: 22rem; overflow-y: auto; padding: 0 .875rem; border: 1px solid var(--line); border-radius: .5rem; list-style: none; }
.cards li { padding: .625rem 0; font-size: .875rem; line-height: 1.45; }
.cards li > :first-child { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.cards li + li { border-top: 1px solid var(--line); }
.cards code { font: 600 .9375rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; user-select: all; }
.cards .hint { font-size: .8125rem; }

@media (min-width: 52rem) {
  .two { grid-template-columns: 5fr 6fr; gap: 2.5rem; align-items: start; }
  .order { padding-top: .5rem; }
}
`;
