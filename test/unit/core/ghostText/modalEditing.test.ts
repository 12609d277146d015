import assert from 'node:assert/strict';
import { type CursorShape, keysAreCommands } from '../../../../src/core/ghostText/modalEditing';

describe('modal editing', () => {
  const vim = ['vscodevim.vim'];
  const at = (
    shape: CursorShape | undefined,
    more: { chosen?: string; inserting?: string; extensions?: string[] } = {},
  ) => keysAreCommands({ extensions: vim, shape, chosen: 'line', inserting: undefined, ...more });

  it('takes keys for commands where the cursor has another shape than for text', () => {
    for (const shape of ['block', 'underline', 'block-outline', 'underline-thin'] as const) assert.ok(at(shape), shape);
  });

  it('takes keys for text in insert mode', () => {
    assert.ok(!at('line'));
    assert.ok(!at('line-thin'));
    assert.ok(!at('line', { chosen: 'block' }), 'an extension that draws a line whatever was chosen');
  });

  it('takes keys for text in insert mode under the shape that the writer has chosen', () => {
    assert.ok(!at('block', { chosen: 'block' }), 'editor.cursorStyle');
    assert.ok(!at('underline', { chosen: 'block', inserting: 'underline' }), 'vim.cursorStylePerMode');
    assert.ok(at('block', { chosen: 'underline' }), 'another shape is no sign of text');
  });

  it('knows nothing without such an extension, nor of a cursor that is not known', () => {
    assert.ok(!at('block', { extensions: [] }));
    assert.ok(!at(undefined));
  });
});
