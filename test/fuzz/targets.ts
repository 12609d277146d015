import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MarkdownDocument, readMarkdown } from '../../src/core/markdown';
import { changedLines, TextLines } from '../../src/core/text/lines';
import { readTokenizer, TokenizerError } from '../../src/core/tokenizer';
import { readAddress } from '../../src/engine/endpoint/address';
import { choicesOf, echoed, scoresOfPrompt } from '../../src/engine/endpoint/givenText';
import { TokenReader } from '../../src/engine/endpoint/serverTokens';
import { readFromEngine, readToEngine } from '../../src/engine/process/protocol';
import { EngineError } from '../../src/engine/runtime';
import { parseConfig } from '../../src/gpt2/config';
import { UnsupportedModelError } from '../../src/gpt2/errors';
import { readFromPanel, readToPanel } from '../../src/panel/protocol';
import { StoreError } from '../../src/store/errors';
import { parseLinkedTag } from '../../src/store/hub/checksum';
import { parseHubName } from '../../src/store/hub/hub';
import { fuzz } from '../formats/fuzz';
import { tinyConfig } from '../support/randomModel';
import { tinyTokenizer } from '../support/tinyTokenizer';
import { readHubAnswers, readServerAnswers } from './answers';

/** What may come from outside, and how it is read: `count` cases of a seed, the first bad one of which throws. */
export type Target = (count: number, seed: number) => Promise<void> | void;

type Json = ReturnType<typeof JSON.parse>;

/** Values that stand where a file or a message has another. */
const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(-1, 0, 0.5, 1e308, 2 ** 53, '__proto__', '', '\ud800', 'a'.repeat(5000), [], {}, null, true),
);

/** A value with another one at a random place, or without what stood there. */
function changed(value: Json): fc.Arbitrary<Json> {
  return fc
    .array(fc.tuple(fc.array(fc.nat({ max: 30 }), { maxLength: 5 }), strange, fc.boolean()), { maxLength: 3 })
    .map((changes) => {
      const copy = structuredClone(value);
      for (const [path, put, drops] of changes) change(copy, path, put, drops);
      return copy;
    });
}

function change(value: Json, path: readonly number[], put: unknown, drops: boolean): void {
  let at = value;
  for (const [depth, step] of path.entries()) {
    if (at === null || typeof at !== 'object') return;
    const keys = Object.keys(at);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    if (depth < path.length - 1) at = at[key];
    else if (drops) delete at[key];
    else at[key] = put;
  }
}

/** Checks a property on so many cases. */
function check<T>(count: number, seed: number, values: fc.Arbitrary<T>, read: (value: T) => unknown): void {
  fc.assert(
    fc.property(values, (value) => void read(value)),
    { numRuns: count, seed, endOnFailure: true },
  );
}

/** Reads what may be refused, by an error of these kinds only. */
function readOrRefused<T>(
  read: () => T,
  ...refusals: readonly (abstract new (
    ...args: never[]
  ) => Error)[]
): T | undefined {
  try {
    return read();
  } catch (error) {
    if (refusals.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

const TOKENIZER = JSON.parse(tinyTokenizer().single['tokenizer.json'].toString('utf8'));
const CONFIG = JSON.parse(JSON.stringify(tinyConfig()));
const MESSAGES = [
  { call: 'complete', id: 1, request: { prefix: 'It was' } },
  { id: 1, result: { suggestions: [] } },
  { kind: 'insert', token: 5 },
];
const ANSWER = {
  choices: [
    {
      text: ' is',
      logprobs: { tokens: [' is'], token_logprobs: [-0.5], top_logprobs: [{ ' is': -0.5, ' was': -1 }] },
      prompt_logprobs: [null, { 5: { logprob: -1, rank: 1, decoded_token: ' a' } }],
    },
  ],
  completion_probabilities: [{ id: 5, token: ' is', bytes: [32, 105], logprob: -0.5, top_logprobs: [] }],
};

export const TARGETS: Readonly<Record<string, Target>> = {
  'model files (safetensors, torch, GGUF)': async (count, seed) => void (await fuzz(count, seed)),
  'tokenizer files': (count, seed) =>
    check(count, seed, changed(TOKENIZER), (json) => {
      const file = JSON.stringify(json) ?? '';
      const tokenizer = readOrRefused(() => readTokenizer({ 'tokenizer.json': file }), TokenizerError);
      if (tokenizer) readOrRefused(() => tokenizer.decode(tokenizer.encode('der Mäher und 漢字')), TokenizerError);
    }),
  configs: (count, seed) =>
    check(count, seed, changed(CONFIG), (json) => readOrRefused(() => parseConfig(json), UnsupportedModelError)),
  'messages between the processes': (count, seed) =>
    check(count, seed, fc.oneof(fc.anything(), ...MESSAGES.map(changed)), (data) => {
      readToEngine(data);
      readFromEngine(data);
    }),
  'messages of the panel': (count, seed) =>
    check(count, seed, fc.oneof(fc.anything(), ...MESSAGES.map(changed)), (data) => {
      readToPanel(data);
      readFromPanel(data);
    }),
  'answers of a hub, over the wire': readHubAnswers,
  'answers of a model server, over the wire': readServerAnswers,
  'names and tags of a hub': (count, seed) =>
    check(count, seed, fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      readOrRefused(() => parseHubName(text), StoreError);
      readOrRefused(() => parseLinkedTag(text), StoreError);
    }),
  'tokens of a model server': (count, seed) =>
    check(count, seed, fc.tuple(changed(ANSWER), fc.constantFrom('text', 'bytes', 'pieces')), ([answer, spelling]) => {
      if (typeof answer !== 'object' || answer === null) return;
      const reader = new TokenReader(spelling as 'text');
      for (const choice of [answer, ...choicesOf(answer)]) reader.read(choice);
      scoresOfPrompt(answer);
      echoed(choicesOf(answer));
    }),
  'addresses of servers': (count, seed) =>
    check(count, seed, fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()), (text) =>
      readOrRefused(() => readAddress(text, false), EngineError),
    ),
  'Markdown with edits': (count, seed) => check(count, seed, edits, readEdited),
};

const piece = fc.constantFrom(
  ...[
    'a b',
    '\n',
    '\n\n',
    '- ',
    '> ',
    '```',
    '`',
    '**',
    '_',
    '[x](',
    ')',
    '$',
    '| a |\n|--|\n',
    '<!--',
    '-->',
    '\r\n',
    '1. ',
    '# ',
    '---\n',
  ],
);
const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.array(piece, { maxLength: 4 })), { maxLength: 8 });

/** A document is read after edits as it is when read afresh. */
function readEdited(changes: readonly (readonly [number, number, readonly string[]])[]): void {
  let lines = new TextLines('Once **upon** a time.\n\n- one\n- two\n');
  // The document reads whatever the lines are by then.
  const document = new MarkdownDocument({
    get count() {
      return lines.count;
    },
    line: (index) => lines.line(index),
    start: (index) => lines.start(index),
    positionAt: (offset) => lines.positionAt(offset),
  });
  for (const [at, length, pieces] of changes) {
    const { text } = lines;
    const from = at % (text.length + 1);
    const to = Math.min(text.length, from + length);
    const range = { start: lines.positionAt(from), end: lines.positionAt(to) };
    const added = pieces.join('');
    const { first, removed, added: count } = changedLines([{ range, text: added }]);
    lines = new TextLines(text.slice(0, from) + added + text.slice(to));
    document.changed(first, removed, count);
    const place = (from + added.length) % (lines.text.length + 1);
    assert.deepEqual(readMarkdown(document, place), readMarkdown(new MarkdownDocument(lines.text), place));
  }
}
