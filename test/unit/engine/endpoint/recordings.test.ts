import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readAddress } from '../../../../src/engine/endpoint/address';
import { aligned, choicesOf, echoed, echoes, piecesIn } from '../../../../src/engine/endpoint/givenText';
import { Connection } from '../../../../src/engine/endpoint/http';
import { ServerError } from '../../../../src/engine/endpoint/serverError';
import { type ServerToken, spellingOf, TokenReader } from '../../../../src/engine/endpoint/serverTokens';
import { type Exchange, readExchanges, replayServer } from '../../../support/replayServer';

const EXCHANGES = readExchanges(join(__dirname, '../../../data/endpoint/exchanges.jsonl'));
const REQUEST = { prompt: 'The old house stood at the edge of the' };
const WRITTEN = ' window, and the door was closed.';

function exchange(server: string, id: string): Exchange {
  const found = EXCHANGES.find((one) => one.server === server && one.id === id);
  assert.ok(found, `${server} ${id} was recorded`);
  return found;
}

describe('what real servers put on the wire', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const connect = async (played: Exchange, byteByByte = false) => {
    const server = await replayServer(() => played, { byteByByte });
    const connection = new Connection({ address: readAddress(server.url, false), key: '' });
    closing.push(async () => {
      connection.dispose();
      await server.close();
    });
    return connection;
  };

  const events = async (played: Exchange, byteByByte = false) => {
    const connection = await connect(played, byteByByte);
    const found: Record<string, unknown>[] = [];
    for await (const event of connection.events('v1/completions', { body: REQUEST })) found.push(event);
    return found;
  };

  const tokens = async (played: Exchange, byteByByte = false): Promise<ServerToken[]> => {
    const choices = (await events(played, byteByByte)).flatMap((event) =>
      'choices' in event ? choicesOf(event) : [event],
    );
    const reader = new TokenReader(choices.map(spellingOf).find((spelling) => spelling !== 'text') ?? 'text');
    return choices.flatMap((choice) => reader.read(choice));
  };

  const refusal = async (played: Exchange): Promise<ServerError> => {
    try {
      await events(played);
    } catch (error) {
      assert.ok(error instanceof ServerError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: 'the request was refused' });
  };

  const texts = (found: readonly ServerToken[]) => found.map(({ text }) => text).join('');

  it('reads the chat shape of log-probabilities from llama.cpp', async () => {
    const found = await tokens(exchange('llama-server', 'stream-logprobs'));
    assert.equal(texts(found), WRITTEN);
    assert.equal(found[0].logprob, -2.627655506134033);
    assert.deepEqual(
      found[0].top.map(({ text }) => text),
      [' window', ' door', ' house', ' table', ' room'],
    );
  });

  it("reads OpenAI's legacy shape from llama-cpp-python", async () => {
    const found = await tokens(exchange('llama-cpp-python', 'stream-logprobs'));
    assert.equal(texts(found), WRITTEN);
    assert.equal(found[0].logprob, -2.6354095935821533);
    assert.equal(found[0].top[1].text, ' door');
  });

  it("reads the shape of llama.cpp's own endpoint", async () => {
    const found = await tokens(exchange('llama-server', 'native-stream-probs'));
    assert.equal(texts(found), ' window, and');
    assert.equal(found[2].top[1].text, ' which');
  });

  it("reads mlx-lm's tokens by the names that spell its text, which lacks the first space", async () => {
    const found = await tokens(exchange('mlx-lm', 'completion-logprobs-true-top-5'));
    assert.deepEqual(
      found.map(({ text, logprob }) => [text, logprob]),
      [
        [' window', -2.6171875],
        [',', -1.1015625],
      ],
      'the server names “door” and “.”, and writes “window,”',
    );
  });

  it('reads a stream without log-probabilities, and without [DONE]', async () => {
    const found = await tokens(exchange('transformers-serve', 'stream-logprobs'));
    assert.equal(texts(found), WRITTEN);
    assert.ok(found.every(({ logprob, top }) => logprob === null && top.length === 0));
  });

  it('passes over comments that keep a stream alive', async () => {
    assert.equal(texts(await tokens(exchange('mlx-lm', 'stream'))), WRITTEN.trim());
  });

  it('takes a character of several tokens as one, with the text that the server gives it', async () => {
    const found = await tokens(exchange('llama-server', 'v1-emoji-grammar-stream-logprobs'));
    assert.equal(texts(found), ' 😀😀 café naïve');
    assert.ok(found.every(({ text, logprob }) => !text.includes('\ufffd') && logprob !== null));
  });

  it('shows nothing of a character that was never completed', async () => {
    assert.deepEqual(await tokens(exchange('llama-server', 'stream-utf8-half')), []);
    assert.deepEqual(await tokens(exchange('llama-cpp-python', 'stream-utf8-stray')), []);
  });

  it('puts the bytes of split characters together where a text is cut into tokens', async () => {
    const connection = await connect(exchange('llama-server', 'tokenize-pieces'));
    const answer = await connection.json('tokenize', { body: { content: 'café 😀', with_pieces: true } });
    assert.equal(piecesIn(answer, 'café 😀')?.join('|'), 'c|af|é| |😀');
  });

  it('does not believe log-probabilities of a prompt that stand at the wrong tokens', async () => {
    const connection = await connect(exchange('llama-cpp-python', 'completion-echo-logprobs-max-1'));
    const answer = (await connection.json('v1/completions', { body: REQUEST })) as Record<string, unknown>;
    assert.equal(echoed(choicesOf(answer)).length, 9);
    assert.equal(echoes(choicesOf(answer), REQUEST.prompt), false);
  });

  it('puts tokens to their places where some have no text of their own', () => {
    const told = [
      { text: '', logprob: null, rank: null },
      { text: ' is', logprob: -1, rank: 0 },
      { text: '', logprob: -2, rank: null },
      { text: '\ufffd', logprob: -3, rank: null },
      { text: '!', logprob: -4, rank: 2 },
    ];
    assert.deepEqual(
      aligned(told, 'It is 😀!').map(({ text, logprob }) => [text, logprob]),
      [
        ['It', null],
        [' is', -1],
        [' 😀', -5],
        ['!', -4],
      ],
    );
  });

  for (const [server, id, trouble, said] of [
    ['llama-server', 'completion-wrong-key', 'key', /Set Server Key/],
    ['llama-cpp-python', 'completion-wrong-key', 'key', /Invalid API key/],
    ['llama-server', 'completion-too-long', 'too-long', /840 tokens/],
    ['transformers-serve', 'stream-too-long', 'too-long', /index out of range/],
    ['llama-server', 'v1-grammar-bad', 'refused', /failed to parse grammar/],
    ['mlx-lm', 'completion-logprobs-10', 'refused', /logprobs must be of type bool/],
    ['transformers-serve', 'completion-unknown-field', 'refused', /no_such_field/],
    ['transformers-serve', 'completion-unknown-model', 'model', /pinned to/],
    ['llama-server', 'loading-completion/503', 'loading', /still reading its model/],
    ['llama-server', 'unknown-path', 'no-server', /File Not Found/],
    ['llama-cpp-python', 'unknown-path', 'no-server', /Not Found/],
  ] as const) {
    it(`says what ${server} means by “${id}”`, async () => {
      const error = await refusal(exchange(server, id));
      assert.equal(error.trouble, trouble);
      assert.match(error.message, said);
      assert.match(error.message, /127\.0\.0\.1/, 'the server is named');
    });
  }

  it('reads every stream the same when each byte comes by itself', async () => {
    const streams = EXCHANGES.filter(({ response }) => {
      const type = response.headers?.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
      return response.status === 200 && type?.startsWith('text/event-stream') && response.end?.startsWith('complete');
    });
    assert.ok(streams.length >= 8);
    for (const stream of streams) {
      if (stream.id === 'stream-too-long') continue;
      assert.deepEqual(await tokens(stream, true), await tokens(stream), `${stream.server} ${stream.id}`);
    }
  });
});
