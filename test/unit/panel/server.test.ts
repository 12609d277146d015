import assert from 'node:assert/strict';
import { readAddress } from '../../../src/engine/endpoint/address';
import { EndpointEngine } from '../../../src/engine/endpoint/endpointEngine';
import { Explainer } from '../../../src/panel/explainer';
import { readToPanel } from '../../../src/panel/protocol';
import { type Flavour, StandInServer } from '../../support/standInServer';

const STORY = 'The keeper climbed the stairs every evening and lit the lamp before the ships came home.';
const PLACE = {
  uri: 'file:///story.md',
  name: 'story.md',
  before: 'The keeper climbed the stairs every evening and lit',
  after: ' the lamp before the ships came home.',
};

describe('the panel and a model server', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const start = async (flavour: Flavour) => {
    const server = await StandInServer.start({ story: STORY, flavour });
    const engine = new EndpointEngine({ address: readAddress(server.url, false), key: '', model: '' });
    closing.push(
      () => server.close(),
      () => engine.dispose(),
    );
    return { engine, explainer: new Explainer(engine, () => '/models/here') };
  };
  const { signal } = new AbortController();

  for (const flavour of ['llama.cpp', 'vllm', 'llama-cpp-python'] as const) {
    it(`shows the tokens and the likeliest next ones of ${flavour}, in messages that the page takes`, async () => {
      const { explainer } = await start(flavour);
      const { message } = await explainer.position(PLACE, signal);
      const model = await explainer.model();
      assert.ok(readToPanel(message));
      assert.ok(readToPanel(model));
      assert.equal(message.tokens.map(({ text }) => text).join(''), PLACE.before);
      assert.ok(message.logits.length <= model.vocabulary.length, 'the page knows every token');
      const best = message.logits.indexOf(Math.max(...message.logits));
      assert.equal(model.vocabulary[best], ' the');
      assert.equal(model.path, undefined, 'no model of this machine has answered');
      assert.match(model.note ?? '', /gives the probabilities of its likeliest tokens, within which the sliders act/);
    });
  }

  it('tries a token, and says what becomes of the text after it where the server can', async () => {
    for (const [flavour, can] of [
      ['vllm', true],
      ['llama.cpp', false],
    ] as const) {
      const { engine, explainer } = await start(flavour);
      const place = await explainer.position(PLACE, signal);
      const [id] = (await engine.tokenizer()).encode(' the');
      const branch = await explainer.branch(place, [id], signal);
      assert.equal(branch.tokens.length, 1);
      assert.match(branch.continuation.map(({ text }) => text).join(''), /^ lamp before the ships came home\./);
      assert.equal(
        branch.after.every(({ now }) => now !== null),
        can,
        flavour,
      );
      assert.ok(readToPanel(branch));
    }
  });

  it('puts no token into the text that stands for others', async () => {
    const { engine, explainer } = await start('llama.cpp');
    await explainer.position(PLACE, signal);
    const tokenizer = await engine.tokenizer();
    const others = Array.from({ length: tokenizer.size }, (_, id) => id).find(
      (id) => tokenizer.has(id) && tokenizer.tokenText(id) === '(all other tokens)',
    );
    await assert.rejects(explainer.textOf([others ?? -1]), /stands for other tokens/);
  });
});
