import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/editor/testApi';
import { temporaryFolder } from '../support/randomModel';
import {
  answerAt,
  closeAll,
  configure,
  eventually,
  expectAnother,
  inkling,
  outcome,
  show,
  type,
  typeUntilAsked,
} from './support';

const OPENING = 'The old house stood at the end of the road, and nobody in the village';

describe('where writers write', () => {
  let api: TestApi;
  let folder: string;
  before(async () => {
    api = await inkling();
    folder = await temporaryFolder();
    await configure({ 'ghostText.triggerRate': 1, 'ghostText.lookAhead': false });
  });
  afterEach(closeAll);
  after(async () => {
    await configure({ 'ghostText.triggerRate': undefined, 'ghostText.lookAhead': undefined });
    await rm(folder, { recursive: true });
  });

  const silent = (code: string) =>
    eventually(`silence: ${code}`, () => {
      const last = outcome();
      return last?.kind === 'suppressed' && last.suppression.code === code;
    });

  it('the status item says which machine runs the model', async () => {
    await api.engine.info();
    const { remoteName, uiKind } = vscode.env;
    const isElsewhere = remoteName !== undefined || uiKind === vscode.UIKind.Web;
    const words = isElsewhere ? /The model runs on the remote machine \(.+\)\./ : /The model runs on this machine\./;
    await eventually('its machine', () => words.test(api.status()?.detail ?? ''));
  });

  it('a file of another folder than the open ones is a document like any', async () => {
    const path = join(folder, 'elsewhere.md');
    await writeFile(path, OPENING);
    await show(vscode.Uri.file(path));
    await type(' k');
    await answerAt(' k');
  });

  it('a file that a virtual file system keeps gets suggestions, and one that it keeps from changes none', async () => {
    const files = new MemoryFiles();
    const registrations = [
      vscode.workspace.registerFileSystemProvider('memfs', files, { isReadonly: false }),
      vscode.workspace.registerFileSystemProvider('vsls', files, { isReadonly: false }),
      vscode.workspace.registerFileSystemProvider('vscode-vfs', files, { isReadonly: true }),
    ];
    try {
      for (const scheme of ['memfs', 'vsls']) {
        files.content = new TextEncoder().encode(OPENING);
        await show(vscode.Uri.parse(`${scheme}:/draft.md`));
        await type(' k');
        await answerAt(' k');
        await closeAll();
      }
      await show(vscode.Uri.parse('vscode-vfs://github/owner/draft.md'));
      await eventually(
        'off',
        () => api.status()?.kind === 'off' && /read-only|cannot be changed/.test(api.status()?.detail ?? ''),
      );
    } finally {
      for (const registration of registrations) registration.dispose();
    }
  });

  it('the new side of a comparison is a document, and the old side and what others made are not', async () => {
    const [before, after] = [join(folder, 'before.md'), join(folder, 'after.md')];
    await writeFile(before, OPENING);
    await writeFile(after, OPENING);
    await vscode.commands.executeCommand('vscode.diff', vscode.Uri.file(before), vscode.Uri.file(after));
    await eventually('the new side', () => vscode.window.activeTextEditor?.document.uri.fsPath === after);
    const [editor] = vscode.window.visibleTextEditors.filter(({ document }) => document.uri.fsPath === after);
    const end = editor.document.positionAt(OPENING.length);
    editor.selection = new vscode.Selection(end, end);
    expectAnother();
    await typeUntilAsked('k');
    await eventually('silence until it is asked', () => {
      const last = outcome();
      return last?.kind === 'suppressed' && last.suppression.code === 'diff';
    });
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await answerAt('k');
    await closeAll();

    const shown = vscode.workspace.registerTextDocumentContentProvider('old-version', {
      provideTextDocumentContent: () => OPENING,
    });
    await show(vscode.Uri.parse('old-version:/old.md'));
    await eventually('off', () => api.status()?.kind === 'off');
    shown.dispose();
  });

  it('each folder of a window has its own say', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    await mkdir(join(first, '.vscode'), { recursive: true });
    await mkdir(second);
    await writeFile(join(first, 'a.md'), OPENING);
    await writeFile(join(second, 'a.md'), OPENING);
    await configure({ exclude: { [vscode.Uri.file(join(first, 'a.md')).toString()]: true } });
    await show(vscode.Uri.file(join(first, 'a.md')));
    await type(' k');
    await silent('disabled');
    await closeAll();
    await show(vscode.Uri.file(join(second, 'a.md')));
    await type(' k');
    await answerAt(' k');
    await configure({ exclude: undefined });
  });
});

/** A file system with one file. */
class MemoryFiles implements vscode.FileSystemProvider {
  content = new Uint8Array();
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  stat(): vscode.FileStat {
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.content.length };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  readFile(): Uint8Array {
    return this.content;
  }

  writeFile(_uri: vscode.Uri, content: Uint8Array): void {
    this.content = Uint8Array.from(content);
  }

  createDirectory(): void {}
  delete(): void {}
  rename(): void {}
}
