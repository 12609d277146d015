import assert from 'node:assert/strict';
import { Panel } from './panel';
import { Workbench } from './workbench';

const HOSTILE = [
  '<script>document.body.textContent = "owned"</script>',
  '<img src="x" onerror="document.body.remove()">',
  '\u202eright to left override\u202c \u2067isolate\u2069 \u0007 \u200b',
  '"><style>*{display:none}</style>',
  '{{7*7}} <a href="javascript:alert(1)">javascript</a>',
].join(' ');
const LONG_LINE = 'word '.repeat(200_000);

describe('Explain Next Token with a hostile document', () => {
  let workbench: Workbench;
  let panel: Panel;

  before(async () => {
    workbench = await Workbench.start({
      files: { 'hostile.md': HOSTILE, 'long.md': `${LONG_LINE}${HOSTILE}` },
      size: { width: 1500, height: 1000 },
    });
    await workbench.open('hostile.md');
    await workbench.goToEnd();
    panel = await Panel.open(workbench);
  });
  after(() => workbench?.stop());

  const drawn = () =>
    panel.locator('.chip').evaluateAll((chips) => chips.map((chip) => chip.textContent ?? '').join(''));

  it('inserts text only as text', async () => {
    await panel.locator('.chip', { hasText: 'javascript' }).first().waitFor();
    assert.equal(await panel.locator('body script, body img, body style').count(), 0);
    assert.equal(await panel.locator('main').count(), 1);
    const text = await drawn();
    assert.ok(text.includes('<script>document.body.textContent'));
    assert.ok(text.includes('onerror='));
  });

  it('writes out what would turn text around', async () => {
    const text = await drawn();
    assert.ok(text.includes('U+202E') && text.includes('U+2067') && text.includes('U+200B') && text.includes('U+0007'));
    assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069\u200b]/);
  });

  it('runs no script but its own and loads nothing from elsewhere', async () => {
    const frame = await panel.frame();
    const policy = await frame.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    assert.match(
      policy ?? '',
      /^default-src 'none'; script-src 'nonce-[\w+/=]{16,}'; style-src 'nonce-[\w+/=]{16,}'; img-src data:$/,
    );
    assert.equal(
      await frame.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'globalThis.owned = true';
        document.body.append(script);
        script.remove();
        return 'owned' in globalThis;
      }),
      false,
    );
  });

  it('drops messages that are none', async () => {
    const frame = await panel.frame();
    const before = await drawn();
    await frame.evaluate(() => {
      for (const data of [null, 'x', { type: 'position' }, { type: 'status', state: 'ready', message: 7 }]) {
        window.dispatchEvent(new MessageEvent('message', { data }));
      }
    });
    assert.equal(await drawn(), before);
    assert.equal(await panel.locator('.status.ready').count(), 1);
  });

  it('explains the end of a line of a million characters', async () => {
    await workbench.open('long.md');
    await workbench.goToEnd();
    panel = await Panel.open(workbench);
    await panel.locator('.chip', { hasText: 'javascript' }).first().waitFor({ timeout: 60_000 });
    await panel.explained();
    assert.ok((await panel.locator('.chip').count()) <= 1024);
    assert.match((await panel.locator('.tokens .note').textContent()) ?? '', /of 200,\d\d\d tokens/);
    assert.equal(await panel.locator('body script, body img, body style').count(), 0);
  });
});
