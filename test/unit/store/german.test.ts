import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALIBRATION, storedCalibration } from '../../../src/core/ghostText/calibration';
import { LocalEngine } from '../../../src/engine/localEngine';
import { compileModel } from '../../../src/gpt2/compileModel';
import { ModelStore } from '../../../src/store/store';
import { useTemporaryFolder } from '../../support/content';
import { HubServer } from '../../support/hubServer';

const repo = 'autorin/kleines-gpt2';
const source = join(__dirname, '../../data/german');

/** What torch, transformers and tokenizers leave of a small German GPT-2; see make.py there. */
describe('a German model as torch writes it', () => {
  const folder = useTemporaryFolder();

  it('is downloaded, compiled, tested, and writes German', async () => {
    const server = await HubServer.start();
    for (const name of readdirSync(source)) {
      server.add(repo, name, readFileSync(join(source, name)));
    }
    const store = new ModelStore({
      root: join(folder(), 'store'),
      hub: { endpoint: server.endpoint },
      compile: compileModel,
      openEngine: (path) => LocalEngine.open(path),
    });
    const installed = await store.install(repo);
    await server.stop();
    const { sources } = installed.manifest.origin;
    assert.deepEqual(
      sources.map(({ name }) => name),
      ['config.json', 'tokenizer.json', 'special_tokens_map.json', 'tokenizer_config.json', 'pytorch_model.bin'],
    );
    const { calibration } = installed.manifest;
    assert.notDeepEqual(calibration, CALIBRATION);
    assert.deepEqual(storedCalibration(calibration), calibration);
    const engine = await LocalEngine.open(installed.folder);
    assert.deepEqual((await engine.info()).calibration, calibration);
    const { suggestions } = await engine.complete({ prefix: 'Das alte Haus stand am Ende der', minLogprob: -5 });
    assert.match(suggestions[0].text, /^ Straße, und niemand/);
    const tokenizer = await engine.tokenizer();
    const text = 'Die Großmutter öffnete und hörte den Zug';
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
    assert.deepEqual(
      tokenizer.tokenize(' und der').map(({ id }) => tokenizer.tokenText(id)),
      [' und', ' der'],
    );
    await engine.dispose();
  });
});
