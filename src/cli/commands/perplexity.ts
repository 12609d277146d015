import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { logSumExp, meanLogprob, sumLogprobs, surprisal } from '../../core/analysis';
import { decodeBytes, END_OF_TEXT, encode } from '../../core/tokenizer';
import type { CachedModel } from '../../engine/cachedModel';
import { integer, printJson, readText, UsageError } from '../input';
import { type ModelOptions, openEngine, withModelOptions } from '../model';

interface PerplexityOptions extends ModelOptions {
  readonly ids?: boolean;
  readonly tokens?: number;
  readonly json?: boolean;
}

export interface Perplexity {
  readonly tokens: number;
  /** Of the text, in UTF-8; `<|endoftext|>` has none. */
  readonly bytes: number;
  readonly natsPerToken: number;
  readonly bitsPerByte: number;
  readonly perplexity: number;
}

/** `perplexity`: how well a model predicts a text. */
export function addPerplexity(program: Command): void {
  const command = program
    .command('perplexity')
    .summary('measure how well a model predicts a text')
    .description(
      'Prints the mean surprisal of a text in nats per token and in bits per UTF-8 byte. <|endoftext|> stands before ' +
        'the text, so that its first token counts too. A text longer than the context is read in windows that overlap ' +
        'by half; each token is counted once, where it has the most before it.',
    )
    .argument('<file>', 'the text; - reads standard input')
    .option('--ids', 'the file holds token ids, little-endian uint16, rather than text')
    .option('--tokens <n>', 'stop after the first n tokens', integer(1))
    .option('--json', 'print {"tokens","bytes","natsPerToken","bitsPerByte","perplexity","model","precision"}');
  withModelOptions(command, 'fp32').action(async (file: string, options: PerplexityOptions) => {
    const ids = (options.ids ? readIds(file) : encode(await readText(undefined, { file }))).slice(0, options.tokens);
    if (ids.length === 0) throw new UsageError('There is no token to measure: the text is empty.');
    const engine = await openEngine(options, 'fp32');
    try {
      const { name, precision } = await engine.info();
      const measured = await measurePerplexity(engine.model, ids);
      if (options.json) return printJson({ ...measured, model: name, precision });
      const { tokens, bytes, natsPerToken, bitsPerByte, perplexity } = measured;
      process.stdout.write(
        `${natsPerToken.toFixed(4)} nats/token, ${bitsPerByte.toFixed(4)} bits/byte, perplexity ` +
          `${perplexity.toFixed(3)} (${tokens} tokens, ${bytes} bytes; ${name}, ${precision})\n`,
      );
    } finally {
      await engine.dispose();
    }
  });
}

/** Scores every token, the first one after `<|endoftext|>`, each after at least half a context where there is one. */
export async function measurePerplexity(model: CachedModel, ids: readonly number[]): Promise<Perplexity> {
  const text = [END_OF_TEXT, ...ids];
  const logprobs: number[] = [];
  const stride = Math.max(1, Math.floor(model.contextLength / 2));
  for (let start = 0; logprobs.length < ids.length; start += stride) {
    // The logits after the last token of the text score nothing.
    const window = text.slice(start, Math.min(start + model.contextLength, ids.length));
    await model.forEachPosition(window, logprobs.length - start, (position, logits) => {
      logprobs.push(logits[text[start + position + 1]] - logSumExp(logits));
    });
  }
  const bytes = decodeBytes(ids.filter((id) => id !== END_OF_TEXT)).length;
  const natsPerToken = -meanLogprob(logprobs);
  return {
    tokens: ids.length,
    bytes,
    natsPerToken,
    bitsPerByte: surprisal(sumLogprobs(logprobs)) / bytes,
    perplexity: Math.exp(natsPerToken),
  };
}

function readIds(file: string): number[] {
  const bytes = readFileSync(file === '-' ? 0 : file);
  if (bytes.length % 2 !== 0) throw new UsageError(`${file} does not hold uint16 ids: its length is odd.`);
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
}
