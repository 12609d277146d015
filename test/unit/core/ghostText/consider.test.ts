import assert from 'node:assert/strict';
import { consider, readPlainText } from '../../../../src/core/ghostText/consider';
import { leastRest } from '../../../../src/core/ghostText/gate';
import { ghostTextSettings } from '../../../../src/core/ghostText/settings';
import { afterKey } from '../../../../src/core/ghostText/suppression';
import { SETTINGS } from '../../../../src/manifest';

const settings = ghostTextSettings(<T>(name: string) => SETTINGS[`inkling.${name}`].default as T);
const enabled = { markdown: true, plaintext: true };

function at(before: string, after = '', change: Partial<ReturnType<typeof afterKey>> = {}) {
  const context = { ...afterKey(before, after, 'plaintext', enabled), ...change };
  const { suppressed, request } = consider({ context, read: () => readPlainText(before), settings });
  return { suppressed, request: request() };
}

describe('what to do at a place', () => {
  it('is to ask for one suggestion under the settings where the writer types', () => {
    const { suppressed, request } = at('One\nThe cat', '.\nMore');
    assert.equal(suppressed, null);
    assert.equal(request.prefix, 'One\nThe cat');
    assert.equal(request.suffix, '.', 'only the rest of the line');
    assert.deepEqual([request.maxTokens, request.alternatives], [24, 1]);
    assert.equal(request.minRestLogprob, leastRest(settings.triggerRate), 'no more than could be shown');
  });

  it('is to ask for several, however unsure, for who asks', () => {
    const { request } = at('The cat', '', { trigger: 'invoke' });
    assert.equal(request.alternatives, 5);
    assert.equal(request.minRestLogprob, Number.NEGATIVE_INFINITY, 'to the end of the sentence');
  });

  it('is to stay short while energy is saved, but not for who asks', () => {
    const ask = (trigger: 'typing' | 'invoke') => {
      const context = { ...afterKey('The', '', 'plaintext', enabled), trigger };
      return consider({ context, read: () => readPlainText('The'), settings, energySavingTokens: 8 }).request()
        .maxTokens;
    };
    assert.deepEqual([ask('typing'), ask('invoke')], [8, 24]);
  });

  it('is to write on from an item that is selected in an open list', () => {
    const selectedItem = { text: 'villagers', replaces: 'vill' };
    const context = { ...afterKey('None of the vill', '', 'plaintext', enabled), selectedItem };
    // The editor reads up to where the item begins.
    const { request } = consider({ context, read: () => readPlainText('None of the '), settings });
    assert.equal(request().prefix, 'None of the villagers');
  });

  it('is to be silent where the place says so, with what the model would have been asked', () => {
    const { suppressed, request } = at('The ca', 't');
    assert.equal(suppressed?.code, 'mid-word');
    assert.equal(request.prefix, 'The ca');
  });

  it('is not read where Inkling is off, and once elsewhere', () => {
    let reads = 0;
    const read = () => {
      reads++;
      return readPlainText('The cat');
    };
    const context = afterKey('The cat', '', 'plaintext', enabled);
    for (const off of [{ enabled: false }, { languages: [] }, { manualOnly: true }, { selectionEmpty: false }]) {
      assert.ok(consider({ context: { ...context, ...off }, read, settings }).suppressed);
    }
    assert.equal(reads, 0);
    consider({ context, read, settings }).request();
    assert.equal(reads, 1);
  });

  it('is the same whatever ends the lines', () => {
    for (const end of ['\r\n', '\r', '\u2028']) {
      assert.deepEqual(at(`One${end}The cat`, `.${end}More`), at('One\nThe cat', '.\nMore'));
    }
  });
});
