import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { normaliseLineBreaks } from '../../src/core/text/lines';
import { DocumentChanges } from '../../src/editor/documentChanges';
import { DocumentText, offsetAt, positionAt, textBefore, wholeText } from '../../src/editor/documentText';
import { answerAt, closeAll, inkling, outcome, type, write } from './support';

const open = (content: string, language = 'markdown') => vscode.workspace.openTextDocument({ language, content });

describe('the text of a document', () => {
  before(inkling);
  afterEach(closeAll);

  it('is read and asked about the same with CRLF as with LF', async () => {
    const asked = [];
    for (const end of ['\n', '\r\n']) {
      const { document } = await write(`# Head${end}${end}It was a dark${end}and stormy night; the`);
      assert.equal(document.eol, end === '\n' ? vscode.EndOfLine.LF : vscode.EndOfLine.CRLF);
      await type(' ');
      await type('r');
      await answerAt('It was a dark and stormy night; the r');
      const last = outcome();
      assert.ok(last?.kind === 'answered');
      asked.push({ request: last.request, before: last.before, suggestions: last.completion.suggestions });
      await closeAll();
    }
    assert.deepEqual(asked[1], asked[0]);
  });

  it('gives each position the offset that it has in the text with LF', async () => {
    const document = await open('One 🚀\r\n\r\ntwo\u2028three\r\nfour');
    const whole = wholeText(document);
    assert.equal(whole, 'One 🚀\n\ntwo\nthree\nfour');
    for (let line = 0; line < document.lineCount; line++) {
      for (let character = 0; character <= document.lineAt(line).text.length; character++) {
        const position = new vscode.Position(line, character);
        const before = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
        const offset = offsetAt(document, position);
        assert.equal(whole.slice(0, offset), normaliseLineBreaks(before));
        assert.deepEqual(positionAt(document, offset), position);
        assert.equal(textBefore(document, position), normaliseLineBreaks(before));
      }
    }
    assert.equal(offsetAt(document, new vscode.Position(99, 0)), whole.length);
  });

  it('is read after any edits as a document that was just opened', async () => {
    const editor = await write('---\nk: v\n---\n\n- one\n\n```\ncode\n```\n\ntext\u2028and `so\r\nthe end');
    const { document } = editor;
    const changes = new DocumentChanges();
    const text = new DocumentText(changes);
    const replace = (edits: [number, number, string][]) =>
      editor.edit((edit) => {
        for (const [from, to, put] of edits) {
          edit.replace(new vscode.Range(document.positionAt(from), document.positionAt(to)), put);
        }
      });
    const readAll = async () => {
      const fresh = new DocumentText(changes);
      const copy = await open(document.getText());
      for (let line = 0; line < document.lineCount; line++) {
        const position = document.lineAt(line).range.end;
        assert.deepEqual(
          text.read(document, position),
          fresh.read(copy, position),
          `line ${line} of ${document.getText()}`,
        );
      }
      fresh.dispose();
    };
    await readAll();
    await replace([[13, 13, '```\n']]);
    await readAll();
    await replace([
      [0, 4, ''],
      [20, 24, 'a\nb\nc'],
      [40, 41, '\n\n> '],
    ]);
    await readAll();
    await vscode.commands.executeCommand('undo');
    await readAll();
    await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF));
    await readAll();
    await replace([[0, document.getText().length, 'all new\n\n    code']]);
    await readAll();
    text.dispose();
    changes.dispose();
  });
});
