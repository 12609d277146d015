import assert from 'node:assert/strict';
import type { Completion } from '../../../../src/core/completion/types';
import { readAddress } from '../../../../src/engine/endpoint/address';
import { EndpointEngine } from '../../../../src/engine/endpoint/endpointEngine';
import { type Flavour, type StandInOptions, StandInServer } from '../../../support/standInServer';

const STORY =
  'The keeper climbed the stairs every evening and lit the lamp before the ships came home. ' +
  'Nobody had told him that the harbour was empty, and so he went on lighting it for years.';
const FILLER = Array.from({ length: 99 }, (_, i) => `Day ${i}: rain. `).join('');
const BEGINNING = 'The keeper climbed the stairs every evening and lit';

describe('the engine that asks a model server', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const start = async (options: Partial<StandInOptions> = {}) => {
    const server = await StandInServer.start({ story: STORY, ...options });
    const engine = new EndpointEngine({
      address: readAddress(server.url, false),
      key: options.key ?? '',
      model: '',
      silenceMs: 5_000,
    });
    closing.push(
      () => server.close(),
      () => engine.dispose(),
    );
    return { server, engine };
  };

  const first = ({ suggestions: [suggestion] }: Completion) => suggestion?.text;

  it('asks a server what it can do, once', async () => {
    const lacks = async (flavour: Flavour) => (await (await start({ flavour })).engine.info()).server.lacks;
    assert.deepEqual(await lacks('llama.cpp'), ['scores']);
    assert.deepEqual(await lacks('vllm'), []);
    assert.deepEqual(await lacks('llama-cpp-python'), ['ids']);
    assert.deepEqual(await lacks('transformers'), ['logprobs', 'scores', 'tokens', 'ids']);
    const { server, engine } = await start();
    await engine.info();
    const asked = server.counts.requests;
    await engine.info();
    await engine.tokenizer();
    assert.equal(server.counts.requests, asked);
    assert.ok(asked <= 8, `${asked} requests for a token each`);
    assert.ok(server.bodies.every(({ max_tokens }) => max_tokens === 1));
  });

  it('asks for as many of the likeliest tokens as the server gives', async () => {
    for (const [flavour, most] of [
      ['llama.cpp', 50],
      ['vllm', 20],
    ] as const) {
      const { server, engine } = await start({ flavour });
      await engine.complete({ prefix: BEGINNING, maxTokens: 2 });
      assert.equal(server.bodies.at(-1)?.logprobs, most, flavour);
    }
  });

  for (const flavour of ['llama.cpp', 'vllm', 'llama-cpp-python', 'transformers'] as const) {
    it(`suggests what ${flavour} goes on with, up to the end of the sentence`, async () => {
      const { server, engine } = await start({ flavour });
      const completion = await engine.complete({ prefix: BEGINNING, maxTokens: 24 });
      assert.equal(first(completion), ' the lamp before the ships came home.');
      assert.equal(completion.reason, 'sentence');
      assert.equal(server.counts.mostActive, 1);
    });

    it(`completes a word that was begun as ${flavour} would have written it`, async () => {
      const { server, engine } = await start({ flavour });
      await engine.info();
      const before = server.counts.requests;
      const completion = await engine.complete({ prefix: `${BEGINNING} the la`, maxTokens: 24 });
      assert.equal(first(completion), 'mp before the ships came home.');
      assert.equal(server.counts.requests, before + 1);
    });
  }

  it('tells a server that has a constraint what the word begins with', async () => {
    for (const [flavour, has] of [
      ['llama.cpp', (body: Record<string, unknown>) => String(body.grammar).startsWith('root ::= " st" ')],
      [
        'vllm',
        (body: Record<string, unknown>) => JSON.stringify(body.structured_outputs) === '{"regex":" st[^\\\\n]*"}',
      ],
    ] as const) {
      const { server, engine } = await start({ flavour });
      // The story goes on with the lamp here: only what was typed says otherwise.
      const completion = await engine.complete({ prefix: `${BEGINNING} the st`, maxTokens: 4 });
      assert.ok(server.bodies.some(has), flavour);
      assert.equal(completion.suggestions[0]?.healed ?? ' st', ' st');
    }
  });

  it('goes on after a word that a server without a constraint does not know', async () => {
    const { server, engine } = await start({ flavour: 'llama-cpp-python' });
    await engine.info();
    await engine.complete({ prefix: `${BEGINNING} the xyl`, maxTokens: 4 });
    assert.equal(server.bodies.at(-2)?.prompt, `${BEGINNING} the`);
    assert.equal(server.bodies.at(-1)?.prompt, `${BEGINNING} the xyl`);
  });

  it('hangs up as soon as a rule ends the suggestion, and the server writes no more', async () => {
    const { server, engine } = await start({ writeMs: 1 });
    await engine.info();
    const written = server.counts.written;
    await engine.complete({ prefix: `${BEGINNING} the lamp before the ships came`, maxTokens: 200 });
    await abandoned(server);
    assert.ok(server.counts.written - written < 20, `${server.counts.written - written} tokens were written`);
  });

  it('stops the work of a server when the request is taken back', async () => {
    const { server, engine } = await start({ writeMs: 2 });
    await engine.info();
    const written = server.counts.written;
    const controller = new AbortController();
    const completion = engine.complete({ prefix: BEGINNING, maxTokens: 200 }, controller.signal, () =>
      controller.abort(),
    );
    await assert.rejects(completion, { name: 'AbortError' });
    await abandoned(server);
    assert.ok(server.counts.written - written < 20);
    assert.equal(engine.health.state, 'ready', 'that is no fault of the server');
  });

  it('asks one thing at a time, and the newest completion takes over', async () => {
    const { server, engine } = await start({ writeMs: 1 });
    const asked = Array.from({ length: 5 }, (_, i) =>
      engine.complete({ prefix: BEGINNING.slice(0, 30 + i), maxTokens: 8 }),
    );
    const outcomes = await Promise.allSettled(asked);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      [...Array(4).fill('rejected'), 'fulfilled'],
    );
    assert.equal(server.counts.mostActive, 1);
  });

  it('lets the server find in its cache what it has read', async () => {
    const { server, engine } = await start();
    const long = STORY.repeat(12);
    await engine.complete({ prefix: long, maxTokens: 4 });
    const { read } = server.counts;
    for (const typed of [' T', ' Th', ' The', ' The ', ' The k']) {
      await engine.complete({ prefix: long + typed, maxTokens: 4 });
    }
    assert.ok(server.counts.read - read < 20, `${server.counts.read - read} tokens were read again for five keys`);
  });

  it('sends less of a text where the server says that it is too long', async () => {
    const { engine } = await start({ contextLength: 64, flavour: 'llama-cpp-python' });
    const completion = await engine.complete({ prefix: `${FILLER}${BEGINNING}`, maxTokens: 16 });
    assert.equal(first(completion), ' the lamp before the ships came home.');
  });

  it('writes on after a text that is too long, and explains its end', async () => {
    const text = `${FILLER}${BEGINNING}`;
    const options = { contextLength: 64, flavour: 'llama-cpp-python' } as const;
    const writing = await (await start(options)).engine.generate({ text, config: { maxNewTokens: 3 } });
    assert.equal(writing.text, ' the lamp before');
    const { engine } = await start(options);
    const { tokens, logits } = await engine.explain({ text });
    assert.equal((await engine.tokenizer()).tokenText(logits.indexOf(Math.max(...logits))), ' the');
    assert.equal(tokens.map((token) => token.text).join(''), text);
    assert.equal(tokens.at(-1)?.logprob, Math.log(0.8));
    assert.equal(tokens[0].logprob, null);
  });

  it('says that the text ends where the server writes no token', async () => {
    const { engine, server } = await start({
      instead: (_, response, { prompt }) => {
        if (prompt !== BEGINNING) return false;
        const end = JSON.stringify({ choices: [{ text: '', index: 0, finish_reason: 'stop' }] });
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${end}\n\ndata: [DONE]\n\n`);
        return true;
      },
    });
    const logits = await engine.logits({ text: BEGINNING });
    assert.ok(server.counts.requests > 0);
    const { endOfText } = await engine.tokenizer();
    assert.equal(logits[endOfText ?? -1], 0);
    assert.equal(logits.filter((logit) => logit > Number.NEGATIVE_INFINITY).length, 1);
  });

  it('asks for what is in the background after all else', async () => {
    const { engine, server } = await start({ writeMs: 1 });
    await engine.info();
    const begun = server.bodies.length;
    await Promise.all([
      engine.logits({ text: 'first' }),
      engine.complete({ prefix: 'background ', maxTokens: 1, background: true }),
      engine.logits({ text: 'also background', background: true }),
      engine.logits({ text: 'panel' }),
      engine.complete({ prefix: 'ghost text ', maxTokens: 1 }),
    ]);
    const asked = server.bodies.slice(begun).map(({ prompt }) => String(prompt).split(' ')[0]);
    assert.deepEqual([...new Set(asked)], ['first', 'ghost', 'panel', 'background', 'also']);
  });

  it('finds alternatives that begin otherwise', async () => {
    const { engine } = await start();
    const { suggestions } = await engine.complete({ prefix: BEGINNING, alternatives: 3, maxTokens: 4 });
    assert.equal(suggestions.length, 3);
    assert.equal(new Set(suggestions.map(({ text }) => text.split(' ')[1])).size, 3);
    assert.equal(suggestions[0].text.startsWith(' the lamp'), true);
  });

  it('is sure of what the server is sure of, word by word', async () => {
    const { engine } = await start();
    const { suggestions } = await engine.complete({ prefix: BEGINNING, maxTokens: 24 });
    const [{ words, tokens, masked }] = suggestions;
    assert.ok(Math.abs(words[0].logprob - Math.log(0.8)) < 1e-9);
    assert.ok(tokens.every(({ logprob }) => Math.abs(logprob - Math.log(0.8)) < 1e-9));
    assert.ok(Math.abs(masked - 0.2) < 1e-9, 'what the typed word ruled out');
  });

  it('suggests without log-probabilities too, and claims to be sure of nothing', async () => {
    const { engine } = await start({ flavour: 'transformers' });
    const { suggestions } = await engine.complete({ prefix: BEGINNING, maxTokens: 24, minTokenLogprob: -1 });
    assert.equal(suggestions[0].text, ' the lamp before the ships came home.');
    assert.ok(suggestions[0].words.every(({ logprob }) => logprob === Number.NEGATIVE_INFINITY));
  });

  it("mixes in what the writer's texts say where the tokens' ids are known, and not where they are not", async () => {
    for (const [flavour, mixed] of [
      ['vllm', true],
      ['llama-cpp-python', false],
    ] as const) {
      const { engine } = await start({ flavour });
      const text = 'Old Marguerite lit the stove. Then Marguerite lit the candle. Then Marguerite lit the fuse. ';
      await engine.info();
      const status = await engine.remember({ kind: 'open', uri: 'file:///a.md', text: text.repeat(4) });
      assert.equal(status.bytes > 0, mixed);
      while (mixed && (await engine.remember({ kind: 'status' })).tokens < 60) {
        await new Promise((heard) => setImmediate(heard));
      }
      const prefix = `${text.repeat(4)}Then Margu`;
      const place = { document: 'file:///a.md', offset: prefix.length };
      const { suggestions } = await engine.complete({ prefix, place, maxTokens: 3 });
      assert.equal(suggestions[0]?.text.startsWith('erite') ?? false, mixed, flavour);
      assert.equal((suggestions[0]?.tokens[0].origin?.document ?? 0) > 0.5, mixed);
    }
  });

  it('writes on, token by token, and leaves a space that was typed to the first word', async () => {
    const { engine } = await start();
    const heard: string[] = [];
    const config = { maxNewTokens: 6, doSample: false };
    const { text, finish, ids } = await engine.generate({ text: `${BEGINNING} `, config, healSpace: true }, (event) => {
      if (event.kind === 'token') heard.push(event.text);
    });
    assert.equal(text, 'the lamp before the ships came');
    assert.equal(heard.join(''), text);
    assert.equal(heard.length, 6);
    assert.equal(ids.length, 6);
    assert.equal(finish, 'length');
  });

  it('writes no phrase twice where that is asked for', async () => {
    const { engine } = await start();
    const text = `${STORY} ${BEGINNING}`;
    const { text: written } = await engine.generate({
      text,
      config: { maxNewTokens: 6, doSample: false, noRepeatNgramSize: 3 },
    });
    assert.equal(written.startsWith(' the lamp'), false);
  });

  it('writes as many tokens as were asked for, however many of them are others than the server would write', async () => {
    const { engine, server } = await start({ story: ' a'.repeat(40) });
    await engine.info();
    const before = server.counts.requests;
    const config = { maxNewTokens: 30, noRepeatNgramSize: 2 };
    const { ids, finish } = await engine.generate({ text: ' the the', config });
    assert.deepEqual([ids.length, finish], [30, 'length']);
    const requests = server.counts.requests - before;
    assert.ok(requests > 16 && requests <= ids.length, `${requests} requests`);
  });

  it('gives what there is of a text that is cut short', async () => {
    const { engine } = await start({ writeMs: 1 });
    const controller = new AbortController();
    let heard = 0;
    const config = { maxNewTokens: 500, doSample: false };
    const generation = await engine.generate(
      { text: BEGINNING, config },
      () => {
        if (++heard === 3) controller.abort();
      },
      controller.signal,
    );
    assert.equal(generation.finish, 'cancelled');
    assert.equal(generation.text, ' the lamp before');
  });

  it('draws with another seed where only the upper bits of the seed differ', async () => {
    const { engine, server } = await start();
    const seeds: unknown[] = [];
    for (const seed of [42, 42 + 2 ** 32, 42 - 2 ** 32, 42 + 2 ** 40]) {
      await engine.generate({ text: BEGINNING, config: { maxNewTokens: 1, doSample: true, seed } });
      seeds.push(server.bodies.at(-1)?.seed);
    }
    assert.equal(seeds[0], 42);
    assert.equal(new Set(seeds).size, 4);
    for (const seed of seeds) assert.ok(Number.isInteger(seed) && Number(seed) >= 0 && Number(seed) < 2 ** 32);
  });

  it('refuses an option that the server does not have, by name', async () => {
    const { engine } = await start({ flavour: 'vllm' });
    const asked = (config: object) => engine.generate({ text: BEGINNING, config });
    await assert.rejects(asked({ numBeams: 4 }), /does not do this: numBeams/);
    await assert.rejects(
      asked({ doSample: true, topK: 5 }),
      /does not do this: topK/,
      'it draws all the same with top_k 1',
    );
  });

  it('scores a text with prompt_logprobs or echo, and says nothing where there is neither', async () => {
    for (const flavour of ['vllm', 'llama-cpp-python'] as const) {
      const { engine } = await start({ flavour });
      const scored = await engine.score({ text: STORY });
      assert.equal(scored.map(({ text }) => text).join(''), STORY, flavour);
      assert.equal(scored[0].logprob, null);
      assert.ok(scored.slice(1).filter(({ logprob }) => logprob === Math.log(0.8)).length > 20, flavour);
    }
    const { engine } = await start();
    const scored = await engine.score({ text: STORY, appended: [262] });
    assert.equal(scored.map(({ text }) => text).join(''), `${STORY} the`);
    assert.ok(scored.every(({ logprob }) => logprob === null));
  });

  it('gives the likeliest next tokens, and all others as one', async () => {
    for (const flavour of ['llama.cpp', 'llama-cpp-python'] as const) {
      const { engine } = await start({ flavour });
      const { logits, tokens } = await engine.explain({ text: BEGINNING });
      const tokenizer = await engine.tokenizer();
      const sum = logits.reduce((all, logit) => all + Math.exp(logit), 0);
      assert.ok(Math.abs(sum - 1) < 1e-6, `${sum}`);
      const best = logits.indexOf(Math.max(...logits));
      assert.equal(tokenizer.tokenText(best), ' the');
      assert.equal(logits.length, (await engine.info()).vocabSize);
      assert.equal(tokens.map(({ text }) => text).join(''), BEGINNING);
    }
  });

  it('says what a server cannot give', async () => {
    const { engine } = await start();
    await assert.rejects(engine.inspect({ text: 'a' }), /does not give attention/);
    await assert.rejects(engine.words({ text: 'a' }), /does not give the whole distribution/);
  });

  it('sends the key, and only in its header', async () => {
    const { server, engine } = await start({ key: 'very-secret' });
    await engine.complete({ prefix: BEGINNING, maxTokens: 4 });
    assert.equal(JSON.stringify(server.bodies).includes('very-secret'), false);
  });
});

/** A server hears of a client that has hung up a little later. */
async function abandoned(server: StandInServer): Promise<void> {
  while (server.counts.active > 0) await new Promise((heard) => setImmediate(heard));
}
