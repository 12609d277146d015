import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { encode } from '../../../support/gpt2';

describe('tokenizer: bundle', () => {
  const text = 'Hello world, 🚀\u0085!';

  async function bundle(platform: 'browser' | 'node'): Promise<string> {
    const result = await build({
      entryPoints: [fileURLToPath(new URL('../../../../src/core/tokenizer/index.ts', import.meta.url))],
      bundle: true,
      minify: true,
      write: false,
      platform,
      format: platform === 'browser' ? 'iife' : 'cjs',
      globalName: platform === 'browser' ? 'tokenizer' : undefined,
    });
    return result.outputFiles[0].text;
  }

  it('runs in a webview, with nothing of Node', async () => {
    const ids = runInNewContext(`${await bundle('browser')}; tokenizer.gpt2Tokenizer().encode(text)`, {
      text,
      TextEncoder,
      TextDecoder,
    });
    assert.deepEqual([...ids], encode(text));
  });

  it('runs as CommonJS', async () => {
    const module = { exports: {} as typeof import('../../../../src/core/tokenizer') };
    runInNewContext(await bundle('node'), { module, require, TextEncoder, TextDecoder });
    assert.deepEqual([...module.exports.gpt2Tokenizer().encode(text)], encode(text));
  });
});
