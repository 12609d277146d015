import assert from 'node:assert/strict';
import { buildWithTinyModel, inkling } from '../../support/build';
import { type StandInOptions, StandInServer } from '../../support/standInServer';

const STORY = 'The keeper climbed the stairs every evening and lit the lamp before the ships came home.';
const BEGINNING = 'The keeper climbed the stairs every evening and lit';

describe('the command line with a model server', () => {
  const servers: StandInServer[] = [];
  before(async function () {
    this.timeout(120_000);
    await buildWithTinyModel();
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const start = async (options: Partial<StandInOptions> = {}) => {
    const server = await StandInServer.start({ story: STORY, ...options });
    servers.push(server);
    return server;
  };

  it('completes, explains and writes on with --endpoint', async () => {
    const { url } = await start();
    const [complete, explain, generate] = await Promise.all([
      inkling(['complete', BEGINNING, '--endpoint', url]),
      inkling(['explain', BEGINNING, '--endpoint', url, '--json', '--top-k', '3']),
      inkling(['generate', BEGINNING, '--endpoint', `${url}/v1`, '--max-new-tokens', '3']),
    ]);
    assert.equal(complete.stdout, ' the lamp before the ships came home.\n');
    const { next, tokens, model } = JSON.parse(explain.stdout);
    assert.equal(next[0].text, ' the');
    assert.ok(Math.abs(next[0].probability - 0.8) < 1e-6);
    assert.equal(tokens.length, 9);
    assert.equal(model, 'story');
    assert.equal(generate.stdout, ' the lamp before\n');
  });

  it('takes the key from the environment, and says so where the server wants another', async () => {
    const { url } = await start({ key: 'very-secret' });
    const args = ['complete', BEGINNING, '--endpoint', url, '--max-tokens', '3'];
    const right = await inkling(args, { env: { INKLING_SERVER_KEY: 'very-secret' } });
    assert.equal(right.stdout, ' the lamp before\n');
    const wrong = await inkling(args, { env: { INKLING_SERVER_KEY: 'other-secret' } });
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /^inkling: 127\.0\.0\.1:\d+ does not take the key \(401\)/);
    assert.match(wrong.stderr, /INKLING_SERVER_KEY/);
    assert.doesNotMatch(wrong.stderr, /other-secret/);
  });

  it('takes a key that ends in a newline, and refuses one with a sign that no key holds, by its sign', async () => {
    const { url } = await start({ key: 'very-secret' });
    const args = ['complete', BEGINNING, '--endpoint', url, '--max-tokens', '3'];
    const copied = await inkling(args, { env: { INKLING_SERVER_KEY: 'very-secret\n' } });
    assert.equal(copied.stdout, ' the lamp before\n');
    const odd = await inkling(args, { env: { INKLING_SERVER_KEY: 'very…secret' } });
    assert.equal(odd.status, 1);
    assert.match(odd.stderr, /^inkling: The key for 127\.0\.0\.1:\d+ holds "…", which no key does\. Set it again/);
    assert.doesNotMatch(odd.stderr, /secret/);
  });

  it('asks a server on this machine without a proxy, which would read text and key', async () => {
    const { url } = await start();
    let reached = 0;
    const proxy = await start({
      instead: (_, response) => {
        reached++;
        response.writeHead(502).end();
        return true;
      },
    });
    const env = { HTTP_PROXY: proxy.url, http_proxy: proxy.url, ALL_PROXY: proxy.url, NO_PROXY: '', no_proxy: '' };
    const { stdout } = await inkling(['complete', BEGINNING, '--endpoint', url], { env });
    assert.equal(stdout, ' the lamp before the ships came home.\n');
    assert.equal(reached, 0);
  });

  it('names the options that the server does not have as they were typed', async () => {
    const { url } = await start({ flavour: 'vllm' });
    const args = ['generate', BEGINNING, '--endpoint', url, '--num-beams', '2', '--length-penalty', '2'];
    const { status, stderr } = await inkling(args);
    assert.equal(status, 2);
    assert.match(stderr, /^inkling: 127\.0\.0\.1:\d+ does not do this: --num-beams, --length-penalty\. Leave it out/);
  });

  it('explains nothing where the server gives no probabilities', async () => {
    const { url } = await start({ flavour: 'transformers' });
    const { status, stdout, stderr } = await inkling(['explain', BEGINNING, '--endpoint', url]);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^inkling: 127\.0\.0\.1:\d+ gives no probabilities/);
  });

  it('says in one sentence what is wrong with a server', async () => {
    const { url } = await start();
    const [model, plain, none, nobody] = await Promise.all([
      inkling(['complete', 'x y', '--endpoint', url, '--endpoint-model', 'novel']),
      inkling(['complete', 'x y', '--endpoint', 'http://192.0.2.1:8080']),
      inkling(['complete', 'x y', '--endpoint', 'gpu-box']),
      inkling(['complete', 'x y', '--endpoint', 'http://127.0.0.1:9']),
    ]);
    assert.match(model.stderr, /has no model “novel”\. It serves: story\./);
    assert.equal(plain.status, 2);
    assert.match(plain.stderr, /192\.0\.2\.1:8080 is another machine, and over plain http .*--allow-plain-http/);
    assert.equal(none.status, 2);
    assert.match(none.stderr, /“gpu-box”, is none: it begins with https:\/\/ or http:\/\//);
    assert.equal(nobody.status, 1);
    assert.match(nobody.stderr, /127\.0\.0\.1:9 cannot be reached/);
    for (const { stderr } of [model, plain, none, nobody]) assert.doesNotMatch(stderr, /\n\s+at /);
  });
});
