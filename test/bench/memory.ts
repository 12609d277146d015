import { readFileSync } from 'node:fs';
import { WriterMemory } from '../../src/core/memory';
import { gpt2Tokenizer } from '../../src/core/tokenizer';
import { MemoryModel } from '../../src/engine/memory/memoryModel';

/** Tokens of the workspace that the memory is filled with. */
const TOKENS = 1_000_000;
const QUERIES = 300;

/**
 * What the memory costs, as JSON: `npm run bench:memory -- FILE...` fills it with these texts, over and over, up to a
 * million tokens, and asks it at places of the first one. `bareMs` is the same step without a memory.
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

  const logits = Float32Array.from({ length: tokenizer.size }, (_, id) => 6 * Math.sin(id * 1.7));
  const model = {
    vocabSize: tokenizer.size,
    contextLength: 1024,
    tokenizer,
    forward: async () => [{ logits: logits.slice() }],
  };
  const ids = tokenizer.encode(texts[0].slice(0, 20_000));
  const times = async (step: (history: readonly number[]) => Promise<unknown>): Promise<number> => {
    const all: number[] = [];
    for (let i = 0; i < QUERIES; i++) {
      const history = ids.slice(0, 20 + i);
      const start = performance.now();
      await step(history);
      all.push(performance.now() - start);
    }
    return all.sort((a, b) => a - b)[QUERIES / 2];
  };
  const bareMs = await times(() => model.forward());
  const mixedMs = await times((history) => new MemoryModel(model, memory).forward([history]));
  console.log(
    JSON.stringify({ tokens, bytesPerToken: bytes / tokens, indexMs, perTokenMs: mixedMs - bareMs, bareMs }, null, 2),
  );
}

void main(process.argv.slice(2));
