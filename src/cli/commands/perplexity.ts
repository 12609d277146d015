import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { meanLogprob, sumLogprobs, surprisal } from '../../core/analysis';
import { normaliser, percent } from '../../core/logits';
import type { CachedModel } from '../../engine/cachedModel';
import { forEachToken } from '../../engine/score';
import { measureWithMemory } from '../../eval/memoryPerplexity';
import { integer, printJson, readBytes, readDocuments, readText, UsageError } from '../input';
import { type ModelOptions, openEngine, withModelOptions } from '../model';

interface PerplexityOptions extends ModelOptions {
  readonly ids?: boolean;
  readonly tokens?: number;
  readonly memory?: boolean;
  readonly documents?: string;
  readonly remember?: string;
  readonly maxTokens?: number;
  readonly forget?: boolean;
  readonly json?: boolean;
}

export interface Perplexity {
  readonly tokens: number;
  /** UTF-8 bytes of the text; `<|endoftext|>` counts as none. */
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
        'by half; each token is counted once, where it has the most before it.\n\n' +
        'With --memory it measures what knowing the writer adds: each of the documents is scored by the model alone ' +
        'and with a memory of those before it and of its own beginning.',
    )
    .argument('[file]', 'the text; - reads standard input')
    .option('--ids', 'the file holds token ids, little-endian uint16, rather than text')
    .option('--tokens <n>', 'stop after the first n tokens', integer(1))
    .option('--memory', "measure --documents with a memory of the writer's texts, and without")
    .option('--documents <file>', 'one writer\'s texts in order, one {"path","text"} a line; implies --memory')
    .option('--remember <file>', 'with --memory: texts to read first, in the same form')
    .option('--max-tokens <n>', 'with --memory: stop after the first n tokens of all documents', integer(1))
    .option('--forget', 'with --memory: begin each document with an empty memory')
    .option(
      '--json',
      'print {"tokens","bytes","natsPerToken","bitsPerByte","perplexity","model","precision"}, or with --memory ' +
        '{"tokens","model":{"nats","top1"},"memory":{"nats","top1"}}',
    );
  withModelOptions(command, 'fp32').action(async (file: string | undefined, options: PerplexityOptions) => {
    if (options.memory || options.documents !== undefined) return printWithMemory(file, options);
    const alone = (['remember', 'maxTokens', 'forget'] as const).find((name) => options[name] !== undefined);
    if (alone) {
      throw new UsageError(`--${alone === 'maxTokens' ? 'max-tokens' : alone} needs --memory and --documents.`);
    }
    if (file === undefined) throw new UsageError('Name the text to measure, or - for standard input.');
    const given = options.ids ? readIds(file) : await readText(undefined, { file });
    if (given.length === 0) throw new UsageError('There is no token to measure: the text is empty.');
    const engine = await openEngine(options, 'fp32');
    try {
      const all = typeof given === 'string' ? engine.model.tokenizer.encode(given) : given;
      const ids = all.slice(0, options.tokens);
      const { name, precision, vocabSize } = await engine.info();
      const unknown = ids.find((id) => id >= vocabSize);
      if (unknown !== undefined) {
        throw new UsageError(`${file} holds the token ${unknown}, but ${name} has ${vocabSize} tokens.`);
      }
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

async function printWithMemory(file: string | undefined, options: PerplexityOptions): Promise<void> {
  const { documents, remember, maxTokens, forget } = options;
  if (documents === undefined) throw new UsageError('--memory needs --documents FILE.jsonl.');
  if (file !== undefined || options.ids || options.tokens !== undefined) {
    throw new UsageError('With --memory the text comes from --documents, and --max-tokens limits it.');
  }
  const texts = await readDocuments(documents);
  const remembered = remember === undefined ? [] : await readDocuments(remember);
  const engine = await openEngine(options, 'fp32');
  try {
    const measured = await measureWithMemory(engine.model, texts, { remembered, maxTokens, forget });
    if (measured.tokens === 0) throw new UsageError('There is no token to measure: the documents are empty.');
    if (options.json) return printJson(measured);
    const line = (name: string, { nats, top1 }: { nats: number; top1: number }) =>
      `${name}: ${nats.toFixed(3)} nats/token, next token right ${percent(top1)}\n`;
    process.stdout.write(
      `${measured.tokens} tokens\n${line('model alone', measured.model)}${line('with memory', measured.memory)}`,
    );
  } finally {
    await engine.dispose();
  }
}

/**
 * Scores every token: the first after `<|endoftext|>`, later ones with at least half a context of preceding tokens
 * where there are that many.
 */
export async function measurePerplexity(model: CachedModel, ids: readonly number[]): Promise<Perplexity> {
  const { tokenizer } = model;
  const logprobs: number[] = [];
  await forEachToken(model, ids, (id, logits) => logprobs.push(logits[id] - normaliser(logits)));
  const bytes = tokenizer.decodeBytes(ids.filter((id) => !tokenizer.isSpecial(id))).length;
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
  const bytes = file === '-' ? readFileSync(0) : readBytes(file);
  if (bytes.length % 2 !== 0) throw new UsageError(`${file} does not hold uint16 ids: its length is odd.`);
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
}
