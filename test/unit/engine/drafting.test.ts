import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from '../../../src/core/decoding/decode';
import type { LanguageModel } from '../../../src/core/decoding/model';
import type { GenerationConfig } from '../../../src/core/decoding/options';
import { gpt2Tokenizer } from '../../../src/core/tokenizer';
import { CachedModel } from '../../../src/engine/cachedModel';
import { Session } from '../../../src/engine/session';
import { compileModel } from '../../../src/gpt2/compileModel';
import { encode } from '../../support/gpt2';
import { temporaryFolder } from '../../support/randomModel';

const DEFAULT_MODEL = join(__dirname, '../../../models/default');
const TEXT = readFileSync(join(__dirname, '../../data/golden-road.txt'), 'utf8');

describe('drafting on the default model in fp32', () => {
  let folder: string;
  let session: Session;
  let drafts: Session;
  before(async function () {
    this.timeout(120_000);
    folder = await temporaryFolder();
    const { config } = await compileModel(DEFAULT_MODEL, join(folder, 'fp32'), 'fp32');
    await compileModel(DEFAULT_MODEL, join(folder, 'q4'), 'q4');
    session = await Session.open(join(folder, 'fp32'), config, { threads: 1 });
    drafts = await Session.open(join(folder, 'q4'), config, { threads: 1 });
  });
  after(async () => {
    await session.close();
    await drafts.close();
    await rm(folder, { recursive: true, force: true });
  });

  const write = async (prompt: readonly number[], config: GenerationConfig, assistantModel?: LanguageModel) => {
    const { runs } = session.work;
    const ids: number[] = [];
    const steps = generate(
      new CachedModel(session, gpt2Tokenizer()),
      prompt,
      { maxNewTokens: 32, ...config },
      { assistantModel },
    );
    for await (const step of steps) if (step.kind === 'token') ids.push(step.id);
    return { ids, runs: session.work.runs - runs };
  };

  for (const characters of [60, 800, 3200]) {
    it(`writes the same tokens in fewer runs, after ${characters} characters`, async () => {
      const prompt = encode(TEXT.slice(0, characters)).slice(-200);
      const plain = await write(prompt, {});
      const looked = await write(prompt, { promptLookupNumTokens: 4 });
      const drafted = await write(prompt, { numAssistantTokens: 4 }, new CachedModel(drafts, gpt2Tokenizer()));
      assert.deepEqual(looked.ids, plain.ids);
      assert.deepEqual(drafted.ids, plain.ids);
      assert.ok(looked.runs <= plain.runs);
      assert.ok(drafted.runs < 0.75 * plain.runs, `${drafted.runs} runs with a good draft, ${plain.runs} without`);
    });
  }
});
