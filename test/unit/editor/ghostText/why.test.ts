import assert from 'node:assert/strict';
import type { Suggestion } from '../../../../src/core/completion/types';
import { whyNot, whyNotReport, whyThis } from '../../../../src/editor/ghostText/why';

const model = {
  id: 'a1b2',
  name: 'gpt2',
  precision: 'q8',
  layers: 12,
  heads: 12,
  width: 768,
  contextLength: 1024,
  vocabSize: 50257,
} as const;
const token = {
  id: 3332,
  text: ' sat',
  logprob: Math.log(0.5),
  rank: 0,
  runnerUp: { id: 318, text: ' is', logprob: Math.log(0.25) },
};
const suggestion: Suggestion = {
  text: ' sat',
  logprob: Math.log(0.5),
  tokens: [token],
  healed: '',
  masked: 0,
  confidence: Math.log(0.5),
  begins: [0.6],
  words: [],
  ended: 'sentence',
  next: null,
};
const request = { prefix: 'The cat', suffix: '', maxTokens: 24, minLogprob: Math.log(0.2) };

describe('why there is no suggestion', () => {
  it('gives the numbers of the gate', () => {
    const held = (worth: number, wanted: number) => {
      const completion = { suggestions: [], reason: 'unsure', heldBack: { worth, wanted } } as const;
      return whyNot({ kind: 'answered', before: '', request, completion });
    };
    assert.match(held(0.81, 1.5), /save 0\.81 characters, and 1\.50 are asked for \(inkling\.ghostText\.triggerRate\)/);
    assert.match(held(3, 1.5), /sooner than it is read/);
    assert.match(held(3, Number.POSITIVE_INFINITY), /rate of 0 \(inkling\.ghostText\.triggerRate\)/);
  });

  it('repeats the reason for silence, and the trouble of the engine', () => {
    const suppression = { code: 'selection', message: 'Text is selected.' } as const;
    assert.equal(whyNot({ kind: 'suppressed', suppression }), 'Text is selected.');
    assert.equal(whyNot({ kind: 'failed', message: 'The engine stopped.' }), 'The engine stopped.');
  });

  it('says so when there is one', () => {
    const completion = { suggestions: [suggestion], reason: 'sentence' } as const;
    assert.equal(whyNot({ kind: 'answered', before: '', request, completion }), 'There is a suggestion here: “ sat”.');
  });

  it('says that it is short to save energy, where it is', () => {
    const short: Suggestion = { ...suggestion, ended: 'budget' };
    const answered = { kind: 'answered', before: '', request, energySaving: 'battery' } as const;
    const why = (given: Suggestion) => whyNot({ ...answered, completion: { suggestions: [given], reason: 'budget' } });
    assert.match(
      why(short),
      /It is short, to save energy\. This machine is on battery \(inkling\.engine\.saveEnergy\)\.$/,
    );
    assert.doesNotMatch(why(suggestion), /short/);
  });

  it('names every other reason', () => {
    const completion = { suggestions: [], reason: 'repeats' } as const;
    assert.match(whyNot({ kind: 'answered', before: '', request, completion }), /repeats the text around the cursor/);
  });
});

describe('why this suggestion', () => {
  it('shows the name of a model as text', () => {
    const name = '[x](command:workbench.action.quit) <img src="https://example.org/x.png">';
    const completion = { suggestions: [suggestion], reason: 'sentence' } as const;
    const page = whyThis({ request, completion, model: { ...model, name } });
    assert.doesNotMatch(page, /<img/);
  });

  const page = (given: Suggestion, prefix = request.prefix) =>
    whyThis({ request: { ...request, prefix }, completion: { suggestions: [given], reason: 'sentence' }, model });

  const text = (html: string) =>
    html
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll('&quot;', '"')
      .replaceAll(/\s+/g, ' ');

  it('says why first, in words: how sure it was, why it ended, what it may save', () => {
    const said = text(page(suggestion));
    assert.match(text(page(suggestion, `${'a word '.repeat(20)}The cat`)), /After “…a word .*The cat”/);
    assert.match(said, /^ Why “sat”\? After “The cat” gpt2 wrote it/);
    assert.ok(said.indexOf('least sure') < said.indexOf('Runner-up'));
    assert.match(said, /had 50\.0 %\. It ends there\. The sentence was complete\..*save 0\.00 characters/);
  });

  it('shows probability, rank and runner-up of each token', () => {
    assert.match(text(page(suggestion)), /␣ sat 50\.0 % 1 ␣ is 25\.0 % the model/);
  });

  it('shows the alternatives side by side', () => {
    const report = whyThis({
      request,
      completion: { suggestions: [suggestion, { ...suggestion, text: ' lay' }], reason: 'sentence' },
      model,
    });
    assert.equal(report.match(/class="card"/g)?.length, 2);
    assert.match(text(report), /1 other suggestion stands beside it/);
  });

  it('says how sure it is, and what reproduces it', () => {
    const said = text(page(suggestion));
    assert.match(said, /Confidence 0\.50/);
    assert.match(said, /gpt2 \(q8; layers: 12/);
    const recipe = /<pre><code>([\s\S]*?)<\/code>/.exec(page(suggestion))?.[1] ?? '';
    assert.deepEqual(JSON.parse(recipe.replaceAll('&quot;', '"')), request);
  });

  it('names what was healed and how much that ruled out', () => {
    assert.match(text(page({ ...suggestion, healed: ' s', masked: 0.9 })), /␣ s again.*ruled out 90\.0 %/s);
  });

  it('shows tokens and text as text, whatever they are', () => {
    const odd = { ...token, text: '<b>|`\n', runnerUp: null };
    const report = page({ ...suggestion, text: '<script>', tokens: [odd] }, '</main><img>');
    assert.doesNotMatch(report, /<b>|<script|<img/);
    assert.match(report, /&lt;b&gt;\|`<span class="sign">⏎<\/span>/);
  });
});

describe('the report on there being no suggestion', () => {
  it('says why first, leads to the setting that it names, and offers to ask', () => {
    const report = whyNotReport('It is off for <this> file (inkling.exclude, not inkling.nonsense).');
    assert.match(
      report,
      /<p class="lead">It is off for &lt;this&gt; file \(<a href="command:workbench\.action\.openSettings\?/,
    );
    assert.match(report, />inkling\.exclude<\/a>, not inkling\.nonsense/);
    assert.match(report, /command:inkling\.suggestNow/);
  });
});

describe('why a word of the writer is suggested', () => {
  const explain = (origin: NonNullable<(typeof suggestion.tokens)[number]['origin']>) => {
    const given = { ...suggestion, tokens: [{ ...token, origin }] };
    const links = new Map([['file:///a/people.md#40', { label: 'people.md, line 3', uri: 'file:///a/people.md#L3' }]]);
    return whyThis({ request, completion: { suggestions: [given], reason: 'sentence' }, model, links });
  };
  const passage = { uri: 'file:///a/people.md', offset: 40 };

  it('names who made it likely, with a link to the passage', () => {
    assert.match(
      explain({ model: 0.1, document: 0, near: 0.7, far: 0.2, passage }),
      /another file \(90\.0 %\): <a href="command:vscode\.open\?[^"]*people\.md%23L3[^"]*">people\.md, line 3<\/a>/,
    );
    assert.match(explain({ model: 0.2, document: 0.8, near: 0, far: 0 }), /<td>this document \(80\.0 %\)<\/td>/);
  });

  it('names no passage where the model would have said it by itself', () => {
    assert.match(explain({ model: 0.9, document: 0, near: 0.1, far: 0, passage }), /<td>the model \(90\.0 %\)<\/td>/);
  });
});
