import assert from 'node:assert/strict';
import { contributes } from '../../../package.json';
import { SETTINGS } from '../../../src/manifest';

describe('what an administrator can rely on', () => {
  it('is that what is run, where it comes from and who is asked belongs to the machine, not to a folder', () => {
    const ofMachine = Object.keys(SETTINGS).filter((name) => /^inkling\.(?:model|hub|engine)\./.test(name));
    assert.ok(ofMachine.length >= 9);
    for (const name of ofMachine) assert.match(SETTINGS[name].scope ?? '', /^machine$/, name);
    assert.equal(SETTINGS['inkling.hub.enabled'].default, true);
  });

  it('is that Inkling keeps no secret in the settings: one that was there is deprecated and moved', () => {
    for (const { properties } of contributes.configuration) {
      for (const [name, schema] of Object.entries(properties)) {
        if (!/token$|key$|password|secret/i.test(name)) continue;
        assert.ok('markdownDeprecationMessage' in schema, name);
      }
    }
  });
});
