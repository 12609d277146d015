import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gpt2Tokenizer, readTokenizer, type Tokenizer } from '../../src/core/tokenizer';

/** How fast the tokenizers are: GPT-2's own, and a small one read from its files. Prints the best of several rounds. */
const ROUNDS = 7;
const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const TEXTS: Readonly<Record<string, string>> = {
  prose: README.repeat(Math.ceil(500_000 / README.length)),
  'words that are all different': Array.from({ length: 60_000 }, (_, i) => (i * 7919).toString(26)).join(' '),
  'one letter': 'a'.repeat(300_000),
};

const german = readFileSync(join(__dirname, '../data/formats/tokenizers/german/tokenizer.json'), 'utf8');
const TOKENIZERS: Readonly<Record<string, Tokenizer>> = {
  'GPT-2': gpt2Tokenizer(),
  'tokenizer.json': readTokenizer({ 'tokenizer.json': german }),
};

function best(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const perSecond = (units: number, ms: number) => `${(units / 1e3 / ms).toFixed(1)} MB/s`.padStart(12);

for (const [name, tokenizer] of Object.entries(TOKENIZERS)) {
  for (const [what, text] of Object.entries(TEXTS)) {
    const ids = tokenizer.encode(text);
    const encode = best(() => tokenizer.encode(text));
    const tokenize = best(() => tokenizer.tokenize(text));
    const decode = best(() => tokenizer.decode(ids));
    const rates = [encode, tokenize, decode].map((ms) => perSecond(text.length, ms)).join('');
    console.log(`${name.padEnd(16)}${what.padEnd(30)} encode, tokenize, decode ${rates}`);
  }
  const prefixes = [' w', 'the ', ' world and'].map((text) => new TextEncoder().encode(text));
  const healing = best(() => {
    for (let i = 0; i < 1000; i++) {
      for (const prefix of prefixes) {
        tokenizer.tokensWithPrefix(prefix);
        tokenizer.tokensThatArePrefixOf(prefix);
      }
    }
  });
  console.log(`${name.padEnd(16)}${'search by prefix'.padEnd(30)} ${(healing / 3).toFixed(1)} µs each`);
}
