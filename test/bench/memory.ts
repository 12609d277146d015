import { readFileSync } from 'node:fs';
import { Distribution } from '../../src/core/completion/distribution';
import type { ReadLogits } from '../../src/core/completion/reader';
import { WriterMemory } from '../../src/core/memory';
import { gpt2Tokenizer } from '../../src/core/tokenizer';
import { MemoryReader } from '../../src/engine/memory/memoryReader';

/** Tokens of the workspace that the memory is filled with. */
const TOKENS = 1_000_000;
const QUERIES = 400;

/**
 * What the memory costs, as JSON: `npm run bench:memory -- FILE...` fills it with these texts, over and over, up to a
 * million tokens, and asks it at places of the first one. `perTokenMs` is what it adds to a step, `bareMs` what comes
 * after a run of the model without it: the logits are read as a distribution, and its first choice is looked at.
 */
async function main(files: readonly string[]): Promise<void> {
  if (files.length === 0) throw new Error('Name the texts to fill the memory with.');
  const tokenizer = gpt2Tokenizer();
  const memory = new WriterMemory(tokenizer);
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  memory.open('file:///bench/open.md', texts[0]);
  const began = performance.now();
  for (let i = 0; memory.status().tokens < TOKENS; i++) {
    const text = texts[i % texts.length];
    for (const _ of memory.addFile({ uri: `file:///bench/${i}/text.txt`, text, markdown: true }));
  }
  while (memory.readOn(100_000));
  const indexMs = performance.now() - began;
  const { tokens, bytes } = memory.status();

  // As unequal as words are (Zipf): the first choice has one part in six.
  const logits = Float32Array.from(
    { length: tokenizer.size },
    (_, id) => -1.2 * Math.log(1 + ((id * 7919) % tokenizer.size)),
  );
  const ids = tokenizer.encode(texts[0].slice(0, 20_000));
  // As in a suggestion: the first token of a text, which is kept to learn from, and then one after the other.
  const reader = new MemoryReader(memory, tokenizer);
  const step = (read: ReadLogits, history: readonly number[]): number => {
    const row = logits.slice();
    const start = performance.now();
    const next = read(row, history);
    const [best] = next.best(2);
    next.candidate(best);
    next.rank(best);
    return performance.now() - start;
  };
  const bare: number[] = [];
  const mixed: number[] = [];
  // In turn, so that both meet the same weather.
  for (let i = 0; i < QUERIES; i++) {
    const history = ids.slice(0, 20 + i);
    bare.push(step((row) => new Distribution(row, tokenizer), history));
    mixed.push(step((row, text) => reader.read(row, text), history));
  }
  const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[all.length >> 1];
  const [bareMs, mixedMs] = [median(bare), median(mixed)];
  console.log(
    JSON.stringify({ tokens, bytesPerToken: bytes / tokens, indexMs, perTokenMs: mixedMs - bareMs, bareMs }, null, 2),
  );
}

void main(process.argv.slice(2));
