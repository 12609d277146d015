import type { Command } from 'commander';
import { entropy, percent, topTokens } from '../../core/logits';
import type { Engine, LogitsRequest, ScoredToken } from '../../engine/api';
import { LocalEngine } from '../../engine/localEngine';
import { EngineError } from '../../engine/runtime';
import { askFigure } from '../../pictures/ask';
import { toSvg } from '../../pictures/draw';
import { toPage } from '../../pictures/html';
import { readRequest } from '../../pictures/request';
import { tokenChips } from '../heatText';
import {
  answerLines,
  type InputOptions,
  integer,
  printJson,
  promptOf,
  readText,
  UsageError,
  warnOfTrailingSpace,
} from '../input';
import { withModelOptions } from '../model';
import { requireSeparate, writeOutput } from '../output';
import { type EngineOptions, openAnyEngine, withServerOptions } from '../server';
import { bar, readable, type Terminal, terminalOf } from '../terminal';

interface ExplainOptions extends InputOptions, EngineOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly bos?: boolean;
  readonly topK: number;
  readonly svg?: string;
  readonly html?: string;
}

/** Width of the columns before a bar, including the space between. */
const ROW = 32;

type Prompt = Pick<LogitsRequest, 'text' | 'appended'>;

interface Explanation {
  readonly tokens: readonly Omit<ScoredToken, 'top'>[];
  readonly next: readonly { id: number; text: string; logit: number; probability: number; cumulative: number }[];
  /** In nats. */
  readonly entropy: number;
  readonly model: string;
}

/** `explain`: the distribution of the next token, and the scores of the text's own tokens. */
export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .summary('show the probabilities of the next token')
    .description(
      'Shows the most probable next tokens after a text with probability, logit and cumulative probability, and the ' +
        'entropy of the distribution in nats. Logarithms are natural. JSON always tells of every token of the text. A ' +
        'text longer than the context is seen through the same window as by generate.',
    )
    .argument('[text]', 'the text; - or nothing reads standard input')
    .option('--file <file>', 'read the text from a file')
    .option('--top-k <k>', 'how many next tokens to show', integer(1), 10)
    .option('--all', 'show the log-probability and rank (0 is the first) of every token of the text too')
    .option('--bos', 'put <|endoftext|> before the text, so that its first token has a probability too')
    .option('--svg <file>', 'write the next tokens as a picture; - is standard output, and nothing else is printed')
    .option('--html <file>', 'write the text and its next tokens as a page that is complete in itself')
    .option(
      '--json',
      'print {"tokens":[…],"next":[{"id","text","logit","probability","cumulative"}],"entropy","model"}',
    )
    .option('--jsonl', 'answer each line {"text":…} or {"ids":[…]} of the input with one line of JSON');
  withServerOptions(withModelOptions(command, 'fp32')).action(
    async (argument: string | undefined, options: ExplainOptions) => {
      if (options.jsonl && (options.svg ?? options.html) !== undefined) {
        throw new UsageError('--svg and --html draw one text: leave --jsonl away.');
      }
      requireSeparate([options.svg, options.html, options.json ? '-' : undefined]);
      const text = await readText(argument, options);
      warnOfTrailingSpace(text);
      const engine = await openAnyEngine(options, 'fp32');
      try {
        const all = options.all || options.json || options.jsonl;
        if (options.jsonl) {
          return await answerLines(options, (request) => explain(engine, promptOf(request), { ...options, all }));
        }
        if (engine instanceof LocalEngine) await drawInto(engine, text, options);
        if (options.svg === '-' || options.html === '-') return;
        const explanation = await explain(engine, { text }, { ...options, all });
        if (options.json) printJson(explanation);
        else print(explanation, text, options, terminalOf(command));
      } finally {
        await engine.dispose();
      }
    },
  );
}

/** Writes the picture and the page, where requested. */
async function drawInto(engine: LocalEngine, text: string, { svg, html, topK, bos, model }: ExplainOptions) {
  if (svg === undefined && html === undefined) return;
  const before = bos ? ['bos'] : [];
  const draw = (kind: string, options: readonly string[]) =>
    askFigure(engine, readRequest(kind, [...options, ...before], text), { path: model });
  const next = await draw('next', [`top-k=${topK}`]);
  if (svg !== undefined) writeOutput(svg, toSvg(next));
  if (html !== undefined) writeOutput(html, toPage([next, await draw('tokens', ['colour=surprisal'])]));
}

/**
 * @param options `all` also scores the tokens of the text, which needs the logits of every position
 * @throws EngineError when a server's model gives no probabilities
 */
async function explain(engine: Engine, prompt: Prompt, options: ExplainOptions): Promise<Explanation> {
  const { all, bos, topK: k } = options;
  const { name: model, server } = await engine.info();
  if (server?.lacks.includes('logprobs')) {
    throw new EngineError(`${server.host} gives no probabilities, which are all that explain shows.`);
  }
  const scored = all ? await engine.score({ ...prompt, bos }) : [];
  const logits = await engine.logits({ ...prompt, bos });
  let cumulative = 0;
  const tokenizer = await engine.tokenizer();
  // A server lists only the most probable tokens.
  const known = topTokens(logits, k, tokenizer).filter(({ logprob }) => logprob > Number.NEGATIVE_INFINITY);
  const next = known.map(({ id, logit, logprob }) => {
    const probability = Math.exp(logprob);
    cumulative += probability;
    return { id, text: tokenizer.tokenText(id), logit, probability, cumulative };
  });
  const tokens = scored.map(({ top: _, ...token }) => token);
  return { tokens, next, entropy: entropy(logits), model };
}

function print(
  { tokens, next, entropy: nats, model }: Explanation,
  text: string,
  { all }: ExplainOptions,
  terminal: Terminal,
): void {
  const lines = [];
  if (all) {
    if (terminal.isRead) lines.push(tokenChips(terminal, text, tokens));
    lines.push('  log p    rank  token');
    for (const { logprob, rank, display, text: says } of tokens) {
      const numbers = `${(logprob?.toFixed(3) ?? '–').padStart(7)} ${String(rank ?? '–').padStart(7)}`;
      lines.push(`${numbers}  ${display === says ? display : `${display.padEnd(20)}  ${readable(says)}`}`);
    }
    lines.push('');
  }
  const longest = Math.max(...next.map(({ probability }) => probability));
  const room = Math.min(40, terminal.width - ROW - Math.max(0, ...next.map(({ text }) => JSON.stringify(text).length)));
  lines.push('       p  cumulative    logit  next token');
  for (const { text, logit, probability, cumulative } of next) {
    const numbers = `${percent(probability).padStart(8)}  ${percent(cumulative).padStart(10)}  ${logit.toFixed(3).padStart(7)}`;
    const drawn = terminal.isRead && room > 3 ? terminal.paint.cyan(bar(probability / longest, room).padEnd(room)) : '';
    lines.push(`${numbers}  ${drawn}${drawn && ' '}${JSON.stringify(text)}`);
  }
  lines.push('', `entropy ${nats.toFixed(3)} nats, perplexity ${Math.exp(nats).toFixed(1)} (${model})`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
