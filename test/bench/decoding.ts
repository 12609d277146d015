import { decode } from '../../src/core/decoding/decode';
import type { LanguageModel } from '../../src/core/decoding/model';
import type { GenerationConfig } from '../../src/core/decoding/options';
import { LocalEngine } from '../../src/engine/localEngine';
import { encode } from '../support/gpt2';

/*
 * What decoding adds to the model's own time: `npm run bench:decoding [-- FOLDER]`, FOLDER being a compiled model, the
 * default one by default. Times are the processor's, of the fastest of several rounds; the counts beside them are
 * exact: one run a step however many beams there are, each fed one token per beam, the prompt once.
 */

const PROMPT = encode('She opened the door and went down to the water, where the boats came home in the evening.');
const ROUNDS = 8;
const TOKENS = 32;

const SAMPLING: Record<string, GenerationConfig> = {
  greedy: {},
  'temperature, top-k 50': { doSample: true, temperature: 0.8 },
  'temperature, top-k 50, top-p, repetition penalty': {
    doSample: true,
    temperature: 0.8,
    topP: 0.95,
    repetitionPenalty: 1.1,
  },
  'all tokens': { doSample: true, topK: 0 },
  'top-p over all tokens': { doSample: true, topK: 0, topP: 0.95 },
  'min-p over all tokens': { doSample: true, topK: 0, minP: 0.05 },
  'typical-p over all tokens': { doSample: true, topK: 0, typicalP: 0.95 },
};

/** Processor time of one call in milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function fastest(work: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) least = Math.min(least, await timed(work));
  return least;
}

/** The model's own answers to a text, given again for nothing. */
async function replay(model: LanguageModel): Promise<LanguageModel> {
  const [{ logits }] = await model.forward([PROMPT], { lastN: PROMPT.length });
  const rows = PROMPT.map((_, i) => logits.slice(i * model.vocabSize, (i + 1) * model.vocabSize));
  const answer = (ids: readonly number[]) => ({ logits: rows[ids.length % rows.length] });
  return {
    vocabSize: model.vocabSize,
    contextLength: model.contextLength,
    forward: async (sequences) => sequences.map(answer),
  };
}

async function main(): Promise<void> {
  const engine = await LocalEngine.open(process.argv[2] ?? 'dist/model', { threads: 1 });
  const { name, precision } = await engine.info();
  const common = { maxNewTokens: TOKENS, eosTokenId: [] };
  try {
    const free = await replay(engine.model);
    console.log(`Sampling: ms per token beside the model, ${engine.model.vocabSize} logits of ${name} ${precision}`);
    for (const [label, config] of Object.entries(SAMPLING)) {
      const time = await fastest(() =>
        decode(free, PROMPT, { ...config, ...(config.doSample && { seed: 1 }), ...common }),
      );
      console.log(`  ${(time / TOKENS).toFixed(3)}  ${label}`);
    }
    console.log('Beams: per step');
    let alone = 0;
    for (const numBeams of [1, 4, 8]) {
      const search = () => decode(engine.model, PROMPT, { numBeams, ...common });
      await search();
      const before = await engine.stats();
      await search();
      const after = await engine.stats();
      const time = (await fastest(search)) / TOKENS;
      alone ||= time;
      const [runs, fed] = [after.runs - before.runs, after.tokensFed - before.tokensFed];
      console.log(
        `  ${numBeams} ${numBeams === 1 ? 'beam ' : 'beams'}  ${time.toFixed(2)} ms, ${(time / alone).toFixed(2)} × one beam; ` +
          `${(runs / TOKENS).toFixed(2)} runs, ${(fed / TOKENS).toFixed(2)} tokens fed`,
      );
    }
  } finally {
    await engine.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
