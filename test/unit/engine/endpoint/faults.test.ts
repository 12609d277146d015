import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type TcpNetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { mock } from 'node:test';
import { readAddress } from '../../../../src/engine/endpoint/address';
import { EndpointEngine, type EndpointOptions } from '../../../../src/engine/endpoint/endpointEngine';
import type { EngineHealth } from '../../../../src/engine/health';
import { bytesOf, readExchanges } from '../../../support/replayServer';
import { type StandInOptions, StandInServer } from '../../../support/standInServer';

const STORY = 'The keeper climbed the stairs every evening and lit the lamp before the ships came home.';
const BEGINNING = 'The keeper climbed the stairs every evening and lit';
const EXCHANGES = readExchanges(join(__dirname, '../../../data/endpoint/exchanges.jsonl'));
const FAILED = { name: 'EngineError' };

type Fault = (request: IncomingMessage, response: ServerResponse, body: Record<string, unknown>) => boolean;

describe('a model server that fails', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    mock.timers.reset();
    for (const close of closing.splice(0).reverse()) await close();
  });

  const start = async (options: Partial<StandInOptions & EndpointOptions> = {}) => {
    const fault: { now?: Fault } = {};
    const server = await StandInServer.start({
      story: STORY,
      instead: (request, response, body) => fault.now?.(request, response, body) ?? false,
      ...options,
    });
    const patience = { silenceMs: 5_000 };
    const engine = new EndpointEngine(
      Object.assign(patience, { address: readAddress(server.url, false), key: '', model: '', ...options }),
    );
    const healths: EngineHealth[] = [];
    engine.onHealth((health) => healths.push(health));
    closing.push(
      () => server.close(),
      () => engine.dispose(),
    );
    const ask = () => engine.complete({ prefix: BEGINNING, maxTokens: 24 });
    /** What the engine says of itself after a request has failed. */
    const trouble = async () => {
      await assert.rejects(ask(), FAILED);
      const { health } = engine;
      assert.ok(health.state === 'error');
      assert.equal(health.server, engine.host);
      return health;
    };
    return { server, engine, fault, healths, patience, ask, trouble };
  };

  const page: Fault = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');
    return true;
  };

  it('is told of when nobody answers', async () => {
    const { server, engine } = await start();
    await server.close();
    closing.splice(0, 1);
    await assert.rejects(engine.info(), /cannot be reached \(ECONNREFUSED\)\. Check that the server runs/);
    assert.ok(engine.health.state === 'error' && engine.health.retryInMs === 2_000);
  });

  it('is told of when its certificate is not trusted', async () => {
    const agent = new Agent();
    const error = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    agent.createConnection = (options) => {
      const socket = connect(options as TcpNetConnectOpts);
      return socket.prependOnceListener('connect', () => socket.destroy(error));
    };
    const { engine } = await start({ chooseAgent: () => agent });
    await assert.rejects(engine.info(), /certificate of .* is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
  });

  it('is told of when it is silent', async () => {
    const { fault, patience, ask, trouble, engine } = await start();
    await engine.info();
    fault.now = () => true;
    patience.silenceMs = 20;
    assert.match((await trouble()).message, /has been silent/);
    fault.now = undefined;
    await assert.rejects(ask(), FAILED);
  });

  it('is left alone for as long as it asks for, and then asked again by itself', async () => {
    const { server, fault, ask, trouble, engine, healths } = await start();
    await ask();
    fault.now = (_, response) => {
      response.writeHead(429, { 'retry-after': '7' }).end('{"error":{"message":"Too many requests"}}');
      return true;
    };
    mock.timers.enable({ apis: ['setTimeout'] });
    const health = await trouble();
    assert.match(health.message, /has too much to do \(429\) \(“Too many requests”\)/);
    assert.equal(health.retryInMs, 7_000);
    fault.now = undefined;
    const { requests } = server.counts;
    for (let key = 0; key < 20; key++) await assert.rejects(ask(), FAILED);
    assert.equal(server.counts.requests, requests, 'keys do not reach a server that asked for a pause');
    mock.timers.tick(7_000);
    mock.timers.reset();
    while (engine.health.state !== 'ready') await new Promise((heard) => setImmediate(heard));
    assert.equal(healths.filter(({ state }) => state === 'error').length, 1, 'it is said once');
    assert.equal((await ask()).suggestions.length, 1);
  });

  it('waits longer each time', async () => {
    const { fault, ask, engine, healths } = await start();
    await ask();
    fault.now = (_, response) => {
      response.writeHead(503).end('{"error":{"message":"Loading model","type":"unavailable_error","code":503}}');
      return true;
    };
    mock.timers.enable({ apis: ['setTimeout'] });
    await assert.rejects(ask(), /is still reading its model/);
    const pauses = () => healths.flatMap((health) => (health.state === 'error' ? [health.retryInMs] : []));
    while (pauses().length < 5) {
      mock.timers.tick(60_000);
      await new Promise((heard) => setImmediate(heard));
    }
    assert.deepEqual(pauses(), [2_000, 5_000, 15_000, 60_000, 60_000]);
    assert.equal(engine.health.state, 'error');
  });

  it('is left alone longer each time too where it lists its models and writes nothing', async () => {
    const { fault, ask, engine, healths } = await start();
    await ask();
    fault.now = ({ url }, response) => {
      if (url !== '/v1/completions') return false;
      response.writeHead(429).end('{"error":{"message":"Too many requests"}}');
      return true;
    };
    const pauses = () => healths.flatMap((health) => (health.state === 'error' ? [health.retryInMs] : []));
    const failsAgain = async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      await assert.rejects(ask(), FAILED);
      mock.timers.tick(60_000);
      mock.timers.reset();
      while (engine.health.state !== 'ready') await new Promise((heard) => setImmediate(heard));
      assert.equal((await engine.complete({ prefix: 'mid', suffix: 'word' })).reason, 'mid-word', 'asks no server');
    };
    for (let times = 0; times < 4; times++) await failsAgain();
    assert.deepEqual(pauses(), [2_000, 5_000, 15_000, 60_000]);
    const { now } = fault;
    fault.now = undefined;
    await ask();
    fault.now = now;
    await failsAgain();
    assert.equal(pauses().at(-1), 2_000, 'it was well in between');
  });

  it('holds nobody who gives up while it is connected to, and others wait on', async () => {
    const { fault, engine } = await start();
    const held: (() => void)[] = [];
    fault.now = () => {
      if (held.length > 0) return false;
      held.push(() => {});
      return true;
    };
    const controller = new AbortController();
    const { signal } = controller;
    const others = assert.rejects(engine.info(), /was shut down/);
    const completion = assert.rejects(engine.complete({ prefix: BEGINNING }, signal), { name: 'AbortError' });
    const generation = engine.generate({ text: BEGINNING, config: { maxNewTokens: 4 } }, undefined, signal);
    while (held.length === 0) await new Promise((heard) => setImmediate(heard));
    controller.abort();
    await completion;
    assert.deepEqual(await generation, { text: '', ids: [], logprobs: [], finish: 'cancelled', sequences: [] });
    assert.equal(engine.health.state, 'starting');
    await engine.dispose();
    await others;
  });

  it('is not asked again where it does not help: a wrong key, a web page', async () => {
    const wrong = await start({ key: 'right' });
    const { engine } = wrong;
    assert.equal((await engine.info()).name, 'story');
    wrong.fault.now = (_, response) => {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"Unauthorized"}');
      return true;
    };
    const key = await wrong.trouble();
    assert.match(
      key.message,
      /does not take the key \(401\) \(“Unauthorized”\)\. Set it with “Inkling: Set Server Key”/,
    );
    assert.equal(key.retryInMs, undefined);
    const html = await start();
    html.fault.now = page;
    const other = await html.trouble();
    assert.match(other.message, /is no server for completions: it answers 200 with a web page\. Check the address/);
    assert.equal(other.retryInMs, undefined);
  });

  it('is asked again where the page of a network that wants a sign-in has hidden it', async () => {
    const { fault, trouble, engine, ask } = await start();
    assert.equal((await engine.info()).name, 'story');
    mock.timers.enable({ apis: ['setTimeout'] });
    fault.now = page;
    const hidden = await trouble();
    assert.match(hidden.message, /it answers 200 with a web page/);
    assert.equal(hidden.retryInMs, 2_000);
    fault.now = undefined;
    mock.timers.tick(2_000);
    mock.timers.reset();
    while (engine.health.state !== 'ready') await new Promise((heard) => setImmediate(heard));
    assert.equal((await ask()).suggestions.length, 1);
  });

  it('is not said to refuse a key where a firewall or a proxy refuses', async () => {
    for (const [status, said] of [
      [403, /is no server for completions: it answers 403 with a web page/],
      [407, /^The proxy wants a sign-in \(407\)/],
    ] as const) {
      const { fault, trouble } = await start();
      fault.now = (_, response) => {
        response.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>Blocked</body></html>');
        return true;
      };
      assert.match((await trouble()).message, said);
    }
  });

  it('is asked again where a gateway stands before it that cannot reach it for a while', async () => {
    const { fault, trouble, engine, ask } = await start();
    mock.timers.enable({ apis: ['setTimeout'] });
    for (const [status, pause] of [
      [502, 2_000],
      [504, 2_000],
      [503, 9_000],
    ]) {
      const { fault: other, trouble: another } = status === 502 ? { fault, trouble } : await start();
      other.now = (_, response) => {
        const headers = { 'content-type': 'text/html', ...(status === 503 && { 'retry-after': '9' }) };
        response.writeHead(status, headers).end(`<html><h1>${status}</h1></html>`);
        return true;
      };
      const { message, retryInMs } = await another();
      assert.ok(message.includes(`(${status})`), message);
      assert.equal(retryInMs, pause);
    }
    fault.now = undefined;
    mock.timers.tick(2_000);
    mock.timers.reset();
    while (engine.health.state !== 'ready') await new Promise((heard) => setImmediate(heard));
    assert.equal((await ask()).suggestions.length, 1);
  });

  it('is asked anew what it serves where it was started again with another model, and none is named', async () => {
    for (const away of [true, false]) {
      const { fault, ask, trouble, engine } = await start({ flavour: 'vllm' });
      const tokenizer = await engine.tokenizer();
      const restarted: Fault = ({ url }, response, body) => {
        if (url === '/v1/models') {
          response.writeHead(200).end(JSON.stringify({ data: [{ id: 'novel' }] }));
          return true;
        }
        if (url !== '/v1/completions') return false;
        if (body.model === 'novel') {
          body.model = 'story';
          return false;
        }
        const message = `The model \`${body.model}\` does not exist.`;
        response.writeHead(404).end(JSON.stringify({ error: { message, code: 404 } }));
        return true;
      };
      fault.now = restarted;
      if (away) {
        fault.now = (_, response) => {
          response.writeHead(502).end();
          return true;
        };
      }
      mock.timers.enable({ apis: ['setTimeout'] });
      assert.equal((await trouble()).retryInMs, 2_000);
      fault.now = restarted;
      mock.timers.tick(2_000);
      mock.timers.reset();
      while (engine.health.state !== 'ready') await new Promise((heard) => setImmediate(heard));
      assert.equal((await engine.info()).name, 'novel');
      assert.equal(await engine.tokenizer(), tokenizer, 'tokens that were met keep their ids');
      assert.equal((await ask()).suggestions.length, 1);
    }
  });

  it('is not said to lack what a gateway could not ask it for', async () => {
    const { fault, engine } = await start({ flavour: 'vllm' });
    let asked = 0;
    fault.now = ({ url }, response) => {
      if (url !== '/v1/completions' || asked++ > 0) return false;
      response.writeHead(502).end();
      return true;
    };
    mock.timers.enable({ apis: ['setTimeout'] });
    await assert.rejects(engine.info(), /\(502\)/);
    mock.timers.tick(2_000);
    mock.timers.reset();
    while (engine.health.state !== 'ready') await new Promise((heard) => setImmediate(heard));
    assert.deepEqual((await engine.info()).server.lacks, []);
  });

  it('is well again where it writes, though its list of models fails as it always did', async () => {
    const { fault, engine, ask, trouble } = await start();
    const noList: Fault = ({ url }, response) => {
      if (url === '/v1/models') response.writeHead(500).end();
      return url === '/v1/models';
    };
    fault.now = noList;
    await ask();
    fault.now = (_, response) => {
      response.writeHead(429).end();
      return true;
    };
    mock.timers.enable({ apis: ['setTimeout'] });
    await trouble();
    fault.now = noList;
    mock.timers.tick(2_000);
    mock.timers.reset();
    while (engine.health.state !== 'ready') await new Promise((heard) => setImmediate(heard));
  });

  it('does not seem to start for ever where it takes no request at all, and is not asked at each key', async () => {
    const { fault, ask, trouble, engine } = await start();
    let asked = 0;
    fault.now = (_, response) => {
      asked++;
      response.writeHead(400).end(`{"error":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
      return true;
    };
    assert.match((await trouble()).message, /does not take the request \(400\)/);
    const before = asked;
    await assert.rejects(ask(), FAILED);
    assert.equal(asked, before);
    assert.equal(engine.health.state, 'error');
  });

  it('is sent less of a text that it calls too long in other words', async () => {
    for (const said of [
      [400, 'The decoder prompt (length 300) is longer than the maximum model length of 256.'],
      [422, 'Input validation error: `inputs` must have less than 256 tokens. Given: 300'],
      [400, 'Prompt length (300) exceeds maximum input length (256) set in build config'],
      [400, "The input exceeded this model's context window limit"],
      [413, 'Payload Too Large'],
    ] as const) {
      const { fault, engine } = await start();
      await engine.info();
      fault.now = (_, response, body) => {
        if (String(body.prompt).length < 500) return false;
        response.writeHead(said[0], { 'content-type': 'application/json' }).end(JSON.stringify({ error: said[1] }));
        return true;
      };
      const { suggestions } = await engine.complete({
        prefix: `${'It rained. '.repeat(200)}${BEGINNING}`,
        maxTokens: 24,
      });
      assert.equal(suggestions[0]?.text, ' the lamp before the ships came home.', said[1]);
    }
  });

  it('is told of when it does not have the model', async () => {
    const { trouble } = await start({ model: 'novel' });
    assert.match((await trouble()).message, /has no model “novel”\. It serves: story\. Name one of them/);
  });

  it('is told of when it answers with JSON of another kind', async () => {
    const { fault, engine, trouble } = await start();
    await engine.info();
    fault.now = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('null');
      return true;
    };
    assert.match((await trouble()).message, /sends something else than completions/);
  });

  it('is told of when it would speak another protocol', async () => {
    const { fault, engine, trouble } = await start();
    await engine.info();
    fault.now = (_, response) => {
      response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
      return true;
    };
    assert.match((await trouble()).message, /broke off/);
  });

  it('is told of when an event of its stream does not end, before it has filled the memory', async () => {
    const { fault, engine, trouble } = await start();
    await engine.info();
    let sent = 0;
    fault.now = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: ');
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(2 ** 20))) sent++;
        sent++;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
      return true;
    };
    assert.match((await trouble()).message, /The answer of .* does not end/);
    assert.ok(sent < 64, `${sent} MB`);
  });

  it('keeps nothing of a stream that breaks off in the middle of a character', async () => {
    const { fault, ask, engine, trouble } = await start();
    await engine.info();
    fault.now = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const event = Buffer.from(`data: ${JSON.stringify({ choices: [{ text: ' caf\u00e9', index: 0 }] })}\n\n`);
      response.write(event.subarray(0, event.indexOf(0xc3) + 1), () => response.socket?.destroy());
      return true;
    };
    assert.match((await trouble()).message, /The answer of .* broke off/);
    await assert.rejects(ask(), FAILED);
  });

  it('is told of when another request has ended its stream, [DONE] and all', async () => {
    const { fault, engine, trouble } = await start({ flavour: 'llama-cpp-python' });
    await engine.info();
    const recorded = EXCHANGES.find(({ id }) => id === 'stream-interrupted/1');
    assert.ok(recorded);
    fault.now = (_, response) => {
      response.socket?.end(bytesOf(recorded));
      return true;
    };
    const config = { maxNewTokens: 64, doSample: false };
    await assert.rejects(engine.generate({ text: 'The old house stood at the edge of the', config }), /broke off/);
    await trouble();
  });

  it('sends the rest of a text that was too long for a stream of nothing', async () => {
    const { fault, engine, server } = await start({ flavour: 'llama-cpp-python' });
    await engine.info();
    const nothing = EXCHANGES.find(({ id, server: name }) => id === 'stream-too-long' && name === 'llama-cpp-python');
    assert.ok(nothing);
    fault.now = (_, response, body) => {
      if (String(body.prompt).length < 200) return false;
      response.socket?.end(bytesOf(nothing));
      return true;
    };
    const filler = Array.from({ length: 99 }, (_, i) => `Day ${i}: rain. `).join('');
    const { suggestions } = await engine.complete({ prefix: filler + BEGINNING, maxTokens: 24 });
    assert.equal(suggestions[0].text, ' the lamp before the ships came home.');
    assert.ok(String(server.bodies.at(-1)?.prompt).length < 200);
  });

  it('is sent texts as long as before after it has answered nothing at any length', async () => {
    const { fault, engine, ask, server } = await start({ flavour: 'llama-cpp-python' });
    await engine.info();
    fault.now = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: [DONE]\n\n');
      return true;
    };
    await assert.rejects(ask(), /answers nothing/);
    fault.now = undefined;
    const long = `${'It rained. '.repeat(100)}${BEGINNING}`;
    await engine.complete({ prefix: long, maxTokens: 4 });
    assert.ok(String(server.bodies.at(-1)?.prompt).length > 1000);
  });

  it('does not disturb others where it refuses one request', async () => {
    const { fault, ask, engine } = await start();
    await engine.info();
    fault.now = (_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no such sampler"}}');
      return true;
    };
    await assert.rejects(ask(), /does not take the request \(400\) \(“no such sampler”\)/);
    fault.now = undefined;
    assert.equal((await ask()).suggestions.length, 1);
  });

  it('asks again at once where only the connection was dead that was kept', async () => {
    const { server, ask, engine } = await start();
    await engine.info();
    server.closeConnections();
    assert.equal((await ask()).suggestions.length, 1);
    assert.equal(engine.health.state, 'ready');
  });

  it('does not follow a redirection, so that the key stays with the server', async () => {
    const { fault, trouble } = await start({ key: 'secret' });
    const elsewhere = await StandInServer.start({ story: STORY });
    closing.push(() => elsewhere.close());
    let reached = false;
    fault.now = (_, response) => {
      reached = true;
      response.writeHead(307, { location: `${elsewhere.url}/v1/completions` }).end();
      return true;
    };
    assert.match((await trouble()).message, /is no server for completions: it answers 307/);
    assert.ok(reached);
    assert.equal(elsewhere.counts.requests, 0);
  });
});

describe('the address of a model server', () => {
  it('is taken with and without /v1, below a path too', () => {
    for (const address of [
      'http://localhost:8080',
      'http://localhost:8080/',
      'http://localhost:8080/v1',
      ' http://localhost:8080/v1/ ',
      'http://localhost:8080/v1//',
      'http://localhost:8080/v1/completions',
      'http://localhost:8080/v1/chat/completions/',
      'http://localhost:8080/v1/models',
    ]) {
      assert.equal(readAddress(address, false).root.href, 'http://localhost:8080/');
    }
    assert.equal(readAddress('https://gpu.example.org/llm/v1', false).root.href, 'https://gpu.example.org/llm/');
  });

  it('is of this machine where a server says that it listens everywhere', () => {
    for (const [said, meant] of [
      ['http://0.0.0.0:8000/v1', 'http://127.0.0.1:8000/'],
      ['http://[::]:8080', 'http://[::1]:8080/'],
    ]) {
      const { root, isHere } = readAddress(said, false);
      assert.deepEqual([root.href, isHere], [meant, true]);
    }
  });

  it('is asked at the host that is shown, whatever its path looks like', () => {
    for (const path of ['//elsewhere.example/v1', '//:/', '/\\\\elsewhere.example', '/%2f%2felsewhere.example']) {
      const { root, host } = readAddress(`https://models.example${path}`, false);
      assert.equal(root.host, host);
      assert.equal(new URL('v1/completions', root).host, 'models.example');
    }
  });

  it('is refused with plain http beyond this machine, unless that is allowed', () => {
    for (const here of [
      'http://127.0.0.1:1',
      'http://127.9.9.9',
      'http://[::1]:8080',
      'http://localhost',
      'http://a.localhost',
    ]) {
      assert.equal(readAddress(here, false).isHere, true, here);
    }
    for (const there of [
      'http://192.168.0.4:8080',
      'http://127.0.0.1.example.org',
      'http://localhost.example.org',
      'http://[::2]',
    ]) {
      assert.throws(() => readAddress(there, false), /is another machine, and over plain http/, there);
      assert.equal(readAddress(there, true).isHere, false);
    }
    assert.equal(readAddress('https://gpu.example.org', false).isHere, false);
  });

  it('is refused where it is none, or holds a password', () => {
    for (const address of ['', 'gpu-box:8000', 'ftp://gpu.example.org', 'file:///etc/passwd']) {
      assert.throws(() => readAddress(address, true), /begins with https:\/\/ or http:\/\//, address);
    }
    assert.throws(
      () => readAddress('https://me:secret@gpu.example.org', true),
      (error: Error) => !/secret/.test(error.message),
    );
  });
});
