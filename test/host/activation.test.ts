import assert from 'node:assert/strict';
import { extensions } from 'vscode';

describe('activation', () => {
  it('succeeds in the real extension host', async () => {
    const inkling = extensions.getExtension('inkling.inkling');
    assert.ok(inkling, 'the extension is not there');
    await inkling.activate();
    assert.equal(inkling.isActive, true);
  });
});
