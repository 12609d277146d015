import assert from 'node:assert/strict';
import { readAddress } from '../../src/engine/endpoint/address';
import { EndpointEngine } from '../../src/engine/endpoint/endpointEngine';
import { EngineError } from '../../src/engine/runtime';

const TEXT = 'The old house stood at the edge of the wood. He went to the door and looked out of the';

/**
 * Holds a running server against what Inkling asks of it. What the server does not have is said, not counted as wrong.
 * @returns what was wrong, one sentence each
 */
export async function checkServer(url: string, key: string): Promise<string[]> {
  const engine = new EndpointEngine({ address: readAddress(url, true), key, model: '' });
  const failures: string[] = [];
  const { name, contextLength, server } = await engine.info();
  console.log(`${name} on ${server.host}: context ${contextLength}; lacks: ${server.lacks.join(', ') || 'nothing'}`);
  const check = async (title: string, run: () => Promise<string | undefined>): Promise<void> => {
    try {
      console.log(`✓ ${title}${((said) => (said ? `: ${said}` : ''))(await run())}`);
    } catch (error) {
      failures.push(`${title}: ${(error as Error).message}`);
    }
  };

  await check('a suggestion ends where a rule ends it', async () => {
    const { suggestions, reason } = await engine.complete({ prefix: TEXT, maxTokens: 12 });
    assert.ok(suggestions.length > 0, `there is none (${reason})`);
    assert.ok(!/\n/.test(suggestions[0].text));
    return JSON.stringify(suggestions[0].text);
  });
  await check('a word that was begun is completed', async () => {
    const { suggestions } = await engine.complete({ prefix: `${TEXT} win`, maxTokens: 4 });
    assert.ok(suggestions.length === 0 || !suggestions[0].text.startsWith(' '), JSON.stringify(suggestions[0]?.text));
    return JSON.stringify(suggestions[0]?.text ?? null);
  });
  await check('alternatives differ', async () => {
    const { suggestions } = await engine.complete({ prefix: TEXT, maxTokens: 4, alternatives: 3 });
    assert.equal(new Set(suggestions.map(({ text }) => text)).size, suggestions.length);
    return suggestions.map(({ text }) => JSON.stringify(text)).join(', ');
  });
  await check('a suggestion that is taken back leaves the server free', async () => {
    const controller = new AbortController();
    const long = engine.complete({ prefix: TEXT, maxTokens: 100 }, controller.signal, () => controller.abort());
    await long.catch((error: Error) => assert.equal(error.name, 'AbortError'));
    const { suggestions } = await engine.complete({ prefix: TEXT, maxTokens: 2 });
    return JSON.stringify(suggestions[0]?.text ?? null);
  });
  await check('a text that is longer than the context is cut', async () => {
    const filler = Array.from({ length: 400 }, (_, i) => `On day ${i} it rained. `).join('');
    const { suggestions, reason } = await engine.complete({ prefix: filler + TEXT, maxTokens: 4 });
    return JSON.stringify(suggestions[0]?.text ?? reason);
  });
  await check('Continue Writing streams', async () => {
    let heard = '';
    const config = { maxNewTokens: 12, doSample: true, temperature: 0.8, topP: 0.92, seed: 1 };
    const { text } = await engine.generate({ text: `${TEXT} `, config, healSpace: true }, (event) => {
      if (event.kind === 'token') heard += event.text;
    });
    assert.equal(heard, text);
    assert.ok(!text.startsWith(' '));
    return JSON.stringify(text);
  });
  await check('the likeliest next tokens make up a distribution', async () => {
    const logits = await engine.logits({ text: TEXT });
    const sum = logits.reduce((all, logit) => all + Math.exp(logit), 0);
    assert.ok(Math.abs(sum - 1) < 1e-3, `they sum to ${sum}`);
    const tokenizer = await engine.tokenizer();
    const best = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, 5);
    return best.map((id) => `${JSON.stringify(tokenizer.tokenText(id))} ${Math.exp(logits[id]).toFixed(3)}`).join(', ');
  });
  await check('the tokens of a text spell it', async () => {
    const text = `${TEXT} — café, “naïve” 😀.`;
    const scored = await engine.score({ text });
    assert.equal(scored.map((token) => token.text).join(''), text);
    return `${scored.length} tokens, ${scored.filter(({ logprob }) => logprob !== null).length} with log-probabilities`;
  });
  await check('what it does not have is refused by name', async () => {
    const config = { doSample: true, topK: 5, maxNewTokens: 2 };
    return await engine.generate({ text: TEXT, config }).then(
      () => 'it has top_k',
      (error: Error) => {
        assert.ok(error instanceof EngineError && /does not do this/.test(error.message), error.message);
        return error.message;
      },
    );
  });
  const { runs, tokensFed, busyMs } = await engine.stats();
  console.log(`${runs} requests, ${tokensFed} tokens, ${Math.round(busyMs)} ms`);
  await engine.dispose();
  return failures;
}
