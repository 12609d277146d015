import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocuments } from '../src/cli/input';
import { openEngine } from '../src/cli/model';
import { argmax, normaliser } from '../src/core/logits';
import { ReadingMemory } from '../src/core/memory';
import { Mixture, PARAMETERS } from '../src/core/memory/mixture';
import { WordParts } from '../src/core/memory/wordParts';
import { forEachToken } from '../src/engine/score';
import { ROOT } from './targets';

/*
 * `npm run teach:memory -- MODEL TOKENS FILE.jsonl...` teaches the weights of the writer's memory where to begin, and writes
 * `src/core/memory/prior.json`. Each file holds one writer's texts in order, one {"path","text"} a line, of which so many
 * tokens are read; the files before it are in the memory as what others wrote. docs/memory.md names the texts.
 */

const PRIOR = join(ROOT, 'src', 'core', 'memory', 'prior.json');
/** In the first file every other text begins with an empty memory, so that the weights also learn how it is then. */
const FORGET_EVERY = 2;

async function main([model, tokens, ...files]: readonly string[]): Promise<void> {
  const most = Number(tokens);
  const complete = files.length > 0 && Number.isInteger(most);
  if (!complete) throw new Error('Give a model, a number of tokens, and the texts.');
  const engine = await openEngine({ model, threads: 0 }, 'q8');
  const { tokenizer } = engine.model;
  const boundary = tokenizer.start[tokenizer.start.length - 1];
  const mixture = new Mixture(new WordParts(tokenizer), new Float64Array(PARAMETERS));
  const others: (readonly number[])[] = [];
  for (const file of files) {
    const texts = (await readDocuments(file)).map(({ text }) => tokenizer.encode(text));
    const memory = new ReadingMemory(tokenizer, mixture);
    for (const ids of others) memory.remember(ids, boundary);
    let [read, own, mixed] = [0, 0, 0];
    for (const [i, text] of texts.entries()) {
      const ids = text.slice(0, most - read);
      if (read >= most) break;
      if (ids.length === 0) continue;
      memory.begin(boundary, i % FORGET_EVERY > 0 && others.length === 0);
      await forEachToken(engine.model, ids, (id, logits) => {
        const total = normaliser(logits);
        const probability = Math.exp(logits[id] - total);
        const expected = memory.expect(Math.exp(logits[argmax(logits)] - total));
        own -= Math.log(probability);
        mixed -= Math.log(expected.probability(id, probability));
        memory.read(id, expected, probability);
      });
      read += ids.length;
    }
    others.push(...texts);
    console.log(`${file}: ${read} tokens, ${(own / read).toFixed(3)} nats alone, ${(mixed / read).toFixed(3)} mixed`);
  }
  await engine.dispose();
  const rounded = Array.from(mixture.parameters, (value) => Math.round(value * 1000) / 1000);
  writeFileSync(PRIOR, `${JSON.stringify(rounded)}\n`);
  console.log('Format it with `npm run format`.');
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
