import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gpt2Tokenizer } from '../../src/core/tokenizer';

/** Which server's protocol it speaks; recorded or read from each: see docs/team-server.md. */
export type Flavour = 'llama.cpp' | 'vllm' | 'llama-cpp-python' | 'transformers';

export interface StandInOptions {
  readonly flavour?: Flavour;
  /** The text that the model knows by heart: it goes on as the text does, and then from its beginning. */
  readonly story: string;
  readonly key?: string;
  /** Tokens of its context. */
  readonly contextLength?: number;
  /** Service time: of reading a token that is not cached, and of writing one, when nobody else is served. */
  readonly readMs?: number;
  readonly writeMs?: number;
  /** How many it serves at once; the others wait in order. */
  readonly slots?: number;
  /** Answers in place of the server, where it returns true. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse, body: Record<string, unknown>) => boolean;
}

/** What a server was asked and has done. */
export interface StandInCounts {
  /** Requests for completions. */
  requests: number;
  /** Tokens that it has written, and read without finding them in its cache. */
  written: number;
  read: number;
  /** Requests whose client hung up before the end. */
  abandoned: number;
  /** Served now, and at once at most. */
  active: number;
  mostActive: number;
}

interface Candidate {
  readonly id: number;
  readonly text: string;
  readonly logprob: number;
}

/** The probability of the story's own next token; the others share the rest. */
const SURE = 0.8;
const OTHERS = [' lamp', ' sea', ' and', '.', ' of', ' the'];
const SLOWEST_CACHE = 64;

/** A model server for tests: the real protocols over real HTTP, and a model that knows one story. */
export class StandInServer {
  readonly counts: StandInCounts = { requests: 0, written: 0, read: 0, abandoned: 0, active: 0, mostActive: 0 };
  /** The bodies of the requests for completions. */
  readonly bodies: Record<string, unknown>[] = [];
  readonly #options: Required<Omit<StandInOptions, 'instead'>> & Pick<StandInOptions, 'instead'>;
  readonly #tokenizer = gpt2Tokenizer();
  readonly #waiting: (() => void)[] = [];
  /** Texts that were read, the last ones. */
  readonly #cache: (readonly number[])[] = [];
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  private constructor(options: StandInOptions) {
    this.#options = {
      flavour: 'llama.cpp',
      key: '',
      contextLength: 1024,
      readMs: 0,
      writeMs: 0,
      slots: 4,
      instead: undefined,
      ...options,
    };
  }

  static async start(options: StandInOptions): Promise<StandInServer> {
    const server = new StandInServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Closes what clients keep open. */
  closeConnections(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const bytes of request) text += bytes;
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    const { flavour, key, instead } = this.#options;
    if (instead?.(request, response, body)) return;
    if (key !== '' && request.headers.authorization !== `Bearer ${key}`) {
      answer(response, 401, flavour === 'vllm' ? { error: 'Unauthorized' } : { detail: 'Invalid API key' });
      return;
    }
    if (request.url === '/v1/models') answer(response, 200, this.#models());
    else if (request.url === '/props' && flavour === 'llama.cpp') {
      const { contextLength, slots } = this.#options;
      answer(response, 200, {
        default_generation_settings: { n_ctx: contextLength },
        total_slots: slots,
        model_alias: 'story',
      });
    } else if (request.url === '/tokenize' && (flavour === 'llama.cpp' || flavour === 'vllm')) {
      this.#tokenize(response, body);
    } else if (request.url === '/v1/completions') await this.#complete(response, body);
    else answer(response, 404, { detail: 'Not Found' });
  }

  #models(): unknown {
    const { flavour, contextLength } = this.#options;
    if (flavour === 'transformers') return { object: 'list', data: [] };
    const facts = flavour === 'vllm' ? { max_model_len: contextLength } : {};
    return { object: 'list', data: [{ id: 'story', object: 'model', ...facts }] };
  }

  #tokenize(response: ServerResponse, body: Record<string, unknown>): void {
    const text = this.#options.flavour === 'vllm' ? body.prompt : body.content;
    if (typeof text !== 'string') {
      answer(response, 400, { error: { message: 'a text is missing', code: 400 } });
      return;
    }
    const tokens = this.#tokenizer.tokenize(text);
    if (this.#options.flavour === 'vllm') {
      answer(response, 200, { tokens: tokens.map(({ id }) => id), token_strs: tokens.map(({ display }) => display) });
      return;
    }
    const piece = (id: number, own: string) => (own.includes('\ufffd') ? [...this.#tokenizer.tokenBytes(id)] : own);
    answer(response, 200, { tokens: tokens.map(({ id, text: own }) => ({ id, piece: piece(id, own) })) });
  }

  async #complete(response: ServerResponse, body: Record<string, unknown>): Promise<void> {
    this.counts.requests++;
    this.bodies.push(body);
    const { flavour, contextLength } = this.#options;
    const known = [
      'model',
      'prompt',
      'max_tokens',
      'temperature',
      'stream',
      'seed',
      'top_p',
      'logprobs',
      'echo',
      'stop',
    ];
    const unknown = Object.keys(body).filter((field) => !known.includes(field));
    if (flavour === 'transformers' && unknown.length > 0) {
      answer(response, 422, { detail: `Unexpected fields in the request: {'${unknown.join("', '")}'}` });
      return;
    }
    if (body.model !== undefined && body.model !== 'story') {
      answer(response, 404, {
        error: { message: `The model \`${body.model}\` does not exist.`, type: 'NotFoundError', code: 404 },
      });
      return;
    }
    if (flavour === 'vllm' && Number(body.logprobs) > 20) {
      const message = `Requested sample logprobs of ${body.logprobs}, which is greater than max allowed: 20`;
      answer(response, 400, { error: { message, type: 'BadRequestError', param: null, code: 400 } });
      return;
    }
    const prompt = String(body.prompt);
    const ids = this.#tokenizer.encode(prompt);
    if (ids.length >= contextLength) {
      const message = `request (${ids.length} tokens) exceeds the available context size (${contextLength} tokens)`;
      answer(response, 400, { error: { code: 400, message, type: 'exceed_context_size_error' } });
      return;
    }
    let hungUp = false;
    response.on('close', () => {
      hungUp = !response.writableEnded;
      if (hungUp) this.counts.abandoned++;
    });
    await this.#turn();
    try {
      if (hungUp) return;
      await this.#write(response, body, prompt, ids, () => hungUp);
    } finally {
      this.counts.active--;
      this.#waiting.shift()?.();
    }
  }

  async #write(
    response: ServerResponse,
    body: Record<string, unknown>,
    prompt: string,
    ids: readonly number[],
    hungUp: () => boolean,
  ): Promise<void> {
    const fresh = ids.length - Math.max(0, ...this.#cache.map((other) => shared(other, ids)));
    this.counts.read += fresh;
    this.#cache.push(ids);
    if (this.#cache.length > SLOWEST_CACHE) this.#cache.shift();
    await after(fresh * this.#options.readMs);
    if (this.#plain(response, body, prompt, ids)) return;
    const must = this.#mustBegin(body);
    let text = '';
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (body.echo === true && this.#options.flavour !== 'transformers') {
      const own = this.#tokenizer.tokenize(prompt);
      const logprobs = {
        tokens: own.map((token) => token.text),
        token_logprobs: own.map((token, i) =>
          i === 0 ? null : this.#logprobOf(prompt.slice(0, token.utf16[0]), token.text),
        ),
      };
      response.write(event({ choices: [{ text: prompt, index: 0, logprobs, finish_reason: null }] }));
    }
    for (let written = 0; written < Number(body.max_tokens ?? 16); written++) {
      await after(this.#options.writeMs);
      if (hungUp()) return;
      const rest = must.slice(text.length);
      const token = this.#drawn(body, this.#next(prompt + text)).find(
        (one) => rest === '' || one.text.startsWith(rest) || rest.startsWith(one.text),
      );
      const chosen = token ?? this.#spelling(rest);
      text += chosen.text;
      this.counts.written++;
      response.write(
        event({
          choices: [
            { text: chosen.text, index: 0, ...this.#logprobs(body, prompt + text, chosen), finish_reason: null },
          ],
        }),
      );
    }
    response.write(event({ choices: [{ text: '', index: 0, finish_reason: 'length' }] }));
    response.end(this.#options.flavour === 'transformers' ? undefined : 'data: [DONE]\n\n');
  }

  /** vLLM's log-probabilities of the prompt are no stream. */
  #plain(response: ServerResponse, body: Record<string, unknown>, prompt: string, ids: readonly number[]): boolean {
    if (body.stream === true) return false;
    const own = this.#tokenizer.tokenize(prompt);
    const scores = own.map((token, i) => {
      if (i === 0) return null;
      const logprob = this.#logprobOf(prompt.slice(0, token.utf16[0]), token.text);
      return { [ids[i]]: { logprob, rank: 1, decoded_token: token.text } };
    });
    const told = this.#options.flavour === 'vllm' && body.prompt_logprobs !== undefined;
    const choice = { text: '', index: 0, finish_reason: 'length', ...(told && { prompt_logprobs: scores }) };
    answer(response, 200, { choices: [choice] });
    return true;
  }

  #logprobs(
    body: Record<string, unknown>,
    text: string,
    { text: own, logprob, id }: Candidate,
  ): Record<string, unknown> {
    const { flavour } = this.#options;
    if (flavour === 'transformers' || body.logprobs === undefined) return {};
    const top = this.#next(text.slice(0, text.length - own.length)).slice(0, Number(body.logprobs));
    if (flavour === 'llama.cpp') {
      const named = (one: Candidate) => ({
        id: one.id,
        token: one.text,
        bytes: [...Buffer.from(one.text)],
        logprob: one.logprob,
      });
      return { logprobs: { content: [{ ...named({ id, text: own, logprob }), top_logprobs: top.map(named) }] } };
    }
    return {
      logprobs: {
        tokens: [own],
        token_logprobs: [logprob],
        text_offset: [0],
        top_logprobs: [Object.fromEntries(top.map((one) => [one.text, one.logprob]))],
      },
    };
  }

  /** What the answer is to begin with, by the grammars and expressions that Inkling writes. */
  #mustBegin(body: Record<string, unknown>): string {
    const { flavour } = this.#options;
    const regex = (body.structured_outputs as { regex?: string } | undefined)?.regex;
    if (flavour === 'vllm' && regex !== undefined) return regex.replace(/\[\^\\n\]\*$/, '').replace(/\\(.)/g, '$1');
    const literal =
      flavour === 'llama.cpp' ? /^root ::= "((?:[^"\\]|\\.)*)"/.exec(String(body.grammar))?.[1] : undefined;
    return literal?.replace(/\\(.)/g, '$1') ?? '';
  }

  /** The likeliest next tokens, best first. */
  #next(text: string): Candidate[] {
    const { story } = this.#options;
    const own = this.#tokenizer.encode(this.#goesOn(text, story))[0];
    const first = own === undefined ? [] : [{ id: own, text: this.#tokenizer.tokenText(own), logprob: Math.log(SURE) }];
    const others = OTHERS.filter((other) => other !== first[0]?.text).map((other, i) => {
      return { id: this.#tokenizer.encode(other)[0], text: other, logprob: Math.log((1 - SURE) / 2 ** (i + 1)) };
    });
    return [...first, ...others];
  }

  /** What the story says after the end of a text: it is looked for by its last characters. */
  #goesOn(text: string, story: string): string {
    for (let length = Math.min(32, text.length); length > 0; length--) {
      const at = story.lastIndexOf(text.slice(-length));
      if (at >= 0 && at + length < story.length) return story.slice(at + length, at + length + 32);
    }
    return story.slice(0, 32);
  }

  /** At a high temperature another than the likeliest token comes, unless top_k says otherwise. */
  #drawn({ temperature, top_k: topK }: Record<string, unknown>, next: readonly Candidate[]): readonly Candidate[] {
    const greedy = Number(temperature) <= 2 || (topK === 1 && this.#options.flavour === 'llama.cpp');
    return greedy ? next : next.slice(1);
  }

  #logprobOf(before: string, token: string): number {
    return this.#next(before).find((one) => one.text === token)?.logprob ?? Math.log(1e-3);
  }

  #spelling(rest: string): Candidate {
    const [id] = this.#tokenizer.encode(rest);
    return { id, text: this.#tokenizer.tokenText(id), logprob: Math.log(1e-4) };
  }

  async #turn(): Promise<void> {
    const { counts } = this;
    if (counts.active >= this.#options.slots) await new Promise<void>((start) => this.#waiting.push(start));
    counts.active++;
    counts.mostActive = Math.max(counts.mostActive, counts.active);
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function shared(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function after(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : new Promise((resolve) => setImmediate(resolve));
}
