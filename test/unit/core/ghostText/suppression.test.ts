import assert from 'node:assert/strict';
import {
  backoff,
  offInDocument,
  type SuggestionContext,
  type SuppressionCode,
  suppression,
} from '../../../../src/core/ghostText/suppression';

const writing: SuggestionContext = {
  enabled: true,
  languageId: 'markdown',
  languages: ['markdown', 'plaintext'],
  scheme: 'file',
  trigger: 'typing',
  manualOnly: false,
  selectionEmpty: true,
  cursors: 1,
  lineBefore: 'It was a very',
  lineAfter: '',
  lastEdit: 'insert',
  snoozedUntil: null,
  now: 1_000_000,
  typedSinceFocus: true,
  dismissals: 0,
  dismissedAt: 0,
  inDiff: false,
  readOnly: false,
  modalNormalMode: false,
  selectedItem: null,
  onScreen: false,
  construct: null,
};

const NO_PROSE = [
  'code block',
  'inline code',
  'address',
  'HTML',
  'comment',
  'formula',
  'front matter',
  'footnote name',
  'wiki link',
  'citation',
  'emoji code',
  'task box',
  'callout type',
  'tag',
  'template',
  'attributes',
] as const;

const code = (change: Partial<SuggestionContext>) => suppression({ ...writing, ...change })?.code ?? null;

describe('suppression', () => {
  it('has nothing against a suggestion at the end of a line of prose', () => {
    assert.equal(suppression(writing), null);
  });

  const reasons: [SuppressionCode, Partial<SuggestionContext>][] = [
    ['disabled', { enabled: false }],
    ['language', { languageId: 'python' }],
    ['scheme', { scheme: 'output' }],
    ['read-only', { readOnly: true }],
    ['snoozed', { snoozedUntil: 1_000_001 }],
    ['manual-only', { manualOnly: true }],
    ['selection', { selectionEmpty: false }],
    ['multiple-cursors', { cursors: 2 }],
    ['mid-word', { lineAfter: 'thing else' }],
    ['text-after', { lineAfter: ' good day' }],
    ['modal', { modalNormalMode: true }],
    ['diff', { inDiff: true }],
    ['construct', { construct: 'code block' }],
    ['intellisense', { selectedItem: { text: 'every', replaces: 'very' } }],
    ['undone', { lastEdit: 'undo' }],
    ['just-deleted', { lastEdit: 'delete' }],
    ['just-focused', { typedSinceFocus: false }],
    ['dismissed', { dismissals: 3, dismissedAt: 999_999 }],
  ];
  for (const [expected, change] of reasons) {
    it(`names the reason: ${expected}`, () => {
      const found = suppression({ ...writing, ...change });
      assert.equal(found?.code, expected);
      assert.match(found?.message ?? '', /^\S.*\.\)?$/);
    });
  }

  it('gives way to a writer who asks, but not where nothing could be written, or nothing is to be', () => {
    const firm = reasons.filter(([, change]) => code({ ...change, trigger: 'invoke' }) !== null);
    assert.deepEqual(
      firm.map(([code]) => code),
      [
        'disabled',
        'language',
        'scheme',
        'read-only',
        'selection',
        'multiple-cursors',
        'mid-word',
        'modal',
        'intellisense',
      ],
    );
  });

  it('names the construct in which no prose is written', () => {
    const at = (construct: SuggestionContext['construct']) => suppression({ ...writing, construct })?.message;
    assert.equal(at('front matter'), 'The cursor is in the front matter.');
    assert.equal(at('address'), 'The cursor is in an address.');
    const kinds = NO_PROSE.map(at);
    assert.equal(new Set(kinds).size, NO_PROSE.length, `each in its own words: ${kinds}`);
    assert.ok(!kinds.includes('The cursor is where no prose is written.'), `${kinds}`);
  });

  it('is quiet for as long as the writer has said, to the millisecond', () => {
    assert.equal(code({ snoozedUntil: writing.now }), null);
    assert.equal(code({ snoozedUntil: writing.now + 1 }), 'snoozed');
    const quiet = (dismissedAt: number) => suppression({ ...writing, dismissals: 3, dismissedAt })?.message;
    const seconds = (message = '') => Number(/\d+ seconds?/.exec(message)?.[0].split(' ')[0]);
    assert.equal(seconds(quiet(writing.now)) - seconds(quiet(writing.now - 10_000)), 10);
  });

  it('counts one second as one', () => {
    const snoozed = (ms: number) => suppression({ ...writing, snoozedUntil: writing.now + ms })?.message;
    assert.equal(snoozed(1), 'Suggestions are snoozed for another 1 second.');
    assert.equal(snoozed(1001), 'Suggestions are snoozed for another 2 seconds.');
  });

  it('lets the writer ask after a deletion, a snooze, an Escape and in code, but not in a selection', () => {
    const asked = { trigger: 'invoke', lastEdit: 'delete', construct: 'code block', manualOnly: true } as const;
    assert.equal(code({ ...asked, snoozedUntil: 2_000_000, dismissals: 9, dismissedAt: 999_999 }), null);
    assert.equal(code({ ...asked, selectionEmpty: false }), 'selection');
    assert.equal(code({ ...asked, enabled: false }), 'disabled');
  });

  it('accepts after the cursor whatever closes something or ends the line', () => {
    const closing = [
      '.',
      ')',
      '”',
      '**',
      '*.',
      ' |',
      '"',
      '_',
      "'",
      '…',
      '  ',
      '“',
      '‘.',
      '«',
      '</b>',
      '</em>.',
      '<br>',
    ];
    const more = [
      '<br />',
      '{#id}',
      '{.note #id}',
      ' 🙂',
      '👩‍👩‍👧.',
      '](https://a.b/c)',
      '](a.md "A title").',
      '][ref]',
      '[^1].',
    ];
    const marks = [
      ...['1️⃣', '#️⃣.', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}', '👍🏽', ':D', ' <3', '™', '→'],
      ...['![](x.png)', '![A cat, asleep](<my cat.png> "Cat")', '![[cat.png|200]]', '![cat][cat].'],
      ...[
        '<sup>1</sup>',
        '<sup id="fnref:1"><a href="#fn:1">1</a></sup>.',
        '<ref name="a">Smith</ref>',
        '<sup>a</sup>',
      ],
      ...[
        '¹',
        '²³.',
        '①',
        '[1]',
        '[1, 2].',
        '\\[3\\]',
        '[1](#fn1)',
        '[[2]](#fn2)',
        '[^a-b]',
        '^[See below, all of it.]',
        '[#f1]_',
      ],
      ...[
        '[@smith2020]',
        ' [see @smith, p. 3; -@doe].',
        '\\footnote{See below.}',
        '~\\cite[p. 3]{smith}',
        ' \\label{a:b}',
      ],
      ...[
        '<!-- a <b> & c -->',
        ' <!-- which goes on below',
        '%% aside %%',
        '{>> why? <<}',
        '{/* mdx */}',
        '<?php x ?>',
        '<%= x %>',
      ],
      ...['{{ site.name }}', '{%- endif -%}', '{{< /note >}}', '{: .lead }', '{ .lead #a }', '{width=50%}', '{-}'],
      ...['](https://a.b/c_(d))', "](a 'A title')", '](<a b.md>){target="_blank"}', ']{.smallcaps}', '][ref two].'],
      ...[
        '</span></p>',
        '<a id="top"></a>',
        '<img src="a.png" alt="A cat">',
        '<br/>',
        '&#8230;',
        ' ^block-1',
        ' #todo #later/soon',
      ],
      ...['—”', '–', '!?', '»', '’', '***', '~~', '^^', '”**_', '。」', '‏)', '\u2067', '…»'],
    ];
    for (const lineAfter of [
      ...closing,
      ...more,
      ...marks,
      ...[' :smile:', '<!-- note -->', '\\', '&nbsp;', '==', '$.', '🇩🇪', '。', '」'],
    ]) {
      assert.equal(code({ lineAfter }), null, lineAfter);
      assert.equal(code({ lineBefore: 'It was a very ', lineAfter }), null, `behind a space: ${lineAfter}`);
    }
    const going = [' and', '(so)', '“so”', '<b>so</b>', '](a) and', '[so](a)', ' – so', '🙂 so', '{so}', '# so', ' 12'];
    const words = [
      ...[
        '![](x.png) and',
        '<sup>1</sup> so',
        '¹ so',
        '[so]',
        '[so][ref]',
        ' <x',
        '*so*',
        '`so`',
        '$x$',
        '<!-- a --> so',
        '[@a] so',
      ],
      ...[
        '(so it was',
        '](so it was',
        ' [a@b.org]',
        ' ½',
        ' #1',
        '<a href="x">so</a>',
        '“So it',
        ' <https://a.b>',
        ' https://a.b',
      ],
    ];
    for (const lineAfter of [...going, ...words]) assert.equal(code({ lineAfter }), 'text-after', lineAfter);
  });

  it('comes to an end with whatever is begun and not ended, in few steps for each sign', () => {
    for (const begun of [
      '![[',
      '](',
      '][',
      '[@',
      '[^',
      '^[',
      '{{',
      '{a=',
      '<a b="',
      '<sup>',
      '<!--',
      '\\\\cite{',
      ':a',
      '%%',
      '![a](',
    ]) {
      const lineAfter = begun.repeat(Math.floor(1000 / begun.length));
      assert.equal(code({ lineAfter, lineBefore: 'It was a very ' }), code({ lineAfter: begun.repeat(3) }), begun);
    }
  });

  it('takes raised digits behind digits for powers, and letters there for the ending of an ordinal', () => {
    assert.equal(code({ lineBefore: 'about 10', lineAfter: '²' }), 'mid-word');
    assert.equal(code({ lineBefore: 'the 12', lineAfter: '<sup>th</sup>' }), 'text-after');
    assert.equal(code({ lineBefore: 'as he said', lineAfter: '¹²' }), null);
  });

  it('reads on to the end of the cell in a row of a table', () => {
    assert.equal(code({ lineBefore: '| It was a very', lineAfter: ' | 12 | so |' }), null);
    assert.equal(code({ lineBefore: '| It was a very', lineAfter: ' good \\| day | 12 |' }), 'text-after');
    assert.equal(code({ lineBefore: 'It was a very', lineAfter: ' | 12 |' }), 'text-after');
  });

  it('is for documents that are written in, not for outputs, comments, commit messages and old versions', () => {
    const writing = { enabled: true, languageId: 'markdown', languages: ['markdown'], readOnly: false };
    for (const scheme of ['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-notebook-cell', 'vsls']) {
      assert.equal(offInDocument({ ...writing, scheme }), null, scheme);
    }
    for (const scheme of [
      'output',
      'comment',
      'vscode-scm',
      'git',
      'debug',
      'vscode-settings',
      'search-editor',
      'inkling',
    ]) {
      assert.equal(offInDocument({ ...writing, scheme })?.code, 'scheme', scheme);
    }
  });

  it('takes a rest of the line that is longer than any closing for text', () => {
    assert.equal(code({ lineAfter: '.'.repeat(1024) }), null);
    assert.equal(code({ lineAfter: '.'.repeat(1025) }), 'text-after');
    assert.equal(code({ lineAfter: ' '.repeat(100_000) }), null);
  });

  it('is mid-word in any script, and not after a space', () => {
    assert.equal(code({ lineBefore: 'прив', lineAfter: 'ет' }), 'mid-word');
    // Nor inside a character that is made of several.
    assert.equal(code({ lineBefore: '👨', lineAfter: '\u200d👩' }), 'mid-word');
    assert.equal(code({ lineBefore: '👍', lineAfter: '🏽' }), 'mid-word');
    assert.equal(code({ lineBefore: '❤', lineAfter: '\ufe0f' }), 'mid-word');
    assert.equal(code({ lineBefore: 'It was ', lineAfter: 'very' }), 'text-after');
  });

  it('lets what is on screen go on where it says an address itself, or was asked for before other text', () => {
    assert.equal(code({ construct: 'address', onScreen: true }), null);
    assert.equal(code({ lineAfter: ' good day', onScreen: true }), null);
    assert.equal(code({ lineBefore: 'It was v', lineAfter: 'good', onScreen: true }), null);
    assert.equal(code({ construct: 'address', onScreen: true, lastEdit: 'undo' }), 'undone');
    assert.equal(code({ construct: 'address', onScreen: true, enabled: false }), 'disabled');
  });

  it('allows an item that extends what was typed', () => {
    assert.equal(code({ selectedItem: { text: 'everything', replaces: 'every' } }), null);
  });

  it('backs off longer with every dismissal, and comes back', () => {
    assert.deepEqual([0, 2, 3, 4, 5, 50].map(backoff), [0, 0, 15_000, 30_000, 60_000, 240_000]);
    assert.equal(code({ dismissals: 3, dismissedAt: 1_000_000 - 15_000 }), null);
  });

  it('says the numbers', () => {
    assert.match(suppression({ ...writing, snoozedUntil: 1_060_000 })?.message ?? '', /60 seconds/);
    assert.match(suppression({ ...writing, cursors: 3 })?.message ?? '', /3 cursors/);
  });
});
