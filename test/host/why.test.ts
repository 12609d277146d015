import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, configure, inkling, type, write } from './support';

const OPENING = 'The old house stood at the end of the road, and nobody in the village';
const whyNot = () => vscode.commands.executeCommand<string>('inkling.whyNoSuggestion');

describe('asking why', () => {
  before(inkling);
  afterEach(async () => {
    await closeAll();
    await configure({ 'ghostText.triggerRate': undefined, 'ghostText.mode': undefined, exclude: undefined });
  });

  it('gives the numbers when the model was not sure enough', async () => {
    await configure({ 'ghostText.triggerRate': 0.01 });
    await write(OPENING);
    await type(' qu');
    assert.match(await whyNot(), /can be expected to save -?\d+\.\d\d characters, and \d+\.\d\d are asked for/);
  });

  it('names the language, the selection, the mode and the pattern that keep it silent', async () => {
    const code = await write('let x', 'javascript');
    await type(' ');
    assert.match(await whyNot(), /javascript/);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');

    const prose = await write(OPENING);
    await type(' k');
    await configure({ 'ghostText.mode': 'manual' });
    assert.match(await whyNot(), /only when asked/);
    await configure({ 'ghostText.mode': undefined });
    prose.selection = new vscode.Selection(0, 0, 0, 3);
    assert.match(await whyNot(), /selected/);
    assert.equal(code.document.languageId, 'javascript');
  });

  it('explains a suggestion token by token', async () => {
    await configure({ 'ghostText.triggerRate': 1 });
    await write(OPENING);
    await type(' k');
    const page = await vscode.commands.executeCommand<string>('inkling.whyThisSuggestion');
    assert.match(page, />Token<.*>Probability<.*>Rank<.*>Runner-up</);
    assert.match(page, /To reproduce it/);
    assert.equal((await inkling()).report('Why This Suggestion'), page);
  });
});
