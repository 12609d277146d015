import * as vscode from 'vscode';
import { closeAll, eventually, inkling, write } from './support';

const TEXT = 'The boats came home to the harbour, and zebras juggled quantum marmalade.';

describe('the surprisal heat map', () => {
  before(inkling);
  afterEach(closeAll);

  it('stays on when the language of the document changes', async () => {
    const { document } = await write(TEXT);
    const saysSurprisal = async () => {
      const at = document.positionAt(TEXT.indexOf('marmalade'));
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at,
      );
      return hovers.length > 0;
    };
    await vscode.commands.executeCommand('inkling.toggleSurprisalHeatMap');
    await eventually('the scores', saysSurprisal);
    await vscode.languages.setTextDocumentLanguage(document, 'plaintext');
    await eventually('the scores still', saysSurprisal, 5);
  });
});
