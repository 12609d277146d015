import { readFileSync } from 'node:fs';
import { generate } from '../../src/core/decoding/decode';
import { promptLookup } from '../../src/core/decoding/strategies/speculative';
import { gpt2Tokenizer } from '../../src/core/tokenizer';
import { CachedModel } from '../../src/engine/cachedModel';
import { Session } from '../../src/engine/session';
import { readManifest } from '../../src/gpt2/compiledModel';
import { encode } from '../support/gpt2';

const NEW_TOKENS = 24;
const PLACES = 40;
const GPT2_CONTEXT = 1024;

/**
 * `npx tsx test/bench/drafting.ts MODEL TEXT...`: how often a guess of prompt lookup is right while a compiled model
 * continues real texts greedily, and how many runs of the model that saves. Prompts end at even distances.
 */
async function main([folder, ...files]: string[]): Promise<void> {
  const manifest = await readManifest(folder);
  if (!manifest) throw new Error(`There is no compiled model in ${folder}.`);
  const session = await Session.open(folder, manifest.config, { threads: 1 });
  const model = new CachedModel(session, gpt2Tokenizer());
  const context = model.contextLength - NEW_TOKENS;
  for (const file of files) {
    const ids = encode(readFileSync(file, 'utf8'));
    const ends = Array.from({ length: PLACES }, (_, i) => Math.floor(((i + 1) * ids.length) / (PLACES + 1)));
    for (const [guessed, ngram] of [
      [2, 3],
      [4, 2],
      [4, 3],
    ]) {
      let [tokens, accepted, runs] = [0, 0, 0];
      for (const end of ends) {
        const prompt = ids.slice(Math.max(0, end - context), end);
        await model.forward([prompt]);
        const before = session.work.runs;
        const config = {
          maxNewTokens: NEW_TOKENS,
          promptLookupNumTokens: guessed,
          maxMatchingNgramSize: ngram,
        };
        for await (const step of generate(model, prompt, config)) {
          if (step.kind !== 'token') continue;
          tokens++;
          if (step.drafted) accepted++;
        }
        runs += session.work.runs - before;
      }
      console.log(
        `${file}: guesses of ${guessed} after ${ngram} or fewer equal tokens: ${tokens} tokens, ` +
          `${((100 * accepted) / tokens).toFixed(0)} % of them guessed, ${(tokens / runs).toFixed(2)} tokens a run; ` +
          `${(await onRealText(ids, guessed, ngram)).toFixed(2)} if the model wrote what the writer wrote`,
      );
    }
  }
  await session.close();
}

/** Tokens a run if the model always chose the text's own next token, with a context of GPT-2's length. */
async function onRealText(ids: readonly number[], guessed: number, ngram: number): Promise<number> {
  const drafter = promptLookup(guessed, ngram);
  let [at, runs] = [Math.floor(ids.length / 4), 0];
  const start = at;
  while (at < ids.length) {
    const guess = await drafter.guess(ids.slice(Math.max(0, at - GPT2_CONTEXT), at), guessed);
    let accepted = 0;
    while (accepted < guess.length && guess[accepted] === ids[at + accepted]) accepted++;
    at += accepted + 1;
    runs++;
  }
  return (at - start) / runs;
}

void main(process.argv.slice(2));
