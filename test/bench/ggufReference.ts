import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logSoftmax } from '../../src/core/logits';
import { gpt2Tokenizer } from '../../src/core/tokenizer';
import { CachedModel } from '../../src/engine/cachedModel';
import { Session } from '../../src/engine/session';
import { compileModel } from '../../src/gpt2/compileModel';
import { openModel } from '../../src/gpt2/files/openModel';
import { random } from '../support/randomModel';
import { type GgufType, writeGguf } from './gguf';

/*
 * `npm run bench:gguf [MODEL]`: writes a model as GGUF of each type that Inkling reads, and compares Inkling's
 * log-probabilities from that file with llama.cpp's. llama.cpp computes GELU from a table of float16 and Q8_0 products
 * from activations rounded to 8 bits, so the two are near and not equal; a misread weight is off by whole nats.
 */
/** llama.cpp's log-probabilities of what follows some tokens; its package is the bench's own, so nothing else may need it. */
type LogprobsOf = (path: string, ids: readonly number[]) => Promise<Map<number, number>>;
const PEER: string = './contenders/llamaLogprobs';

const TYPES: readonly GgufType[] = ['F32', 'F16', 'BF16', 'Q8_0'];
const IDS = 24;
/** Nats, at the mean over the vocabulary. */
const MOST: Readonly<Record<string, number>> = { F32: 0.02, F16: 0.02, BF16: 0.05, Q8_0: 0.05 };

async function main(source: string): Promise<void> {
  const { logprobsOf } = (await import(PEER)) as { logprobsOf: LogprobsOf };
  const folder = await mkdtemp(join(tmpdir(), 'inkling-gguf-'));
  const model = await openModel(source);
  const next = random(1);
  const ids = Array.from({ length: IDS }, () => Math.floor(next() * model.config.vocab_size));
  try {
    for (const type of TYPES) {
      const file = join(folder, `${type}.gguf`);
      await writeGguf(file, model.config, model.weights, type);
      const compiled = join(folder, type);
      const { config } = await compileModel(file, compiled, 'fp32');
      const session = await Session.open(compiled, config);
      const [{ logits }] = await new CachedModel(session, gpt2Tokenizer()).forward([ids]);
      await session.close();
      const ours = logSoftmax(logits);
      const theirs = await logprobsOf(file, ids);
      let sum = 0;
      let most = 0;
      for (const [id, logprob] of theirs) {
        sum += Math.abs(logprob - ours[id]);
        most = Math.max(most, Math.abs(logprob - ours[id]));
      }
      const mean = sum / theirs.size;
      const agrees = theirs.size === config.vocab_size && mean <= MOST[type];
      console.log(
        `${type.padEnd(5)} ${theirs.size} tokens, |Δ ln p| mean ${mean.toFixed(4)}, most ${most.toFixed(4)} ${agrees ? 'agrees' : 'DIFFERS'}`,
      );
      process.exitCode = agrees ? process.exitCode : 1;
    }
  } finally {
    await model.close();
    await rm(folder, { recursive: true });
  }
}

main(process.argv[2] ?? join(__dirname, '../../models/default'));
