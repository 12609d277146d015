import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asText } from '../../../src/editor/outsideText';
import { sourceFiles } from '../../support/sources';

/** What VS Code takes for a link in a notification. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

describe('text from outside', () => {
  it('is shown as it is, and makes no link, command or picture', () => {
    const type = 'This is a “[Repair it now](command:workbench.action.quit)” model $(warning).';
    assert.match(type, LINK);
    assert.doesNotMatch(asText(type), LINK);
    assert.doesNotMatch(asText(type), /\$\(\w/);
    assert.equal(asText(type).replaceAll('\u2060', ''), type);
    assert.doesNotMatch(asText('[a]([b](command:x)](command:y)'), LINK);
  });

  it('has no element, and nothing in it that is not seen or turns text around', () => {
    assert.doesNotMatch(asText('<img src="https://example.org/x.png"> </b> <!-- x --> <?x ?>'), /<[a-z/!?]/i);
    assert.equal(asText('2 < 3 and a<5'), '2 < 3 and a<5');
    assert.equal(asText('a\u202egpj.exe\u0007\u001b[31m'), 'aU+202Egpj.exeU+0007U+001B[31m');
    assert.equal(asText('one\n\ttwo\r\n'), 'one\n\ttwo\r\n');
  });

  it('is no longer than anybody reads', () => {
    assert.equal(asText('a'.repeat(1e6)).length, 2001);
  });

  it('goes into notifications through one place', () => {
    for (const file of sourceFiles('src')) {
      if (file.endsWith(join('editor', 'messages.ts'))) continue;
      const text = readFileSync(file, 'utf8');
      assert.doesNotMatch(
        text,
        /window\s*\.\s*(?:show(?:Information|Warning|Error)Message|withProgress|setStatusBarMessage)/,
        file,
      );
      for (const call of text.matchAll(/appendMarkdown\(([^)]*)/g)) {
        assert.doesNotMatch(
          call[1],
          /\$\{(?!kind\}|table\.|rows\.|vscode\.l10n\.t\()/,
          `${file} puts a value into Markdown`,
        );
      }
    }
  });
});
