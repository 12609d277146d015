import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { readAddress } from '../../../../src/engine/endpoint/address';
import { EndpointEngine, type EndpointOptions } from '../../../../src/engine/endpoint/endpointEngine';
import { StandInServer } from '../../../support/standInServer';

const BEGINNING = 'The keeper climbed the stairs every evening and lit';
const TOKENS = [' the', ' lamp', ' before', ' the', ' ships', ' came', ' home', '.', ' The', ' night'];
const SENTENCE = ' the lamp before the ships came home.';

type Body = Record<string, unknown>;
/** What stands in the events of an answer. */
type Written = (body: Body) => unknown[];
type Answering = (response: ServerResponse, body: Body) => void;

const asked = ({ max_tokens: most }: Body) => TOKENS.slice(0, Number(most));
const choice = (text: string, more: object = {}) => ({ choices: [{ index: 0, text, finish_reason: null, ...more }] });
const end = (reason = 'length') => ({ choices: [{ index: 0, text: '', finish_reason: reason }] });
const plain: Written = (body) => [...asked(body).map((text) => choice(text)), end()];
const stream = (events: readonly unknown[]) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
const event = { 'content-type': 'text/event-stream' };

const writes =
  (written: Written): Answering =>
  (response, body) =>
    response.writeHead(200, event).end(stream(written(body)));

describe('a model server with ways of its own', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** @param answering what it answers for completions; it has nothing else but a list of models */
  const start = async (answering: Answering, options: Partial<EndpointOptions> & { models?: unknown } = {}) => {
    const { models = { data: [{ id: 'story' }] } } = options;
    const server = await StandInServer.start({
      story: SENTENCE,
      instead: ({ url, headers }, response, body) => {
        heard.push({ url, key: headers.authorization });
        if (url === '/v1/completions') answering(response, body);
        else if (url === '/v1/models') response.writeHead(200).end(JSON.stringify(models));
        else response.writeHead(404).end('{"detail":"Not Found"}');
        return true;
      },
    });
    const heard: { readonly url: string | undefined; readonly key: string | undefined }[] = [];
    const engine = new EndpointEngine({ address: readAddress(server.url, false), key: '', model: '', ...options });
    closing.push(
      () => server.close(),
      () => engine.dispose(),
    );
    const suggested = async (prefix = BEGINNING) =>
      (await engine.complete({ prefix, maxTokens: 24 })).suggestions.map(({ text }) => text);
    return { server, engine, heard, suggested };
  };

  it('is read by what it answers, whatever it calls that', async () => {
    assert.deepEqual(await (await start(writes(plain))).suggested(), [SENTENCE]);
    for (const type of ['text/plain', 'application/json', 'application/octet-stream']) {
      const { suggested } = await start((response, body) =>
        response.writeHead(200, { 'content-type': type }).end(stream(plain(body))),
      );
      assert.deepEqual(await suggested(), [SENTENCE], type);
    }
    const { engine } = await start((response) =>
      response.writeHead(200, event).end(JSON.stringify(choice(' the lamp', { finish_reason: 'stop' }))),
    );
    assert.equal((await engine.generate({ text: BEGINNING, config: { maxNewTokens: 8 } })).text, ' the lamp');
  });

  it('is asked with what its address has behind the path', async () => {
    const seen: (string | undefined)[] = [];
    const server = await StandInServer.start({
      story: SENTENCE,
      instead: ({ url }, response, body) => {
        seen.push(url);
        if (url?.startsWith('/llm/v1/completions?')) writes(plain)(response, body);
        else response.writeHead(404).end('{"detail":"Not Found"}');
        return true;
      },
    });
    const address = readAddress(`${server.url}/llm/v1?api-version=2026-05-01&team=press`, false);
    const engine = new EndpointEngine({ address, key: '', model: '' });
    closing.push(
      () => server.close(),
      () => engine.dispose(),
    );
    const { suggestions } = await engine.complete({ prefix: BEGINNING, maxTokens: 24 });
    assert.deepEqual(
      suggestions.map(({ text }) => text),
      [SENTENCE],
    );
    const queries = new Set(seen.map((url) => url?.replace(/^[^?]*/, '')));
    assert.deepEqual([...queries], ['?api-version=2026-05-01&team=press']);
  });

  it('is told of where it answers as in a chat, which does not go on with a text', async () => {
    const turns: Written[] = [
      () => [{ choices: [{ index: 0, delta: { content: 'Sure!' }, finish_reason: 'stop' }] }],
      () => [{ choices: [{ index: 0, message: { content: 'Sure!' }, logprobs: null, finish_reason: 'stop' }] }],
    ];
    for (const turn of turns) {
      const { engine } = await start(writes(turn));
      await assert.rejects(engine.info(), /is no server for completions: it answers as in a chat\. Check the address/);
    }
  });

  it('may say 201 of what it has written', async () => {
    const { suggested } = await start((response, body) => response.writeHead(201, event).end(stream(plain(body))));
    assert.deepEqual(await suggested(), [SENTENCE]);
  });

  it('is told of with the words of its error, in whatever form a stream has it', async () => {
    const said = { message: 'No room on the card', code: 500 };
    for (const body of [
      JSON.stringify({ error: said }),
      `error: ${JSON.stringify(said)}\n\n`,
      `event: error\ndata: ${said.message}\n\n`,
      stream([{ object: 'error', ...said }]),
    ]) {
      const { engine } = await start((response) => response.writeHead(200, event).end(body));
      await assert.rejects(engine.info(), /broke off with an error \(“No room on the card”\)/, body);
    }
  });

  it('is unpacked where a gateway packs what it answers', async () => {
    const packings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    for (const [coding, pack] of Object.entries(packings)) {
      const { suggested, engine } = await start((response, body) =>
        response.writeHead(200, { ...event, 'content-encoding': coding }).end(pack(stream(plain(body)))),
      );
      assert.deepEqual(await suggested(), [SENTENCE], coding);
      await engine.dispose();
    }
    const cut = await start((response, body) =>
      response
        .writeHead(200, { ...event, 'content-encoding': 'gzip' })
        .end(gzipSync(stream(plain(body))).subarray(0, 20)),
    );
    await assert.rejects(cut.engine.info(), /broke off/);
  });

  it('is read where it writes numbers that JSON does not have', async () => {
    const logprobs = { tokens: [' the'], token_logprobs: [0], top_logprobs: [{ ' the': 0, ' a': 'LEAST' }] };
    const written = (body: Body) =>
      stream([choice(' the', { logprobs, note: 'a \\"NaN", -Infinity' }), end()]).replaceAll('"LEAST"', '-Infinity') +
      (body.stream === true ? 'data: [DONE]\n\n' : '');
    const { engine } = await start((response, body) => response.writeHead(200, event).end(written(body)));
    const logits = await engine.logits({ text: BEGINNING });
    const tokenizer = await engine.tokenizer();
    const [best] = [...logits.keys()].sort((a, b) => logits[b] - logits[a]);
    assert.equal(tokenizer.tokenText(best), ' the');
    assert.deepEqual((await engine.info()).server.lacks, ['scores', 'tokens', 'ids']);
  });

  it('does not suggest the text that stands there already where the server repeats it', async () => {
    const { suggested, engine } = await start(writes((body) => [choice(String(body.prompt)), ...plain(body)]));
    assert.deepEqual(await suggested(), [SENTENCE]);
    const config = { maxNewTokens: 3 };
    assert.equal((await engine.generate({ text: BEGINNING, config })).text, ' the lamp before');
  });

  it('is given back the first space that it cuts, and asked for nothing where that cannot be told', async () => {
    const words = ['one', 'two'];
    const cut = writes((body) => {
      const counts = String(body.prompt).startsWith('one two');
      const [first = '', ...others] = counts ? words : /came$/.test(String(body.prompt)) ? [' home', '.'] : asked(body);
      return [...[first.trimStart(), ...others].map((text) => choice(text)), end()];
    });
    const { engine, suggested } = await start(cut);
    assert.deepEqual(await suggested(), [], 'it goes on with “the”, be that a word or an end of one');
    assert.deepEqual(await suggested('The old ships came hom'), ['e.'], 'the word that was begun tells');
    const { text } = await engine.generate({ text: BEGINNING, config: { maxNewTokens: 2 } });
    assert.equal(text, ' the lamp');
    const { text: healed } = await engine.generate({
      text: `${BEGINNING} `,
      config: { maxNewTokens: 2 },
      healSpace: true,
    });
    assert.equal(healed, 'the lamp');
  });

  it('keeps the space that stands in the names of its tokens', async () => {
    const named = (text: string) => ({
      tokens: [text],
      token_logprobs: [-0.1],
      top_logprobs: [{ [text]: -0.1, ' a': -3 }],
    });
    const { suggested } = await start(
      writes((body) => [
        ...asked(body).map((text, i) => choice(i === 0 ? text.trimStart() : text, { logprobs: named(text) })),
        end(),
      ]),
    );
    assert.deepEqual(await suggested(), [SENTENCE]);
  });

  it('writes no sign of its model for the end of a text into the writer’s', async () => {
    for (const sign of ['<|endoftext|>', '</s>', '<|im_end|>', '<end_of_turn>']) {
      const { suggested, engine } = await start(
        writes((body) => [
          ...[' the', ' lamp', sign].slice(0, Number(body.max_tokens)).map((text) => choice(text)),
          end('stop'),
        ]),
      );
      assert.deepEqual(await suggested(), [' the lamp'], sign);
      const { text, finish } = await engine.generate({ text: BEGINNING, config: { maxNewTokens: 8 } });
      assert.deepEqual([text, finish], [' the lamp', 'end-of-text'], sign);
    }
    const { suggested } = await start(writes(() => [choice(' the lamp<|endoftext|>The'), end('stop')]));
    assert.deepEqual(await suggested(), [' the lamp']);
  });

  it('is held to one sentence, and to as many words as were asked for, where it sends many at once', async () => {
    const { suggested, engine } = await start(writes(() => [choice(`${SENTENCE} The night was cold.\n\nThen`), end()]));
    assert.deepEqual(await suggested(), [SENTENCE]);
    assert.equal((await engine.generate({ text: BEGINNING, config: { maxNewTokens: 3 } })).text, ' the lamp before');
  });

  it('is heard in its first choice alone', async () => {
    const { suggested } = await start(
      writes((body) => [
        ...asked(body).map((text) => ({
          choices: [
            { index: 1, text: text.toUpperCase() },
            { index: 0, text },
          ],
        })),
        end(),
      ]),
    );
    assert.deepEqual(await suggested(), [SENTENCE]);
  });

  it('names tokens by their bytes or ids, which are no text', async () => {
    const top = { ' the': -0.5, 'bytes:\\x20lamp': -1.2, 'bytes:\\xe2\\x80': -1.5, 'token_id:13': -2 };
    const logprobs = { tokens: [' the'], token_logprobs: [0.001], top_logprobs: [top] };
    const { engine } = await start(writes(() => [choice(' the', { logprobs }), end()]));
    const logits = await engine.logits({ text: BEGINNING });
    const tokenizer = await engine.tokenizer();
    const told = [...logits.keys()].filter((id) => logits[id] > Number.NEGATIVE_INFINITY);
    assert.deepEqual(told.map((id) => tokenizer.tokenText(id)).sort(), [' lamp', ' the', '(all other tokens)']);
    assert.ok(logits.every((logit) => logit <= 0));
  });

  it('has broken off where it was stopped from outside', async () => {
    const { engine } = await start(writes((body) => [choice(' the'), end(body.max_tokens === 1 ? 'length' : 'abort')]));
    await assert.rejects(engine.generate({ text: BEGINNING, config: { maxNewTokens: 8 } }), /broke off/);
  });

  it('may list its models in other ways, and a length that is none', async () => {
    const bare = [{ id: 7 }, { id: 'team/story 2' }];
    assert.equal((await (await start(writes(plain), { models: bare })).engine.info()).name, 'team/story 2');
    const models = { data: [{ id: `a\u001b[31m${'b'.repeat(9_999)}`, max_model_len: 0 }, 'x'] };
    const { engine } = await start(writes(plain), { models });
    const { name, contextLength } = await engine.info();
    assert.ok(name.startsWith('a [31mb') && name.length <= 200);
    assert.ok(contextLength > 0);
  });

  it('writes as much as was asked for within its context, and within what it writes at once', async () => {
    const Context = 256;
    const tokensIn = (text: unknown) => Math.ceil(String(text).length / 4);
    const refusing: Answering = (response, body) => {
      const sum = tokensIn(body.prompt) + Number(body.max_tokens);
      if (sum <= Context) return writes((own) => [...counted(own), end()])(response, body);
      const message = `This model's maximum context length is ${Context} tokens. However, you requested ${sum} tokens.`;
      return response.writeHead(400).end(JSON.stringify({ error: { message } }));
    };
    const stopping = writes((body) => [...counted(body).slice(0, Context - tokensIn(body.prompt)), end()]);
    const hasty = writes((body) => [...counted(body).slice(0, 16), end()]);
    const counted = ({ max_tokens: most }: Body) => Array.from({ length: Number(most) }, (_, i) => choice(` n${i}`));
    for (const answering of [refusing, stopping, hasty]) {
      const sent: Body[] = [];
      const models = { data: [{ id: 'story', max_model_len: Context }] };
      const { engine } = await start(
        (response, body) => {
          sent.push(body);
          answering(response, body);
        },
        { models },
      );
      await engine.info();
      const config = { maxNewTokens: 300, doSample: true, seed: 7 };
      const { ids, finish } = await engine.generate({ text: 'It rained all day. '.repeat(99), config });
      assert.deepEqual([ids.length, finish], [300, 'length']);
      const seeds = sent.flatMap(({ seed }) => (seed === undefined ? [] : [seed]));
      assert.equal(new Set(seeds).size, seeds.length, 'no part is drawn as the one before');
      const before = sent.length;
      await engine.complete({ prefix: 'It rained all day. '.repeat(99), maxTokens: 4 });
      assert.ok(String(sent[before].prompt).length > 400, 'what ghost text reads has not become less');
    }
  });
});
