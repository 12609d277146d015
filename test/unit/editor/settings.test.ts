import assert from 'node:assert/strict';
import { isEnabledFor } from '../../../src/core/ghostText/settings';
import { decidingPlace, readSettings } from '../../../src/editor/settings';
import { presets } from '../../../src/editor/writing/presets';
import { SETTINGS } from '../../../src/manifest';

const configOf = (values: Record<string, unknown>) => ({ get: <T>(key: string) => values[key] as T });

describe('the place of a setting that decides', () => {
  it('is where it stands for the language, then in the folder, the workspace and at last with the user', () => {
    const everywhere = {
      workspaceFolderLanguageValue: 1,
      workspaceLanguageValue: 2,
      globalLanguageValue: 3,
      workspaceFolderValue: 4,
      workspaceValue: 5,
      globalValue: 6,
    };
    const left = Object.entries(everywhere);
    const found = left.map((_, i) => decidingPlace(Object.fromEntries(left.slice(i))));
    assert.deepEqual(
      found.map(({ target, inLanguage, value }) => [target, inLanguage, value]),
      [
        ['WorkspaceFolder', true, 1],
        ['Workspace', true, 2],
        ['Global', true, 3],
        ['WorkspaceFolder', false, 4],
        ['Workspace', false, 5],
        ['Global', false, 6],
      ],
    );
  });

  it('is the user’s where it stands nowhere, and not where another is 0', () => {
    assert.deepEqual(decidingPlace(), { target: 'Global', inLanguage: false, value: undefined });
    assert.equal(decidingPlace({ workspaceValue: 0, globalValue: 0.3 }).target, 'Workspace');
  });
});

describe('settings', () => {
  it('fall back to the defaults of the manifest', () => {
    const settings = readSettings(configOf({}));
    assert.deepEqual(settings.enable, { markdown: true, plaintext: true, '*': false });
    assert.equal(settings.model.path, '');
    assert.equal(settings.model.precision, 'q8');
    assert.equal(settings.ghostText.maxTokens, 24);
    assert.equal(settings.engine.saveEnergy, 'auto');
  });

  it('keep numbers inside their bounds', () => {
    const bounded = (values: Record<string, unknown>) => readSettings(configOf(values)).ghostText;
    assert.equal(bounded({ 'ghostText.maxTokens': 0 }).maxTokens, 1);
    assert.equal(bounded({ 'ghostText.maxTokens': 1e9 }).maxTokens, 64);
    assert.equal(bounded({ 'ghostText.maxTokens': 7.6 }).maxTokens, 8);
    assert.equal(bounded({ 'ghostText.maxTokens': Number.NaN }).maxTokens, 24);
    assert.equal(bounded({ 'ghostText.triggerRate': -1 }).triggerRate, 0);
    assert.equal(bounded({ 'ghostText.triggerRate': 0.35 }).triggerRate, 0.35);
  });

  it('take the last of a list of blocked words beyond any use, and no word that is none', () => {
    const words = [...Array.from({ length: 50_000 }, (_, i) => `word${i}`), 'x'.repeat(201), 5, null, 'last'];
    const { blockedWords } = readSettings(configOf({ 'ghostText.blockedWords': words })).ghostText;
    assert.ok(blockedWords.length <= 10_000);
    assert.deepEqual(blockedWords.slice(-2), ['word49999', 'last']);
  });

  it('leave empty what may be empty', () => {
    const read = (values: Record<string, unknown>) => readSettings(configOf(values)).continueWriting;
    assert.equal(read({}).temperature, null);
    assert.equal(read({ 'continueWriting.temperature': 0 }).temperature, 0);
    assert.equal(read({ 'continueWriting.temperature': 7 }).temperature, 2);
    assert.equal(read({ 'continueWriting.seed': '7' }).seed, null);
  });

  it('offer every preset there is', () => {
    const offered = SETTINGS['inkling.continueWriting.preset'].enum;
    assert.deepEqual(
      offered,
      presets().map(({ name }) => name),
    );
  });

  it('treat a value of the wrong type as not set', () => {
    const settings = readSettings(
      configOf({ enable: null, 'model.path': 3, 'model.precision': 'q2', 'model.threads': 'two' }),
    );
    assert.deepEqual(settings.enable, SETTINGS['inkling.enable'].default);
    assert.deepEqual(settings.model, { path: '', precision: 'q8', threads: 2, keepDownload: false, offer: true });
  });

  it('are all read: none is offered that does nothing', () => {
    const asked = new Set<string>();
    readSettings({
      get: <T>(key: string) => {
        asked.add(`inkling.${key}`);
        return undefined as T;
      },
    });
    // A token in the settings is only moved from there to the secrets.
    const moved = 'inkling.hub.token';
    assert.deepEqual([...asked, moved].sort(), Object.keys(SETTINGS).sort());
  });

  it('let no workspace choose the model or the engine', () => {
    for (const [key, schema] of Object.entries(SETTINGS)) {
      if (/^inkling\.(model|engine)\./.test(key)) assert.equal(schema.scope, 'machine', key);
    }
  });

  it('enable a language by its own entry before that of *', () => {
    assert.equal(isEnabledFor({ markdown: false, '*': true }, 'markdown'), false);
    assert.equal(isEnabledFor({ markdown: false, '*': true }, 'latex'), true);
    assert.equal(isEnabledFor({}, 'markdown'), false);
  });

  it('enable no language by what is neither true nor false', () => {
    assert.equal(isEnabledFor({ markdown: 'false', '*': 'false' }, 'markdown'), false);
    assert.equal(isEnabledFor({ markdown: 'false', '*': true }, 'markdown'), true);
    assert.equal(isEnabledFor({ '*': false }, 'constructor'), false);
  });
});
